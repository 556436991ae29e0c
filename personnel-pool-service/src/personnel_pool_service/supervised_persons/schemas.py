"""Supervised persons as callers write and read them."""

from chassis.web import RequestModel, ResponseModel

from personnel_pool_service.supervised_persons.domain import PersonDraft
from personnel_pool_service.vocabulary import Label, PersonName, Rank, UnitCode


class PersonIn(RequestModel):
    """The whole person; what is left out is empty."""

    name: PersonName
    unit_code: UnitCode
    post: Label | None = None
    rank: Rank | None = None
    managing_committee: UnitCode | None = None
    is_party_member: bool = False
    is_supervision_object: bool = True

    def to_draft(self, code: str) -> PersonDraft:
        """The person under its code."""
        return PersonDraft(
            code=code,
            name=self.name,
            unit_code=self.unit_code,
            post=self.post,
            rank=self.rank.value if self.rank else None,
            managing_committee=self.managing_committee,
            is_party_member=self.is_party_member,
            is_supervision_object=self.is_supervision_object,
        )


class PersonLine(PersonIn):
    """One line of an import."""

    code: UnitCode


class PersonOut(ResponseModel):
    """One supervised person."""

    code: str
    name: str
    unit_code: str
    post: str | None
    rank: str | None
    managing_committee: str | None
    is_party_member: bool
    is_supervision_object: bool
    version: int


class LineErrorOut(ResponseModel):
    """Why a line was not stored."""

    line: int
    pointer: str
    code: str


class ImportOut(ResponseModel):
    """What an import did. ``errors`` lists the first 1,000."""

    lines: int
    created: int
    updated: int
    unchanged: int
    refused: int
    errors: list[LineErrorOut]
