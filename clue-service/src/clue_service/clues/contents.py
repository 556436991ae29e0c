"""SQL of searches by what clues say: asked of each clue, or of an index of pairs of neighbouring characters.

Every pair is in the index with the commission whose clue says it, as one hash of both (migrations 0036 to 0038).
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from clue_service.clues.filters import ClueFilter
from clue_service.clues.models import Allegation, Clue, Subject

Condition = ColumnElement[bool]
Columns = Any
"""Of a subquery: a clue's id and what ``read_with`` names."""
_HASHES = ARRAY(BigInteger)


def is_asked(wanted: ClueFilter) -> bool:
    """Whether a list is narrowed by what clues say."""
    return wanted.subject is not None or wanted.text is not None


def read_with(wanted: ClueFilter) -> list[Any]:
    """What of a clue's row the conditions ask for, beside its id."""
    return [] if wanted.text is None else [Clue.summary]


def of_each(clue: Columns, wanted: ClueFilter) -> list[Condition]:
    """Conditions that read the content of one clue after the other."""
    conditions: list[Condition] = []
    if wanted.subject is not None:
        conditions.append(_any(Subject.clue_id == clue.id, _is_named(wanted.subject)))
    if wanted.text is not None:
        conditions.append(_says(clue, wanted.text))
    return conditions


def _says(clue: Columns, part: str) -> Condition:
    alleged = _any(Allegation.clue_id == clue.id, _holds(Allegation.text, part))
    return or_(_holds(clue.summary, part), alleged)


def _any(*conditions: Condition) -> Condition:
    # What EXISTS asks of each clue, the planner may answer from a hash of all texts there are, a million of them.
    found: Condition = select(literal(1)).where(*conditions).limit(1).scalar_subquery().is_not(None)
    return found


def is_indexed(wanted: ClueFilter) -> bool:
    """Whether an index finds what a list is narrowed by: not a text of a single character, which has no pair."""
    return wanted.subject is not None or (wanted.text is not None and len(wanted.text) > 1)


def named(wanted: ClueFilter, commissions: Sequence[str], behind: Callable[[Any], list[Condition]]) -> Select[Any]:
    """Clues of some commissions that an index finds: by the name where one is asked for, else by the text.

    It names no clue of another commission, so no time is spent on what is not for the caller. A clue is named as often
    as it says what is asked. ``behind`` asks of a clue's id what can be asked before the clue is read.
    """
    if wanted.subject is not None:
        named_so = func.names_within(Subject.commission, Subject.name, Subject.unit_name, type_=_HASHES)
        parts = func.pairs_within if len(wanted.subject) > 1 else func.letters_within
        found = _holding(named_so, parts, wanted.subject, commissions)
        return select(Subject.clue_id).where(found, *behind(Subject.clue_id), _is_named(wanted.subject))
    assert wanted.text is not None
    parts, text = func.pairs_within, wanted.text
    alleged = select(Allegation.clue_id).where(
        _holding(parts(Allegation.commission, Allegation.text, type_=_HASHES), parts, text, commissions),
        *behind(Allegation.clue_id),
        _holds(Allegation.text, text),
    )
    summed_up = select(Clue.id).where(
        Clue.summary.is_not(None),
        _holding(parts(Clue.commission, Clue.summary, type_=_HASHES), parts, text, commissions),
        *behind(Clue.id),
        _holds(Clue.summary, text),
    )
    return select(union_all(alleged, summed_up).subquery())


def _holding(indexed: Any, parts: Any, wanted: str, commissions: Sequence[str]) -> Condition:
    said = cast(literal(wanted), Text)
    return or_(*(indexed.contains(parts(cast(literal(one), Text), said, type_=_HASHES)) for one in commissions))


def of_named(clue: Columns, wanted: ClueFilter) -> list[Condition]:
    """What is left to ask of those. Few bear a name, many say a phrase: it is asked of those that bear the name."""
    if wanted.subject is None or wanted.text is None:
        return []
    return [_says(clue, wanted.text)]


def _is_named(part: str) -> Condition:
    return or_(_holds(Subject.name, part), _holds(Subject.unit_name, part))


def _holds(column: Any, part: str) -> Condition:
    found: Condition = column.icontains(part, autoescape=True)
    return found
