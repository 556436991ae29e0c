"""Verdicts as JSON, written directly: a bulk answer has tens of thousands of items, and every one is made here."""

import json
from collections.abc import Iterable

from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.domain import Verdict
from personnel_pool_service.recusals.grounds import CODES, Rank

_WORDS = {rank: rank.name.lower() for rank in Rank}
_ENDS = {
    (rank, code): f'"verdict":"{_WORDS[rank]}","code":{json.dumps(code)}}}' for rank in Rank for code in (*CODES, None)
}


def to_json(verdicts: Iterable[Verdict], question: Question, *, omit_clear: bool) -> str:
    """The body of the answer; with ``omit_clear`` without the pairs that have no ground."""
    targets = {code: f'"target":{{"unit_code":{json.dumps(code)}}},' for code in question.units.values()}
    targets |= {str(one): f'"target":{{"clue_id":"{one}"}},' for one in question.clues.values()}
    starts = {cadre_id: f'{{"cadre_id":"{cadre_id}",' for cadre_id in question.cadre_ids}
    items = [
        starts[one.cadre_id] + targets[one.target] + _ENDS[one.rank, one.code]
        for one in verdicts
        if not (omit_clear and one.rank is Rank.CLEAR)
    ]
    return '{"items":[' + ",".join(items) + "]}"
