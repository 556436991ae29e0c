"""Supervised persons as callers write and read them."""

from chassis.web import RequestModel, ResponseModel

from personnel_pool_service.supervised_persons.domain import PersonDraft
from personnel_pool_service.vocabulary import Label, ObjectGroup, PersonName, Rank, UnitCode


class PersonIn(RequestModel):
    """The whole person; what is left out is empty."""

    name: PersonName
    unit_code: UnitCode
    post: Label | None = None
    rank: Rank | None = None
    managing_committee: UnitCode | None = None
    is_party_member: bool = False
    is_supervision_object: bool = True
    is_top_leader: bool = False
    object_group: ObjectGroup | None = None

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
            is_top_leader=self.is_top_leader,
            object_group=self.object_group.value if self.object_group else None,
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
    is_top_leader: bool
    object_group: str | None
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
