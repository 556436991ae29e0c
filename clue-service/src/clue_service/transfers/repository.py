"""SQL of transfers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, any_, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, newest
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.models import Clue
from clue_service.transfers.models import ClueTransfer


async def find_transfer(session: AsyncSession, transfer_id: UUID, *, lock: bool = False) -> ClueTransfer | None:
    """One transfer; with ``lock`` nobody else changes it until the transaction ends."""
    query = select(ClueTransfer).where(ClueTransfer.id == transfer_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


@reads_as_engine
async def received_status(session: AsyncSession, transfer: ClueTransfer) -> str | None:
    """How far the receiver's clue is, for the service's own work; None while there is none."""
    return await session.scalar(select(Clue.status).where(Clue.id == transfer.received_clue_id))


@reads_as_engine
async def may_meet(session: AsyncSession, viewer: Viewer, transfer: ClueTransfer) -> bool:
    """Whether neither clearance nor recusal keeps the viewer away from either clue of a transfer."""
    return bool(await session.scalar(select(_met(viewer)).where(ClueTransfer.id == transfer.id)))


def _met(viewer: Viewer) -> ColumnElement[bool]:
    kept_away = or_(literal(viewer.sub) == any_(Clue.recused), Clue.secrecy_level.not_in(sorted(viewer.cleared_for)))
    return ~exists().where(Clue.id.in_([ClueTransfer.clue_id, ClueTransfer.received_clue_id]), kept_away)


async def list_transfers(
    session: AsyncSession,
    viewer: Viewer,
    *,
    sender: str | None,
    receiver: str | None,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[ClueTransfer]:
    """Transfers a commission sent or is sent, of clues the viewer may meet, newest first."""
    parts = [
        PartOf(column == commission, _met(viewer))
        for column, commission in ((ClueTransfer.from_commission, sender), (ClueTransfer.to_commission, receiver))
        if commission is not None
    ]
    narrowed = [ClueTransfer.state == state] if state is not None else []
    return await newest(session, ClueTransfer, parts, narrowed=narrowed, before=before, limit=limit)


@reads_as_engine
async def counterparts(session: AsyncSession, clue_id: UUID) -> set[UUID]:
    """The clues at the other end of the transfers of a clue: the same letter, in another commission's ledger."""
    ends = (ClueTransfer.clue_id, ClueTransfer.received_clue_id)
    query = select(*ends).where(or_(ClueTransfer.clue_id == clue_id, ClueTransfer.received_clue_id == clue_id))
    rows = await session.execute(query)
    return {end for row in rows for end in row if end is not None and end != clue_id}
