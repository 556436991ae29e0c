"""Whether somebody who is named as approver may approve: the role that a rule asks for, in a unit it asks for."""

from collections.abc import Collection

from chassis.directory import find_principal
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues.move_schemas import ApprovedBy, OfflineApproval
from clue_service.deadlines.errors import WrongApprover


async def check_approver(
    uow: Uow, viewer: Viewer, approved_by: ApprovedBy, roles: Collection[str], units: Collection[str]
) -> None:
    """Raise WrongApprover where a person who is named has none of the roles in one of the units.

    An approval on paper names no person of the platform: its reference is kept, and people can look it up.
    """
    if isinstance(approved_by, OfflineApproval):
        return
    if approved_by == viewer.sub:
        held, unit = viewer.roles, viewer.unit
    else:
        found = await find_principal(uow.session, approved_by)
        held, unit = (frozenset(found.roles), found.unit) if found else (frozenset(), None)
    if held.isdisjoint(roles) or unit not in units:
        raise WrongApprover(members={"approver": {"roles": sorted(roles), "units": sorted(units)}})
