"""What services see of who may not share a team."""

from uuid import UUID

from chassis.web import ResponseModel


class TeamSeparationOut(ResponseModel):
    """Two cadres who may not share a team. Why is not told."""

    cadre_ids: tuple[UUID, UUID]
