"""The registration form."""

from datetime import date
from typing import Annotated

from chassis.problems import FieldRefused
from chassis.web import RequestModel
from pydantic import Field, model_validator

from clue_service.clues.schemas import TEXT_LIMIT, Particulars
from clue_service.clues.vocabulary import (
    Category,
    Channel,
    IdentityType,
    OverlapPolicy,
    PoliticalStatus,
    SecrecyLevel,
    Sex,
    Source,
    TopLeader,
    Urgency,
)

UnitCode = Annotated[str, Field(min_length=1, max_length=64)]
EARLIEST = date(1900, 1, 1)


class SubjectIn(RequestModel):
    """Who is reported: at least one of name, unit name, unit code and person code."""

    name: str | None = Field(None, max_length=100)
    unit_name: str | None = Field(None, max_length=200)
    unit_code: UnitCode | None = None
    post: str | None = Field(None, max_length=200)
    rank: str | None = Field(None, max_length=64)
    id_number: str | None = Field(None, max_length=64)
    person_code: str | None = Field(None, max_length=64)
    top_leader: TopLeader | None = Field(None, description="Whether the subject heads a unit; decides who approves")
    particulars: Particulars | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "SubjectIn":
        if not (self.name or self.unit_name or self.unit_code or self.person_code):
            raise FieldRefused(
                "subject_unnamed",
                "被反映对象至少须有姓名、单位名称、单位代码、人员代码之一",
                "A subject needs at least one of name, unit_name, unit_code, person_code",
            )
        return self


class AllegationIn(RequestModel):
    """What is alleged; amounts in yuan."""

    category_code: Category | None = None
    text: str = Field(min_length=1, max_length=TEXT_LIMIT)
    occurred_from: date | None = Field(None, ge=EARLIEST)
    occurred_to: date | None = Field(None, ge=EARLIEST)
    place: str | None = Field(None, max_length=500)
    amount_cny: float | None = Field(None, ge=0, le=1e13, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "AllegationIn":
        if self.occurred_from and self.occurred_to and self.occurred_to < self.occurred_from:
            raise FieldRefused("period_reversed", "结束日期早于开始日期", "The period ends before it begins")
        return self


class ReporterIn(RequestModel):
    """Who reports; goes to the vault. Real-name means name and usable contact."""

    identity_type: IdentityType
    name: str | None = Field(None, max_length=100)
    contact: str | None = Field(None, max_length=500)
    sex: Sex | None = None
    political_status: PoliticalStatus | None = None
    unit_name: str | None = Field(None, max_length=200)
    post: str | None = Field(None, max_length=200)
    address: str | None = Field(None, max_length=500)

    @model_validator(mode="after")
    def _real_name_is_one(self) -> "ReporterIn":
        if self.identity_type is IdentityType.REAL_NAME and not (self.name and self.contact):
            raise FieldRefused(
                "real_name_incomplete", "实名反映须有姓名和联系方式", "A real-name report needs name and contact"
            )
        return self

    def identity(self) -> dict[str, str]:
        """What the vault keeps."""
        return {key: value for key, value in self if value and key != "identity_type"}


class RegisterClueIn(RequestModel):
    """A clue as it is taken in."""

    source_code: Source
    channel: Channel | None = None
    received_on: date = Field(ge=EARLIEST)
    subjects: list[SubjectIn] = Field(default_factory=list, max_length=50)
    allegations: list[AllegationIn] = Field(min_length=1, max_length=50)
    reporter: ReporterIn | None = None
    receiving_unit: UnitCode | None = None
    summary: str | None = Field(None, max_length=TEXT_LIMIT)
    origin_ref: str | None = Field(None, min_length=1, max_length=200, pattern=r"^\S+$")
    proposed_opinion: str | None = Field(
        None, min_length=1, max_length=20_000, description="What whoever takes it in proposes to do with it"
    )
    urgency: Urgency | None = None
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    overlap_policy: OverlapPolicy = OverlapPolicy.ANNOUNCE
