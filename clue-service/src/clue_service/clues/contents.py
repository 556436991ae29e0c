"""SQL of searches by what clues say: asked of each clue, or of an index of pairs of neighbouring characters."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from clue_service.clues.filters import ClueFilter
from clue_service.clues.models import Allegation, Clue, Subject

Condition = ColumnElement[bool]


def is_asked(wanted: ClueFilter) -> bool:
    """Whether a list is narrowed by what clues say."""
    return wanted.subject is not None or wanted.text is not None


def of_each(clue_id: Any, wanted: ClueFilter) -> list[Condition]:
    """Conditions that read the content of one clue after the other."""
    conditions: list[Condition] = []
    if wanted.subject is not None:
        conditions.append(_any(Subject.clue_id == clue_id, _is_named(wanted.subject)))
    if wanted.text is not None:
        conditions.append(_says(clue_id, wanted.text))
    return conditions


def _says(clue_id: Any, part: str) -> Condition:
    alleged = _any(Allegation.clue_id == clue_id, _holds(Allegation.text, part))
    return or_(alleged, _any(Clue.id == clue_id, _holds(Clue.summary, part)))


def _any(*conditions: Condition) -> Condition:
    # What EXISTS asks of each clue, the planner may answer from a hash of all texts there are, a million of them.
    found: Condition = select(literal(1)).where(*conditions).limit(1).scalar_subquery().is_not(None)
    return found


def is_indexed(wanted: ClueFilter) -> bool:
    """Whether an index finds what a list is narrowed by: not a text of a single character, which has no pair."""
    return wanted.subject is not None or (wanted.text is not None and len(wanted.text) > 1)


def named(wanted: ClueFilter) -> Select[Any]:
    """Ids of the clues that an index finds: by the name where one is asked for, else by the text."""
    if wanted.subject is not None:
        parts = _pairs(wanted.subject) if len(wanted.subject) > 1 else _letters(wanted.subject)
        indexed = func.name_pairs(Subject.name, Subject.unit_name, type_=ARRAY(Text)).contains(parts)
        return _apart(select(Subject.clue_id).where(indexed, _is_named(wanted.subject)))
    assert wanted.text is not None
    alleged = select(Allegation.clue_id).where(
        func.text_pairs(Allegation.text, type_=ARRAY(Text)).contains(_pairs(wanted.text)),
        _holds(Allegation.text, wanted.text),
    )
    summed_up = select(Clue.id).where(
        Clue.summary.is_not(None),
        func.text_pairs(Clue.summary, type_=ARRAY(Text)).contains(_pairs(wanted.text)),
        _holds(Clue.summary, wanted.text),
    )
    return select(union_all(_apart(alleged), _apart(summed_up)).subquery())


def of_named(clue_id: Any, wanted: ClueFilter) -> list[Condition]:
    """What is left to ask of those. Few bear a name, many say a phrase: it is asked of those that bear the name."""
    if wanted.subject is None or wanted.text is None:
        return []
    return [_says(clue_id, wanted.text)]


def _apart(query: Select[Any]) -> Select[Any]:
    # OFFSET keeps the planner from asking clue by clue again.
    return query.offset(0)


def _pairs(part: str) -> Any:
    return func.text_pairs(cast(literal(part), Text), type_=ARRAY(Text))


def _letters(part: str) -> Any:
    return func.string_to_array(func.lower(cast(literal(part), Text)), None, type_=ARRAY(Text))


def _is_named(part: str) -> Condition:
    return or_(_holds(Subject.name, part), _holds(Subject.unit_name, part))


def _holds(column: Any, part: str) -> Condition:
    found: Condition = column.icontains(part, autoescape=True)
    return found
