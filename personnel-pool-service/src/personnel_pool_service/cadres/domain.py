"""Cadres of the talent pool: what is known about them, what is doubtful, how they come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import FieldError, Text
from chassis.moves import Move, MoveTable

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres.identity import IdNumber

NOMINATED, ACTIVE, SUSPENDED, EXITED = "nominated", "active", "suspended", "exited"

MOVES = MoveTable(
    [
        Move("admit", frozenset({NOMINATED}), ACTIVE, event="pool.cadre.entered.v1", note="by the first pool entry"),
        Move("decline", frozenset({NOMINATED}), EXITED, note="by the end of the last nomination"),
        Move(
            "suspend",
            frozenset({ACTIVE}),
            SUSPENDED,
            frozenset({"pool_manager"}),
            "pool.cadre.suspended.v1",
            note="not while lent",
        ),
        Move("resume", frozenset({SUSPENDED}), ACTIVE, frozenset({"pool_manager"}), "pool.cadre.resumed.v1"),
        Move(
            "exit",
            frozenset({ACTIVE, SUSPENDED}),
            EXITED,
            frozenset({"pool_manager"}),
            "pool.cadre.exited.v1",
            note="not while lent; final, the account is unlinked",
        ),
    ]
)
"""How a cadre enters, leaves and comes back. Entry by a pool manager makes a cadre active at once.

Moves without roles follow from pool entries and have no route of their own.
"""


@dataclass(frozen=True)
class Post:
    """One row of a work history; ``last`` None means the post is held today."""

    unit_code: str
    post: str
    first: date
    last: date | None = None


@dataclass(frozen=True)
class Relative:
    """A relative, known to the recusal engine alone."""

    relation: str
    unit_code: str
    name: str | None = None


@dataclass(frozen=True)
class CadreDraft:
    """A cadre as the pool manager describes it; without relatives, which are kept apart."""

    name: str
    home_unit: str
    rank: str
    gender: str
    party_member: bool
    birth_date: date | None = None
    native_place: str | None = None
    tags: tuple[str, ...] = ()
    pool_kinds: tuple[str, ...] = ()
    work_history: tuple[Post, ...] = ()
    clearance: str = "internal"


@dataclass(frozen=True)
class Extras:
    """What is given with a cadre and kept elsewhere. ``id_number`` is sealed."""

    sub: str | None = None
    id_number: IdNumber | None = None


@dataclass(frozen=True)
class Cadre:
    """A cadre as other features see it."""

    id: UUID
    home_unit: str
    status: str


@dataclass(frozen=True)
class CadreFacts:
    """What a cadre's own row and posts say about recusal; what is sealed comes in ``RecusalFacts``."""

    cadre_id: UUID
    name: str
    home_unit: str
    native_place: str | None
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class RecusalFacts(CadreFacts):
    """All that may keep a cadre from a target. Never leaves this service, but for ``name`` to clue-service's check."""

    relative_units: frozenset[str]


@dataclass(frozen=True)
class Criteria:
    """What a search asks for. An empty field asks for nothing."""

    name: str | None = None
    text: str | None = None
    text_code: str | None = None
    """The tag the text means, if the vocabulary knows it."""
    tags: tuple[str, ...] = ()
    pool_kinds: tuple[str, ...] = ()
    home_units: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    gender: str | None = None
    party_member: bool | None = None
    statuses: tuple[str, ...] = (ACTIVE, SUSPENDED)
    cadre_ids: tuple[UUID, ...] = ()
    demands: tuple["Demand", ...] = ()
    period: Period | None = None
    is_available: bool = False
    """With a period: only cadres who are active and free in all of it."""


@dataclass(frozen=True)
class Demand:
    """A seat to be filled: all of the tags, and one of the pool kinds if any are named."""

    role: str
    tags: tuple[str, ...] = ()
    pool_kinds: tuple[str, ...] = ()

    def fits(self, tags: Sequence[str], pool_kinds: Sequence[str]) -> bool:
        """Whether someone with these tags and pool kinds could fill it."""
        has_kind = not self.pool_kinds or not set(self.pool_kinds).isdisjoint(pool_kinds)
        return has_kind and set(self.tags) <= set(tags)


def refusals(draft: CadreDraft, today: date) -> list[FieldError]:
    """What is impossible about a cadre today."""
    found = []
    if draft.birth_date is not None and draft.birth_date > today:
        message = Text("出生日期不能晚于今天", "The date of birth lies in the future")
        found.append(FieldError("/birth_date", "date_in_future", message))
    for index, post in enumerate(draft.work_history):
        if post.last is not None and post.last < post.first:
            message = Text("任职结束日期早于开始日期", "The post ends before it begins")
            found.append(FieldError(f"/work_history/{index}/to", "ends_before_start", message))
        if post.first > today:
            message = Text("任职开始日期晚于今天", "The post begins in the future")
            found.append(FieldError(f"/work_history/{index}/from", "date_in_future", message))
    return found


def flags(posts: Sequence[Post]) -> list[str]:
    """What is possible but doubtful: two posts at different units on the same day (concurrent posts exist)."""
    spans = [(post.unit_code, Period(post.first, post.last or date.max)) for post in posts]
    overlap = any(
        unit != other_unit and span.overlaps(other)
        for index, (unit, span) in enumerate(spans)
        for other_unit, other in spans[index + 1 :]
    )
    return ["overlapping_history"] if overlap else []


def id_number_refusals(draft: CadreDraft, number: IdNumber | None) -> list[FieldError]:
    """Where a cadre's facts contradict the identity number."""
    if number is None or draft.birth_date in (None, number.birth_date):
        return []
    message = Text("出生日期与身份证号不符", "The date of birth differs from the identity number")
    return [FieldError("/birth_date", "birth_differs_from_id", message)]


def references(draft: CadreDraft, relatives: Sequence[Relative]) -> dict[str, str]:
    """The units a cadre refers to, by JSON pointer."""
    named = {"/home_unit": draft.home_unit}
    named.update({f"/work_history/{index}/unit_code": post.unit_code for index, post in enumerate(draft.work_history)})
    named.update({f"/relatives/{index}/unit_code": one.unit_code for index, one in enumerate(relatives)})
    return named


def relatives_to_json(relatives: Sequence[Relative]) -> list[dict[str, Any]]:
    """The form in which relatives are sealed."""
    return [{"relation": one.relation, "unit_code": one.unit_code, "name": one.name} for one in relatives]
