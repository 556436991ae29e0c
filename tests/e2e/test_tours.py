"""The tours under docs/tours run as they are printed, line by line, and answer what they say."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from heli_local.running import RunningStack

pytestmark = pytest.mark.e2e

TOURS = Path(__file__).resolve().parents[2] / "docs/tours"
_BLOCK = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BETWEEN = "\x1e"
PATIENCE_S = 120


def blocks(page: str) -> list[tuple[str, str | None]]:
    """The commands of a page, each block with the answer that stands below it."""
    found: list[tuple[str, str | None]] = []
    for kind, text in _BLOCK.findall(page):
        if kind == "bash":
            found.append((text, None))
        else:
            assert found, "an answer without a question"
            assert found[-1][1] is None, "two answers to one block"
            found[-1] = (found[-1][0], text)
    return found


def answer_pattern(answer: str) -> re.Pattern[str]:
    """What an answer must look like: as printed, with anything for ``…``."""
    return re.compile(".*?".join(re.escape(part) for part in answer.strip().split("…")), re.DOTALL)


@pytest.mark.parametrize("tour", sorted(path.stem for path in TOURS.glob("*.md")))
def test_a_tour_runs_as_it_is_printed(stack: RunningStack, tour: str, tmp_path: Path) -> None:
    steps = blocks((TOURS / f"{tour}.md").read_text())
    assert steps, "a tour has commands"
    script = "".join(f"{commands}\nprintf '{_BETWEEN}'\n" for commands, _ in steps)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "HELI": stack.url},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    said = done.stdout.split(_BETWEEN)
    assert done.returncode == 0, f"after {len(said) - 1} of {len(steps)} blocks:\n{done.stdout[-2000:]}{done.stderr}"
    assert not re.search(r"^jq: error", done.stderr, re.MULTILINE), done.stderr
    for (commands, answer), text in zip(steps, said, strict=False):
        if answer is not None:
            assert answer_pattern(answer).fullmatch(text.strip()), f"{commands}\nanswered\n{text}\nnot\n{answer}"
