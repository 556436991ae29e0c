"""Cadres as callers write and read them. No answer has a field for relatives."""

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from chassis.identity import Clearance
from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import AfterValidator, Field, model_validator

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres.domain import (
    CadreDraft,
    Demand,
    Extras,
    Post,
    Relative,
)
from personnel_pool_service.cadres.identity import read_id_number
from personnel_pool_service.cadres.service import CadreDetail, CadreView
from personnel_pool_service.vocabulary import (
    Day,
    Gender,
    Label,
    PersonName,
    PoolKind,
    Rank,
    Remark,
    Role,
    Sub,
    Tag,
    UnitCode,
)

_MOST_POSTS = 99  # with the home unit no more than the hundred units clue-service takes in one question


class PostIn(RequestModel):
    """One row of a work history; without ``to`` the post is held today."""

    unit_code: UnitCode
    post: Label
    first: Day = Field(alias="from")
    last: Day | None = Field(None, alias="to")

    def to_domain(self) -> Post:
        """The row as the rules see it."""
        return Post(self.unit_code, self.post, self.first, self.last)


class RelativeIn(RequestModel):
    """A relative, sealed on arrival and never returned."""

    relation: Tag
    unit_code: UnitCode
    name: Label | None = None

    def to_domain(self) -> Relative:
        """The relative as it is sealed."""
        return Relative(self.relation, self.unit_code, self.name)


def _valid_number(text: str) -> str:
    try:
        return read_id_number(text).text
    except ValueError as error:
        raise FieldRefused(str(error), "身份证号校验不通过", "Not a valid identity number") from None


IdNumberText = Annotated[str, AfterValidator(_valid_number)]


class CadreIn(RequestModel):
    """A cadre to be taken into the pool."""

    name: PersonName
    home_unit: UnitCode
    rank: Rank
    gender: Gender
    party_member: bool
    birth_date: Day | None = None
    native_place: Label | None = Field(None, description="County or district, as written or as a unit code")
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    pool_kinds: list[PoolKind] = Field(default_factory=list, max_length=5)
    work_history: list[PostIn] = Field(default_factory=list, max_length=_MOST_POSTS)
    relatives: list[RelativeIn] = Field(default_factory=list, max_length=50)
    sub: Sub | None = Field(None, description="Account of the cadre; the principal is linked to it")
    clearance: Clearance = "internal"
    id_number: IdNumberText | None = Field(None, description="Sealed on arrival and never returned")

    def extras(self) -> Extras:
        """What is kept beside the cadre."""
        return Extras(self.sub, read_id_number(self.id_number) if self.id_number else None)

    def to_changes(self) -> dict[str, Any]:
        """All of it as a change of somebody who is there; an identity number that is left out stays."""
        draft = self.to_draft()
        changes = {one.name: getattr(draft, one.name) for one in fields(draft)}
        changes["relatives"] = tuple(one.to_domain() for one in self.relatives)
        changes["sub"] = self.sub
        if self.id_number is not None:
            changes["id_number"] = read_id_number(self.id_number)
        return changes

    def to_draft(self) -> CadreDraft:
        """The cadre without relatives and account."""
        return CadreDraft(
            name=self.name,
            home_unit=self.home_unit,
            rank=self.rank.value,
            gender=self.gender.value,
            party_member=self.party_member,
            birth_date=self.birth_date,
            native_place=self.native_place,
            tags=_distinct(self.tags),
            pool_kinds=_distinct([kind.value for kind in self.pool_kinds]),
            work_history=tuple(post.to_domain() for post in self.work_history),
            clearance=self.clearance,
        )


_NEVER_NULL = (
    "name", "home_unit", "rank", "gender", "party_member", "tags", "pool_kinds", "work_history", "relatives",
    "clearance", "id_number",
)  # fmt: skip


class CadreChange(RequestModel):
    """The fields to change; the rest stays. ``relatives`` and ``work_history`` are replaced whole."""

    name: PersonName | None = None
    home_unit: UnitCode | None = None
    rank: Rank | None = None
    gender: Gender | None = None
    party_member: bool | None = None
    birth_date: Day | None = None
    native_place: Label | None = None
    tags: list[Tag] | None = Field(None, max_length=50)
    pool_kinds: list[PoolKind] | None = Field(None, max_length=5)
    work_history: list[PostIn] | None = Field(None, max_length=_MOST_POSTS)
    relatives: list[RelativeIn] | None = Field(None, max_length=50)
    sub: Sub | None = None
    clearance: Clearance | None = None
    id_number: IdNumberText | None = Field(None, description="Sealed on arrival and never returned")

    @model_validator(mode="after")
    def _refuse_null(self) -> Self:
        if any(name in self.model_fields_set and getattr(self, name) is None for name in _NEVER_NULL):
            raise FieldRefused("null_not_allowed", "必填字段不能清空", "A required field cannot be emptied")
        return self

    def to_changes(self) -> dict[str, Any]:
        """Field → new value, in the form the domain uses."""
        changes: dict[str, Any] = {}
        for name in sorted(self.model_fields_set):
            value = getattr(self, name)
            if name in ("work_history", "relatives"):
                value = tuple(one.to_domain() for one in value)
            elif name in ("tags", "pool_kinds"):
                value = _distinct([str(one) for one in value])
            elif name == "id_number":
                value = read_id_number(value)
            elif name in ("rank", "gender"):
                value = value.value
            changes[name] = value
        return changes


class CadreMoveIn(RequestModel):
    """Why; kept in the pool, never emitted."""

    reason: Remark | None = None


class PeriodIn(RequestModel):
    """Days, both included."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise FieldRefused("ends_before_start", "结束日期早于开始日期", "The period ends before it begins")
        return self

    def to_domain(self) -> Period:
        """The period as the rules see it."""
        return Period(self.first, self.last)


class DemandIn(RequestModel):
    """Seats of one role: all of the tags, and one of the pool kinds if any are named."""

    role: Role
    count: int = Field(1, ge=1, le=1000)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    pool_kinds: list[PoolKind] = Field(default_factory=list, max_length=5)

    def to_domain(self) -> Demand:
        """The seat as the rules see it."""
        return Demand(self.role, tuple(self.tags), tuple(kind.value for kind in self.pool_kinds))


class PostOut(ResponseModel):
    """One row of a work history."""

    unit_code: str
    post: str
    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date | None, Field(serialization_alias="to")]


class CadreItem(ResponseModel):
    """A cadre in a list or a search."""

    id: UUID
    name: str
    home_unit: str
    rank: str
    gender: str
    party_member: bool
    tags: list[str]
    tag_codes: list[str] = Field(description="The tags by their codes in the vocabulary, whatever their spelling")
    pool_kinds: list[str]
    clearance: str
    work_history: list[PostOut]
    status: str
    sub: str | None
    days_lent: int = Field(description="Days booked so far and ahead")
    available: bool | None = Field(description="Active and free in all of the period asked about; null without one")
    roles: list[str] | None = Field(None, description="Roles of the demands asked about that the cadre fits")
    version: int


class CadreOut(CadreItem):
    """One cadre."""

    birth_date: date | None
    native_place: str | None
    flags: list[str] = Field(description="Possible but doubtful: overlapping_history, same_name_and_birth")
    unlisted_tags: list[str] = Field(description="Tags the vocabulary does not list: kept and searched as written")
    created_at: datetime
    updated_at: datetime


def item_of(view: CadreView, demands: tuple[Demand, ...] = ()) -> CadreItem:
    """A cadre for a list."""
    fitting = [demand.role for demand in demands if demand.fits(view.row.tag_codes, view.row.pool_kinds)]
    return CadreItem(**_shared(view), roles=list(dict.fromkeys(fitting)) if demands else None)


def out_of(view: CadreDetail) -> CadreOut:
    """One cadre in full."""
    row = view.row
    return CadreOut(
        **_shared(view),
        birth_date=row.birth_date,
        native_place=row.native_place,
        flags=list(view.flags),
        unlisted_tags=list(view.unlisted_tags),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _shared(view: CadreView) -> dict[str, Any]:
    row = view.row
    return {
        "id": row.id,
        "name": row.name,
        "home_unit": row.home_unit,
        "rank": row.rank,
        "gender": row.gender,
        "party_member": row.party_member,
        "tags": row.tags,
        "tag_codes": row.tag_codes,
        "clearance": row.clearance,
        "pool_kinds": row.pool_kinds,
        "work_history": [PostOut.model_validate(post) for post in view.work_history],
        "status": row.status,
        "sub": view.sub,
        "days_lent": view.days_lent,
        "available": view.available,
        "version": row.version,
    }


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
