"""What was not run is said at the end of every run, with its reason: quiet output would hide it."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skipped tests of this folder."""
    for report in terminalreporter.stats.get("skipped", []):
        if report.nodeid.startswith("deploy/tests/"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.write_line(f"{report.nodeid}: {reason}", yellow=True, bold=True)
