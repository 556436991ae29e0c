"""Verdicts as JSON, written directly: a bulk answer has tens of thousands of items, and every one is made here."""

import json
from collections.abc import Iterator, Mapping
from uuid import UUID

from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.domain import Weight
from personnel_pool_service.recusals.grounds import CODES, Rank

_WORDS = {rank: rank.name.lower() for rank in Rank}
_ENDS = {(rank, code): f'"verdict":"{_WORDS[rank]}","code":{json.dumps(code)}}}' for rank in Rank for code in CODES}
_CLEAR = f'"verdict":"{_WORDS[Rank.CLEAR]}","code":null}}'


def to_json(weights: Mapping[UUID, Mapping[str, Weight]], question: Question, *, omit_clear: bool) -> str:
    """The body of the answer; with ``omit_clear`` without the pairs that have no ground."""
    targets = {code: f'"target":{{"unit_code":{json.dumps(code)}}},' for code in question.units.values()}
    targets |= {str(one): f'"target":{{"clue_id":"{one}"}},' for one in question.clues.values()}
    items = _with_ground(weights, targets) if omit_clear else _all(weights, targets)
    return '{"items":[' + ",".join(items) + "]}"


def _with_ground(weights: Mapping[UUID, Mapping[str, Weight]], targets: Mapping[str, str]) -> Iterator[str]:
    for cadre_id, found in weights.items():
        for key, part in targets.items():
            if key in found:
                yield f'{{"cadre_id":"{cadre_id}",{part}{_ENDS[found[key]]}'


def _all(weights: Mapping[UUID, Mapping[str, Weight]], targets: Mapping[str, str]) -> Iterator[str]:
    clear = [part + _CLEAR for part in targets.values()]
    for cadre_id, found in weights.items():
        start = f'{{"cadre_id":"{cadre_id}",'
        if not found:
            yield start + f",{start}".join(clear)
            continue
        for key, part in targets.items():
            yield start + part + (_ENDS[found[key]] if key in found else _CLEAR)
