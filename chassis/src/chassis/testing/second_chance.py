"""The gate's tests, with a loud second chance: a few that failed beside others are run again, each alone.

    python -m chassis.testing.second_chance NAMES [options of pytest, no paths]

Ends as pytest does, but with ``UNSTEADY`` where at most ``MOST`` tests failed and each of them then held ``ROUNDS``
times in a process of its own; the file NAMES says which. What fails once more, fails.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

UNSTEADY = 75
"""The code that ``deploy/local/gates`` knows."""
MOST = 3
"""More than so many failures are no matter of load."""
ROUNDS = 3


def main(names: Path, options: Sequence[str]) -> int:
    """Run all tests, then the few that failed; returns the code to end with."""
    names.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        code = _pytest(*options, "-o", f"cache_dir={cache}")
        failed = _last_failed(Path(cache))
    if code != pytest.ExitCode.TESTS_FAILED or not 0 < len(failed) <= MOST:
        return code
    for test in failed:
        for turn in range(1, ROUNDS + 1):
            sys.stdout.write(f"\n── again, alone, {turn} of {ROUNDS}: {test} ──\n")
            sys.stdout.flush()
            if _pytest(*options, "-n", "0", "-p", "no:cacheprovider", "--junitxml=", test):
                return code
    names.parent.mkdir(parents=True, exist_ok=True)
    names.write_text("".join(f"{test}\n" for test in failed))
    return UNSTEADY


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def _last_failed(cache: Path) -> list[str]:
    """What pytest's cache provider, which hears of all workers, holds as failed."""
    kept = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text())) if kept.exists() else []


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
