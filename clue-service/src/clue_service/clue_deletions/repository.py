"""SQL of deletions: what holds a clue, and letting its content go."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.accusation_findings.policy import own_commission
from clue_service.clue_deletions.domain import DeletionState
from clue_service.clue_deletions.models import ClueDeletion
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.clues.stages import ENDED


class Open(NamedTuple):
    """What is still open around a clue."""

    matter: bool
    proceeding: bool


# Whatever is not at an end of its own table of moves.
_OPEN = text(
    """
    select
        exists (
            select from matter_member as own join matter_member as other using (matter_id)
            join clue on clue.id = other.clue_id
            where own.clue_id = :clue_id and other.clue_id <> :clue_id and clue.status not in :ended
        ) or exists (
            select from overlap_alert_clue join overlap_alert on overlap_alert.id = alert_id
            where clue_id = :clue_id and state in ('detected', 'acknowledged')
        ) as matter,
        exists (
            select from consultation_clue join consultation on consultation.id = consultation_id
            where clue_id = :clue_id and state not in ('closed', 'cancelled')
        ) or exists (
            select from overlap_alert_clue join consultation using (alert_id)
            where clue_id = :clue_id and state not in ('closed', 'cancelled')
        ) or exists (
            select from advice where clue_id = :clue_id and state not in ('closed', 'reissued', 'withdrawn')
        ) or exists (
            select from supervised_handling
            where clue_id = :clue_id and state not in ('closed', 'rejected', 'withdrawn')
        ) or exists (
            select from jurisdiction_objection
            where clue_id = :clue_id and state not in ('accepted', 'decided', 'withdrawn')
        ) or exists (
            select from clarification where clue_id = :clue_id and state not in ('closed', 'rejected', 'withdrawn')
        ) or exists (
            select from accusation_finding
            where clue_id = :clue_id and state not in ('handled', 'rejected', 'withdrawn')
        ) or exists (
            select from interference_record where clue_id = :clue_id and state not in ('dismissed', 'handled')
        ) or exists (
            select from protection_request where clue_id = :clue_id and state not in ('refused', 'ended', 'withdrawn')
        ) or exists (
            select from unsealing where clue_id = :clue_id and state = 'requested'
        ) as proceeding
    """
).bindparams(bindparam("ended", expanding=True))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL, as far as the viewer sees the clue: the deletions the viewer has a part in."""
    own = own_commission(viewer)
    if own is None:
        return []
    seen = exists().where(Clue.id == ClueDeletion.clue_id, clue_visible_to(viewer))
    cleared = ClueDeletion.secrecy_level.in_(sorted(viewer.cleared_for))
    return [PartOf(ClueDeletion.commission == own, and_(cleared, seen))]


@reads_as_engine
async def find_waiting(session: AsyncSession, clue_id: UUID) -> ClueDeletion | None:
    """The deletion of a clue that waits for its decision."""
    query = select(ClueDeletion).where(
        ClueDeletion.clue_id == clue_id, ClueDeletion.state == DeletionState.REQUESTED.value
    )
    return await session.scalar(query)


@reads_as_engine
async def find_open(session: AsyncSession, clue_id: UUID) -> Open:
    """What is still open around a clue, also what the caller is not shown."""
    row = (await session.execute(_OPEN, {"clue_id": clue_id, "ended": sorted(ENDED)})).one()
    return Open(row.matter, row.proceeding)


async def erase_content(session: AsyncSession, clue_id: UUID) -> None:
    """Erase all that a clue said, wherever it stands; the database checks that two people let it go."""
    await session.execute(select(func.erase_deleted_clue(clue_id)))
