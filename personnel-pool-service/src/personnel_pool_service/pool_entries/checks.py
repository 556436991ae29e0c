"""The qualification check: what the pool itself knows about somebody who is nominated."""

from collections.abc import Collection
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.appraisals import service as appraisals
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import RecusalFacts
from personnel_pool_service.pool_entries import service
from personnel_pool_service.pool_entries.domain import MOVES, Candidate, is_plain


async def qualification(
    uow: Uow, keys: KeyRing, entry_id: UUID, homes: Collection[str] | None
) -> tuple[bool, RecusalFacts]:
    """Whether nothing the pool knows asks for a closer look, and what clue-service is to be asked with.

    Raises:
        NotFound, MoveRefused.
    """
    row, _ = await service.get_entry(uow, entry_id, homes)
    MOVES.take("check", row.status)
    view = await cadres.get_cadre(uow, row.cadre_id, None)
    candidate = Candidate(
        rank=view.row.rank,
        party_member=view.row.party_member,
        flags=view.flags,
        has_poor_appraisal=await appraisals.has_poor(uow, row.cadre_id),
    )
    facts = await cadres.recusal_facts(uow, keys, [row.cadre_id])
    return is_plain(row.pool_kind, candidate), facts[row.cadre_id]
