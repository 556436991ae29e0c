"""One row of a file of supervised persons, once its cells are words of the API."""

from chassis.web import RequestModel

from personnel_pool_service.vocabulary import Label, ObjectGroup, PersonName, Rank, UnitCode


class PersonCells(RequestModel):
    """The cells that hold something."""

    code: UnitCode
    name: PersonName = ""
    unit_code: UnitCode | None = None
    post: Label | None = None
    rank: Rank | None = None
    managing_committee: UnitCode | None = None
    is_party_member: bool = False
    is_supervision_object: bool = True
    is_top_leader: bool = False
    object_group: ObjectGroup | None = None
