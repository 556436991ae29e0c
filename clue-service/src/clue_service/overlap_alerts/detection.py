"""Overlaps as intake meets them: one alert per overlapping set, and what a hidden clue looks like from outside."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.contacts import contact_of
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import OVERLAP_ACKNOWLEDGEMENT, end_of_day
from clue_service.matters import service as matters
from clue_service.matters.leads import Lead, prevailing
from clue_service.overlap_alerts import domain, events, repository
from clue_service.overlap_alerts.domain import AlertState, Outcome, Party, Stage
from clue_service.overlap_alerts.meeting import Met, find_met
from clue_service.overlap_alerts.models import OverlapAlert
from clue_service.overlap_alerts.schemas import BlindHit
from clue_service.recusals import telling
from clue_service.recusals.reach import Item


async def report_overlap(
    uow: Uow,
    clue: Party,
    hits: Sequence[Party],
    bound: Collection[UUID] | None = None,
    find_standing: Callable[[], Awaitable[Sequence[Lead]]] | None = None,
) -> UUID:
    """Let a clue and the clues of other commissions it overlaps with meet in one alert.

    The earliest alert in effect of any of them takes all; without one there is a new alert. Two intakes that find each
    other at the same time come here one after the other, and the second finds the alert of the first.

    Args:
        clue: The clue that was matched.
        hits: Clues of other commissions that are told of it.
        bound: Those that probably report the same matter, so that one lead binds them with the clue; None: all.
        find_standing: Asks for the leads that approvals of checks gave the clues before they met; once no other
            approval can be given, since one that was given a moment ago counts.
    """
    await matters.serialise(uow)
    parties = [clue, *hits]
    together = {clue.clue_id, *(hit.clue_id for hit in hits if bound is None or hit.clue_id in bound)}
    standing = await find_standing() if find_standing else ()
    ids = [party.clue_id for party in parties]
    met, is_recused = await find_met(uow.session, ids)
    if not met:
        return await _open_alert(uow, parties, together, standing, is_recused=is_recused)
    if len(met) == 1 and {party.commission for party in parties}.issubset(met[0].commissions):
        return await _take_up(uow, met[0], parties, together, standing, is_recused=is_recused)
    alert, *others = await repository.list_in_effect(uow.session, ids)
    for other in others:
        await _merge(uow, other, alert)
    await _join(uow, alert, parties)
    await _bind(uow, alert.id, together, standing)
    return alert.id


async def _take_up(
    uow: Uow,
    met: Met,
    parties: Sequence[Party],
    together: AbstractSet[UUID],
    standing: Sequence[Lead],
    *,
    is_recused: bool,
) -> UUID:
    """Clues meet in an alert whose commissions all know of it: written as they would be if they joined and were bound.

    This is how most overlaps end, and whoever holds the lock of matters is waited for.
    """
    present = {clue_id: scope for clue_id, scope in met.scopes.items() if clue_id in together}
    scopes = sorted({*present.values(), *(together - met.scopes.keys())})
    new = [replace(one, bound_by=scopes[0]) if one.clue_id in together else one for one in parties]
    await repository.add_parties(uow.session, met.id, new, (), uow.now)
    if rebound := set(present.values()) - {scopes[0]}:
        await repository.bind(uow.session, met.id, sorted(rebound), scopes[0])
    if is_recused:
        await telling.tell_of_new(uow, Item("overlap_alert", met.id), is_held=True)
    await _lead(uow, scopes, together, standing)
    return met.id


async def _bind(uow: Uow, alert_id: UUID, clue_ids: Collection[UUID], standing: Sequence[Lead]) -> None:
    """One lead for clues that probably report one matter: of several the one that prevails."""
    clues = await repository.list_clues(uow.session, [alert_id])
    scopes = sorted({clue.bound_by for clue in clues if clue.clue_id in clue_ids})
    if len(scopes) > 1:
        await repository.bind(uow.session, alert_id, scopes, scopes[0])
    await _lead(uow, scopes, clue_ids, standing)


async def _lead(uow: Uow, scopes: Sequence[UUID], clue_ids: Collection[UUID], standing: Sequence[Lead]) -> None:
    """What bound some clues until now is bound by the first of it; of several leads the one that prevails leads."""
    leads = await matters.leads_of(uow, scopes)
    lead = prevailing([*leads.values(), *(one for one in standing if one.clue_id in clue_ids)])
    if leads or lead is not None:
        await matters.put_leads(uow, {**dict.fromkeys(scopes[1:]), scopes[0]: lead})


async def bind_all(uow: Uow, alert_id: UUID) -> UUID:
    """The votes hold all clues of an alert to be one matter: what binds them from now on."""
    clues = await repository.list_clues(uow.session, [alert_id])
    await _bind(uow, alert_id, {clue.clue_id for clue in clues}, ())
    return min(clue.bound_by for clue in clues)


async def _open_alert(
    uow: Uow,
    parties: Sequence[Party],
    together: Collection[UUID],
    standing: Sequence[Lead],
    *,
    is_recused: bool,
) -> UUID:
    """Clues meet that no alert holds yet: written at once as they would be if they joined and were then bound."""
    due = await deadlines.due_for(uow, OVERLAP_ACKNOWLEDGEMENT.name, uow.clock.today())
    alert = OverlapAlert(
        state=AlertState.DETECTED,
        detected_at=uow.now,
        ack_due_at=end_of_day(due.on, uow.clock.zone),
        version=1,
    )
    scopes = sorted(together)
    bound = [replace(one, bound_by=scopes[0]) if one.clue_id in together else one for one in parties]
    await repository.open_alert(uow.session, alert, bound)
    await _say_joined(uow, alert, sorted({one.commission for one in bound}), [], is_recused=is_recused)
    await _lead(uow, scopes, together, standing)
    return alert.id


async def _merge(uow: Uow, source: OverlapAlert, target: OverlapAlert) -> None:
    """A clue overlaps with both sets, so they are one: the earlier alert goes on with the clues of the later."""
    clues = await repository.list_clues(uow.session, [source.id])
    parties = [Party(clue.clue_id, clue.commission, Stage(clue.stage), clue.bound_by) for clue in clues]
    source.state = AlertState.MERGED
    source.merged_into = target.id
    source.version += 1
    await uow.session.flush()
    await _join(uow, target, parties)


async def _join(uow: Uow, alert: OverlapAlert, parties: Sequence[Party]) -> None:
    present = [part.commission for part in await repository.list_parts(uow.session, [alert.id])]
    joined = sorted({party.commission for party in parties} - set(present))
    if joined:
        alert.state = AlertState.DETECTED  # whoever joins has not taken note; a designated lead stays in effect
        alert.version += 1
    await repository.add_parties(uow.session, alert.id, parties, joined, uow.now)
    await _say_joined(uow, alert, joined, present)


async def _say_joined(
    uow: Uow, alert: OverlapAlert, joined: Sequence[str], present: Sequence[str], *, is_recused: bool = True
) -> None:
    """Clues were written into an alert: say it of the commissions that joined by them, at the alert's version.

    ``is_recused``: whether anybody may be recused from a clue of the alert.
    """
    if is_recused:
        await telling.tell_of_new(uow, Item("overlap_alert", alert.id), is_held=True)
    if not joined:
        return
    await events.emit_detected(uow, alert, [*present, *joined], joined)
    await uow.audit(
        "detect", "overlap_alert", alert.id, detail={"joined": joined, "commissions": len(present) + len(joined)}
    )


async def commissions_of(uow: Uow, alert_id: UUID) -> set[str]:
    """The commissions that take part in an alert."""
    return {part.commission for part in await repository.list_parts(uow.session, [alert_id])}


async def blind_hits(uow: Uow, tree: UnitTree, clue_id: UUID, own: str, sub: str) -> list[tuple[UUID, BlindHit]]:
    """The other commissions that overlap with a clue: (alert, what is told), sorted by commission.

    ``sub`` is not told of alerts that one is recused from.
    """
    gathered: dict[UUID, dict[str, list[str]]] = {}
    for met in await repository.clues_met_by(uow.session, clue_id, sub):
        gathered.setdefault(met.alert_id, {}).setdefault(met.commission, []).append(met.stage)
    found: dict[str, tuple[UUID, BlindHit]] = {}
    for alert_id, stages in sorted(gathered.items()):
        for commission in sorted(stages.keys() - {own} - found.keys()):
            stage = domain.stage_of_commission(stages[commission])
            found[commission] = (alert_id, blind_hit(tree, commission, stage))
    return [found[commission] for commission in sorted(found)]


def blind_hit(tree: UnitTree, commission: str, stage: Stage) -> BlindHit:
    """What is told of a hidden clue."""
    return BlindHit(unit=commission, stage=stage, contact=contact_of(tree, commission))


async def stages_by_commission(uow: Uow, alert_ids: Iterable[UUID]) -> dict[UUID, dict[str, Stage]]:
    """How far each commission of each alert is."""
    ids = list(alert_ids)
    gathered: dict[UUID, dict[str, list[str]]] = {alert_id: {} for alert_id in ids}
    for alert_id, commission, stage in await repository.list_stages(uow.session, ids):
        gathered[alert_id].setdefault(commission, []).append(stage)
    return {
        alert_id: {code: domain.stage_of_commission(stages) for code, stages in sorted(by_code.items())}
        for alert_id, by_code in gathered.items()
    }


async def binding_scopes(uow: Uow, clue_id: UUID) -> list[UUID]:
    """What binds a clue through alerts: the lead of each has to be respected."""
    return list(await repository.binding_scopes(uow.session, clue_id))


async def scopes_of_clues(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """What binds some clues through alerts, with the commissions each scope binds."""
    return await repository.scopes_of_clues(uow.session, clue_ids)


async def follow_stage(uow: Uow, clue_id: UUID, stage: Stage) -> None:
    """A clue has moved on: its alerts say so."""
    await repository.set_stage(uow.session, clue_id, stage)


async def unbind(uow: Uow, clue_id: UUID) -> None:
    """Some of what a clue said has left it: no lead binds it by its alerts until it is matched anew.

    It stays in them, so nobody hears of it. One that leads goes on to. Call ``matters.serialise`` first.
    """
    for part in await repository.parts_of_clue(uow.session, clue_id):
        lead = (await matters.leads_of(uow, [part.bound_by])).get(part.bound_by)
        together = await repository.list_clues(uow.session, [part.alert_id])
        others = [one for one in together if one.bound_by == part.bound_by and one.clue_id != clue_id]
        if not others or (lead is not None and lead.clue_id == clue_id):
            continue
        if part.bound_by != clue_id:
            part.bound_by = clue_id
            continue
        scope = min(one.clue_id for one in others)
        for one in others:
            one.bound_by = scope
        is_matter = clue_id in await matters.matters_of_clue(uow, clue_id)
        await matters.put_leads(uow, {scope: lead} if is_matter else {clue_id: None, scope: lead})
    await uow.session.flush()


async def forget_clue(uow: Uow, clue_id: UUID) -> None:
    """A clue is sealed: it takes part in nothing, and where nobody else of its commission does, that does not either.

    Call ``matters.serialise`` first.
    """
    for part in await repository.parts_of_clue(uow.session, clue_id):
        alert = await repository.find_alert(uow.session, part.alert_id, lock=True)
        leads = await matters.leads_of(uow, [part.bound_by])
        if any(lead.clue_id == clue_id for lead in leads.values()):
            await matters.put_leads(uow, {part.bound_by: None})
        left = {one.commission for one in await repository.list_clues(uow.session, [part.alert_id]) if one is not part}
        await repository.remove_clue(uow.session, part, leaves=part.commission not in left)
        if alert is not None and alert.state in domain.OPEN and len(left) <= 1:
            alert.state, alert.outcome, alert.resolved_at = AlertState.RESOLVED, Outcome.NOT_SAME, uow.now
            alert.version += 1
            await uow.session.flush()
            await events.emit_resolved(uow, alert, {part.commission, *left})


async def tell_due_changed(uow: Uow, alert: OverlapAlert) -> None:
    """The commissions that owe their acknowledgement owe it by another day."""
    parts = await repository.list_parts(uow.session, [alert.id])
    outstanding = [part.commission for part in parts if part.acknowledged_at is None]
    await events.emit_due_changed(uow, alert, [part.commission for part in parts], outstanding)
