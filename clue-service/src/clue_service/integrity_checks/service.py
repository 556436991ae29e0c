"""Whether people are the subject of an open clue: a verdict for other services, neither stored nor shown."""

from collections.abc import Sequence

from chassis.directory import UnitTree
from chassis.errors import Forbidden
from chassis.identity import Principal
from chassis.uow import Uow

from clue_service.clues import service as clues
from clue_service.integrity_checks.schemas import CadreIn, CadreVerdict

ASKERS = frozenset({"svc:personnel-pool-service", "svc:inspection-service"})


async def check_cadres(uow: Uow, asker: Principal, tree: UnitTree, cadres: Sequence[CadreIn]) -> list[CadreVerdict]:
    """One verdict for each cadre. A silent clue does not count: it changes no answer outside its commission.

    Raises Forbidden for anybody but the talent pool and inspection.
    """
    if not asker.is_service or asker.sub not in ASKERS:
        raise Forbidden
    codes, persons = await clues.subjects_of_open_clues(
        uow,
        person_codes={one.person_code for one in cadres if one.person_code},
        names={one.name for one in cadres if one.name},
    )
    verdicts = [CadreVerdict(cadre_id=one.cadre_id, open_clue=_is_subject(one, tree, codes, persons)) for one in cadres]
    await uow.audit("check", "integrity", "-", detail={"cadres": len(cadres)})
    return verdicts


def _is_subject(cadre: CadreIn, tree: UnitTree, codes: set[str], persons: set[tuple[str, str | None]]) -> bool:
    if cadre.person_code is not None and cadre.person_code in codes:
        return True
    units = {above for code in cadre.unit_codes for above in (tree.superiors(code) or [code])}
    return cadre.name is not None and any((cadre.name, unit) in persons for unit in units)
