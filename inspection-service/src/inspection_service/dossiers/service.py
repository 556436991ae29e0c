"""Use cases of the entry dossier: asking for one, freezing it, reading it, comparing two freezes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow
from contracts.inspection import DossierFrozen

from inspection_service.briefings import service as briefings
from inspection_service.clients.clue import LedgerExtract
from inspection_service.dossiers import domain, gathering, repository
from inspection_service.dossiers.domain import DossierState, Item
from inspection_service.dossiers.errors import DossierNotFrozen, DossiersOfTwoUnits
from inspection_service.dossiers.models import Dossier
from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications import service as rectifications
from inspection_service.rounds import service as rounds
from inspection_service.steps.service import record_step
from inspection_service.teams import service as teams

STEP = "dossier"


@dataclass(frozen=True)
class Order:
    """A dossier to compile: for whom, and about which unit."""

    dossier_id: UUID
    team_id: UUID
    unit_code: str
    requested_by: str


@dataclass(frozen=True)
class Opened:
    """A frozen dossier with its document."""

    dossier: Dossier
    document: Mapping[str, Any]

    @property
    def items(self) -> Sequence[Item]:
        """Everything it holds, whoever reads."""
        found: Sequence[Item] = self.document["items"]
        return found


async def order_dossier(uow: Uow, viewer: Viewer, team_id: UUID) -> Dossier:
    """Ask for a new freeze of what is known of a team's unit; a worker compiles it."""
    team = await teams.visible_team(uow, viewer, team_id)
    dossier = Dossier(
        team_id=team.id,
        unit_code=team.unit_code,
        state=DossierState.COMPILING,
        requested_by=uow.actor.acting_for or uow.actor.sub,
        requested_at=uow.now,
        version=1,
    )
    uow.session.add(dossier)
    await uow.session.flush()
    await record_step(uow, STEP, dossier.id, dossier.version, "order", source=None, target=dossier.state)
    await uow.enqueue("compile-dossier", {"dossier_id": str(dossier.id)})
    await uow.audit("order", STEP, dossier.id, detail={"team_id": str(team_id)})
    return dossier


async def open_order(uow: Uow, dossier_id: UUID) -> Order | None:
    """What a worker has to compile; None if that is done."""
    dossier = await repository.find_dossier(uow.session, dossier_id)
    if dossier is None or dossier.state != DossierState.COMPILING:
        return None
    return Order(dossier.id, dossier.team_id, dossier.unit_code, dossier.requested_by)


async def freeze(
    uow: Uow, tree: UnitTree, dossier_id: UUID, extract: LedgerExtract | None, sources: Mapping[str, str]
) -> None:
    """Write the document and its hash, once. ``extract`` None: clue-service refused; ``sources`` says so."""
    dossier = await repository.lock_dossier(uow.session, dossier_id)
    if dossier is None or dossier.state != DossierState.COMPILING:
        return
    (team,) = await teams.teams_by_id(uow, [dossier.team_id])
    found = (await rounds.plan_of(uow, team.round_id)).round
    zone, unit = uow.clock.zone, team.unit_code
    earlier = await repository.list_earlier_findings(uow.session, unit, team.round_id)
    owed = [one for one in await rectifications.items_of(uow, unit_codes=[unit]) if one.round_id != team.round_id]
    items = [
        *gathering.round_items(await repository.list_rounds_on_unit(uow.session, unit, team.round_id)),
        *gathering.finding_items(earlier, zone),
        *gathering.rectification_items(owed, zone),
        *(gathering.ledger_items(extract) if extract else ()),
        *(gathering.advice_items(extract) if extract else ()),
    ]
    facts = {
        "unit": gathering.unit_facts(tree, unit),
        "team_id": str(team.id),
        "round": {"id": str(found.id), "type": found.type, "starts_on": found.starts_on.isoformat()},
        "compiled_on": uow.clock.today().isoformat(),
        "sources": dict(sources),
        "briefings": await briefings.contributions(uow, team.id),
    }
    counts = {"sections": domain.tally(items, "section"), "ledger": gathering.ledger_counts(extract)}
    text = domain.canonical(domain.compile_document(facts, items, counts))
    dossier.document, dossier.sha256, dossier.item_count = text, domain.hash_of(text), len(items)
    dossier.frozen_at = uow.now
    await _move(uow, dossier, "freeze")
    event = DossierFrozen(
        dossier_id=dossier.id,
        team_id=team.id,
        unit_code=unit,
        office_unit=team.office_unit,
        item_count=len(items),
    )
    await uow.emit(event, aggregate_id=dossier.id, version=dossier.version, commission=team.commission)


async def _move(uow: Uow, dossier: Dossier, verb: str) -> None:
    move = domain.MOVES.take(verb, dossier.state)
    source, dossier.state = dossier.state, str(move.target)
    dossier.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, dossier.id, dossier.version, verb, source=source, target=dossier.state)
    await uow.audit(verb, STEP, dossier.id, detail={"sha256": dossier.sha256, "items": dossier.item_count})


async def list_dossiers(uow: Uow, viewer: Viewer, team_id: UUID) -> Sequence[Dossier]:
    """The dossiers of a team, newest first; raises NotFound where the viewer may not meet its matter."""
    await teams.visible_team(uow, viewer, team_id)
    return await repository.list_dossiers(uow.session, team_id)


async def visible_dossier(uow: Uow, viewer: Viewer, dossier_id: UUID) -> Dossier:
    """The dossier without its content; raises NotFound where the viewer may not meet its team's matter."""
    dossier = await repository.find_dossier(uow.session, dossier_id)
    if dossier is None:
        raise NotFound
    await teams.visible_team(uow, viewer, dossier.team_id)
    return dossier


async def open_dossier(uow: Uow, viewer: Viewer, dossier_id: UUID, how: str) -> Opened:
    """The frozen document; the reading is audited with how it was read. Raises NotFound, DossierNotFrozen."""
    await visible_dossier(uow, viewer, dossier_id)
    dossier = await repository.find_dossier(uow.session, dossier_id, whole=True)
    if dossier is None or dossier.document is None:
        raise DossierNotFrozen(members={"state": dossier.state if dossier else None})
    await uow.audit(how, STEP, dossier_id)
    return Opened(dossier, json.loads(dossier.document))


async def compare(uow: Uow, viewer: Viewer, older_id: UUID, newer_id: UUID) -> domain.Difference:
    """What came, went and changed between two freezes, as far as the caller is cleared."""
    older = await open_dossier(uow, viewer, older_id, "compare")
    newer = await open_dossier(uow, viewer, newer_id, "compare")
    if older.dossier.unit_code != newer.dossier.unit_code:
        raise DossiersOfTwoUnits
    return domain.difference(
        domain.shown_to(uow.actor, older.items).items, domain.shown_to(uow.actor, newer.items).items
    )
