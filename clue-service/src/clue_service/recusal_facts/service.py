"""Whom a clue is about, as far as the person asking may see the clue: the pool decides recusals by it."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.identity import SERVICE_ROLE, Principal
from chassis.uow import Uow

from clue_service.access.policy import viewer_of
from clue_service.access.row_security import ask_as
from clue_service.clues import describing
from clue_service.clues import service as clues
from clue_service.recusal_facts import repository
from clue_service.recusal_facts.schemas import RecusalFactsOut

ASKER = "svc:personnel-pool-service"


async def facts_of_clue(uow: Uow, asker: Principal, tree: UnitTree, clue_id: UUID) -> RecusalFactsOut:
    """The codes of a clue's subjects and of the units that handle it.

    Raises:
        NotFound: the clue is not there; the acting user is unknown or may not see it; somebody else than the pool asks.
            All of these look alike.
    """
    if not asker.is_service or asker.sub != ASKER or asker.acting_for is None:
        raise NotFound
    person = await repository.find_principal(uow.session, asker.acting_for)
    if person is None or SERVICE_ROLE in person.roles:
        raise NotFound
    viewer = viewer_of(person, tree)
    await ask_as(uow.session, viewer)  # the pool asks for that person, who sees no more through it than alone
    clue = await clues.visible_clue(uow, viewer, clue_id)
    (summary,) = await describing.summarise(uow, [clue])
    await uow.audit("read_recusal_facts", "clue", clue_id)
    return RecusalFactsOut(
        unit_codes=sorted({unit for one in summary.subjects if (unit := one.unit_code or one.resolved_unit)}),
        person_codes=sorted({one.person_code for one in summary.subjects if one.person_code}),
        lead_unit=clue.lead_unit,
        co_units=sorted(clue.co_units),
    )
