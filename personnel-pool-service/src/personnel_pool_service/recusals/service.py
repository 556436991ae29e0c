"""Use case of the recusal check. Facts come in, verdicts go out, nothing else does."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, Text
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import RecusalFacts
from personnel_pool_service.cadres.errors import UnknownCadre
from personnel_pool_service.recusals.domain import Targets, Verdict, check_cadre
from personnel_pool_service.units.service import require_units


async def gather_facts(
    uow: Uow, keys: KeyRing, cadre_ids: Sequence[UUID], unit_codes: Sequence[str | None]
) -> dict[UUID, RecusalFacts]:
    """What may keep the cadres from the targets. Counted in the audit log, not listed.

    Raises:
        UnknownUnit: a target is not in the directory.
        UnknownCadre: a cadre is not in the pool.
    """
    await require_units(uow, {f"/targets/{index}/unit_code": code for index, code in enumerate(unit_codes)})
    facts = await cadres.recusal_facts(uow, keys, cadre_ids)
    unknown = [index for index, cadre_id in enumerate(cadre_ids) if cadre_id not in facts]
    if unknown:
        message = Text("干部不在库中", "The cadre is not in the pool")
        raise UnknownCadre(errors=[FieldError(f"/cadre_ids/{index}", "unknown_cadre", message) for index in unknown])
    await uow.audit("check_recusal", "recusal", "check", detail={"cadres": len(facts), "targets": len(set(unit_codes))})
    return facts


def check(
    uow: Uow,
    tree: UnitTree,
    facts: Mapping[UUID, RecusalFacts],
    with_open_clue: frozenset[UUID],
    unit_codes: Sequence[str],
    role: str | None,
) -> list[Verdict]:
    """A verdict per cadre and target, cadres in the order of ``facts``."""
    targets, today = Targets(tree, unit_codes), uow.clock.today()
    return [
        verdict
        for one in facts.values()
        for verdict in check_cadre(one, targets, today, has_open_clue=one.cadre_id in with_open_clue, role=role)
    ]
