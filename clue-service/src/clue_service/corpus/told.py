"""Clues told by hand, in words no generator would choose: what keeps a fit honest about letters it has not seen."""

import json
from importlib import resources
from typing import Any, Literal

Body = dict[str, Any]
Part = Literal["fit", "calibrate", "judge"]
_MARK = "told-"


def told_clues(part: Part) -> list[Body]:
    """The clues of one part, with ``matter_ids``; no matter is in two parts, and ``judge`` is for judging only."""
    raw = (resources.files("clue_service.corpus") / "data" / f"told_{part}.jsonl").read_text(encoding="utf-8")
    clues: list[Body] = []
    for line in raw.splitlines():
        body = json.loads(line)
        matters = [f"{_MARK}{part}-{matter}" for matter in body["matter_ids"]]
        clues.append(body | {"id": f"{_MARK}{part}-{body['id']}", "matter_ids": matters})
    return clues


def is_told(clue: str) -> bool:
    """Whether a clue's id is one of those told by hand."""
    return clue.startswith(_MARK)
