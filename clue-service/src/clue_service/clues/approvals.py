"""Whether an approval that is named holds: a role and a unit that the table of moves asks for, and four eyes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.directory import Directory, find_principal
from chassis.http import PeerFailed
from chassis.logging import get_logger
from chassis.uow import Uow

from clue_service.access.policy import LEADERS, Viewer
from clue_service.clues.approval_schemas import ApprovedBy, OfflineApproval, PaperOffice
from clue_service.clues.errors import ApproverNotVerified, ApproverRecused, OwnApproval
from clue_service.clues.models import Clue
from clue_service.clues.settings import MoveSettings
from clue_service.deadlines.errors import WrongApprover

log = get_logger(__name__)

_PAPER_ROLES: Mapping[PaperOffice, str] = {
    PaperOffice.PRINCIPAL_LEADER: "principal_leader",
    PaperOffice.DEPUTY_LEADER: "deputy_leader",
}
"""Offices that a role of the platform stands for; a committee and its secretary stand above all of them."""


@dataclass(frozen=True)
class Asked:
    """Who has to approve: one of the roles, in one of the units."""

    roles: Collection[str]
    units: Collection[str]

    def refusal(self) -> WrongApprover:
        """What is answered where somebody else is named."""
        return WrongApprover(members={"approver": {"roles": sorted(self.roles), "units": sorted(self.units)}})


async def check_approval(
    uow: Uow, viewer: Viewer, clue: Clue, approved_by: ApprovedBy, asked: Asked, *, may_be_own: bool
) -> None:
    """Raise where the approval does not hold.

    A leader who may take the step approves it by taking it; nobody else approves what they ask for themselves.

    Raises ApproverNotVerified for somebody whom the directory does not know, ApproverRecused, OwnApproval,
    WrongApprover for another role, unit or office, and Invalid for a paper of the future.
    """
    if isinstance(approved_by, OfflineApproval):
        _check_paper(uow, approved_by, asked)
        return
    if approved_by in clue.recused:
        raise ApproverRecused
    if approved_by == viewer.sub:
        if not may_be_own:
            raise OwnApproval
        _check_holder(viewer.roles, viewer.unit, asked)
    else:
        await _check_known(uow, approved_by, asked)


async def check_claim(uow: Uow, viewer: Viewer, approved_by: ApprovedBy) -> None:
    """Of a step by which a leader approves: raise where the paper or the other leader it names does not hold."""
    if approved_by == viewer.sub:
        return
    asked = Asked(LEADERS, {code for code in (viewer.commission, viewer.unit) if code is not None})
    if isinstance(approved_by, OfflineApproval):
        _check_paper(uow, approved_by, asked)
    else:
        await _check_known(uow, approved_by, asked)


async def _check_known(uow: Uow, sub: str, asked: Asked) -> None:
    found = await find_principal(uow.session, sub)
    if found is None:
        raise ApproverNotVerified
    _check_holder(frozenset(found.roles), found.unit, asked)


def _check_holder(roles: frozenset[str], unit: str | None, asked: Asked) -> None:
    if roles.isdisjoint(asked.roles) or unit not in asked.units:
        raise asked.refusal()


async def learn_approver(directory: Directory, sub: str | None) -> None:
    """Ask the owner of the directory for a named approver whom the copy does not know yet.

    Raises PeerFailed where nobody can be asked at present, and approvals are not only noted.
    """
    if sub is None:
        return
    try:
        await directory.learn_principal(sub)
    except PeerFailed:
        if MoveSettings().clue_approvals == "enforce":
            raise
        log.warning("approver_not_looked_up")


def _check_paper(uow: Uow, paper: OfflineApproval, asked: Asked) -> None:
    paper.check(uow.clock.today())
    role = _PAPER_ROLES.get(paper.office) if paper.office else None
    if role is not None and role not in asked.roles:
        raise asked.refusal()


def own_units(clue: Clue, *more: str | None) -> set[str]:
    """The units whose leaders approve: the commission, and who leads the clue or is to lead it."""
    return {code for code in (clue.commission, clue.lead_unit, *more) if code is not None}


def leads_over(viewer: Viewer, clue: Clue) -> bool:
    """Whether the viewer is a leader of the commission or of the lead unit."""
    lead = clue.lead_unit is not None and clue.lead_unit in viewer.units
    return viewer.has_any(*LEADERS) and (lead or viewer.leads == clue.commission)
