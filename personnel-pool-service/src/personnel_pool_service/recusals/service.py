"""What the recusal engine needs to know of people, gathered in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.errors import FieldError
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import CadreFacts, RecusalFacts
from personnel_pool_service.cadres.errors import UnknownCadre
from personnel_pool_service.recusal_declarations import service as declarations
from personnel_pool_service.recusal_requests import service as requests
from personnel_pool_service.recusal_waivers import service as waivers
from personnel_pool_service.recusals import repository
from personnel_pool_service.recusals.domain import NOTHING_MORE, Circumstances
from personnel_pool_service.units.service import require_units


@dataclass(frozen=True)
class People:
    """Facts and circumstances of cadres, opened. Never answer or log any of it."""

    facts: Mapping[UUID, RecusalFacts]
    circumstances: Mapping[UUID, Circumstances]


def unknown_cadres(indexes: Iterable[int]) -> UnknownCadre:
    """Which cadres of a question are not in the pool, or not visible to the caller; the two are the same."""
    return UnknownCadre(
        errors=[FieldError(f"/cadre_ids/{one}", "unknown_cadre", UnknownCadre.title) for one in indexes]
    )


async def gather_people(
    uow: Uow,
    keys: KeyRing,
    cadre_ids: Sequence[UUID],
    units: Mapping[str, str],
    known: Mapping[UUID, CadreFacts] | None = None,
) -> People:
    """What may keep the cadres from the target ``units`` (JSON pointer → code). Counted in the audit log, not listed.

    ``known`` is what ``cadres.cadre_facts`` says of them, where somebody has just read it.

    Raises:
        UnknownUnit: a target is not in the directory.
        UnknownCadre: a cadre is not in the pool.
    """
    await require_units(uow, units)
    facts = await cadres.recusal_facts(uow, keys, cadre_ids, known)
    unknown = [index for index, cadre_id in enumerate(cadre_ids) if cadre_id not in facts]
    if unknown:
        raise unknown_cadres(unknown)
    ties = await declarations.ties_of(uow, keys, cadre_ids)
    doubts = await requests.weights_of(uow, cadre_ids)
    waived = await waivers.waived(uow, cadre_ids)
    special = ties.keys() | doubts.keys() | waived.keys()
    circumstances = {
        cadre_id: Circumstances(
            ties=ties.get(cadre_id, ()),
            doubted_at=doubts.get(cadre_id, ()),
            waived=waived.get(cadre_id, frozenset()),
        )
        if cadre_id in special
        else NOTHING_MORE
        for cadre_id in cadre_ids
    }
    await uow.audit(
        "check_recusal", "recusal", "check", detail={"cadres": len(facts), "targets": len(set(units.values()))}
    )
    return People(facts, circumstances)


async def units_of_persons(uow: Uow, codes: Collection[str]) -> dict[str, str]:
    """Code of a supervised person → unit; unknown codes are absent."""
    return await repository.list_units_of_persons(uow.session, codes) if codes else {}
