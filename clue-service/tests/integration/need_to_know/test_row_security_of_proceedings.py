"""Policy, list filter and database say the same about proceedings, for any caller."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.service import Resources
from clue_service.access.paging import newest
from clue_service.access.policy import LEADERS, Viewer, access_to
from clue_service.access.row_security import ask_as, engine_session
from clue_service.advice import policy as advice_policy
from clue_service.advice import service as advice
from clue_service.advice.domain import AdviceState
from clue_service.advice.models import Advice
from clue_service.clue_clocks import policy as clock_policy
from clue_service.clue_clocks import service as clocks
from clue_service.clue_clocks.models import ClueClock
from clue_service.clues.models import Clue
from clue_service.consultations import policy as consultation_policy
from clue_service.consultations import repository as consultations
from clue_service.consultations import service as consultation_service
from clue_service.consultations.models import (
    Consultation,
    ConsultationAction,
    ConsultationClue,
    ConsultationOpinion,
    ConsultationParticipant,
    ConsultationRecusal,
)
from clue_service.outcome_notices import service as outcome_service
from clue_service.outcome_notices.models import OutcomeNotice
from clue_service.proceedings.models import ProceedingStep
from clue_service.proceedings.policy import represented_units
from clue_service.recusals import reach
from clue_service.recusals.reach import Item
from clue_service.reporter_notices import service as reporter_notices
from clue_service.reporter_notices.models import ReporterNotice
from clue_service.supervised_handlings import policy as order_policy
from clue_service.supervised_handlings import service as orders
from clue_service.supervised_handlings.domain import OrderState
from clue_service.supervised_handlings.models import SupervisedHandling
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

UNITS, COMMISSIONS, SUBS, LEVELS = ("u1", "u2", "c1", "c2"), ("c1", "c2"), ("p1", "p2", "p3"), ("internal", "secret")
ROLES = ("handler", "case_supervisor", "intake_officer", "leader", "inspector", "platform_admin")
MANY = 60
_CLUES = (
    "recused = '{p1}', commission = 'c1'",
    "recused = '{p2,p3}', commission = 'c2'",
    "secrecy_level = 'secret', commission = 'c1'",
)


@dataclass
class World:
    """Everything there is, as the service itself reads it."""

    rows: dict[type[Any], list[Any]] = field(default_factory=dict)

    def of(self, model: type[Any]) -> list[Any]:
        return self.rows.setdefault(model, [])


@pytest.fixture
async def world(register: Any, resources: Resources) -> World:
    clue_ids = [UUID((await register("officer@pet-dh", origin_ref=f"n:{n}"))["id"]) for n in range(4)]
    chance, now = random.Random(20261123), resources.clock.now()
    made = World()
    async with engine_session(resources) as session:
        for clue_id, change in zip(clue_ids, _CLUES, strict=False):
            await session.execute(text(f"update clue set {change} where id = :id"), {"id": clue_id})
        for row in _rows(chance, [*clue_ids, None, None], now):
            session.add(row)
            await session.flush()
            made.of(type(row)).append(row)
        for kind in ("acceptance", "result"):
            for clue_id in clue_ids:
                notice = ReporterNotice(
                    clue_id=clue_id, clue_no="n", kind=kind, state="owed", version=1, clue_version=1,
                    commission=chance.choice(COMMISSIONS), since=None, due_at=now, due_provisional=False,
                    method=None, given_on=None, given_by=None,
                )  # fmt: skip
                session.add(notice)
                made.of(ReporterNotice).append(notice)
        for clue_id in clue_ids:
            for unit in UNITS:
                clock = ClueClock(
                    clue_id=clue_id, clue_no="n", kind="inquiry_reply", state="open", version=1, clue_version=1,
                    commission=chance.choice(COMMISSIONS), unit=unit, subject_id=uuid4(), due_rule="inquiry_reply",
                    due_rule_version=1, clock_start=now.date(), due_at=now, due_provisional=False,
                )  # fmt: skip
                session.add(clock)
                made.of(ClueClock).append(clock)
        await session.flush()
        _hang_on_consultations(chance, made, session, now)
        for model, noun in NOUNS.items():
            for row in made.of(model):
                step = ProceedingStep(
                    item_type=noun, item_id=row.id, version=1, verb="v", source=None, target="t", document={},
                    unit=None, taken_by="x", taken_at=now,
                )  # fmt: skip
                session.add(step)
                made.of(ProceedingStep).append(step)
        await session.flush()
        made.rows[Clue] = list(await session.scalars(select(Clue)))
    return made


NOUNS = {
    Consultation: "consultation", Advice: "advice", SupervisedHandling: "supervised_handling",
    OutcomeNotice: "outcome_notice", ReporterNotice: "reporter_notice", ClueClock: "clue_clock",
}  # fmt: skip


def _rows(chance: random.Random, clue_ids: list[UUID | None], now: Any) -> Iterable[Any]:
    some, today = chance.choice, date(2026, 11, 23)
    held: list[UUID | None] = [None]
    for _ in range(MANY):
        item = Consultation(
            id=uuid4(), kind="important_clue", state="draft", version=1, topic="t", secrecy_level=some(LEVELS),
            convener_unit=some(UNITS), commission=some(COMMISSIONS), convened_by="x", convened_at=now, quorum=1,
            opening="all", scheduled_at=some((None, now)), attended=[],
        )  # fmt: skip
        held.append(item.id)
        yield item
    for _ in range(MANY):
        yield Advice(
            id=uuid4(), kind="supervisory", state=some(list(AdviceState)).value, version=1, title="t", problem="p",
            demands="d", secrecy_level=some(LEVELS), issuing_unit=some(UNITS), commission=some(COMMISSIONS),
            addressed_unit=some(UNITS), watchers=chance.sample(UNITS, chance.randint(0, 2)), clue_id=some(clue_ids),
            consultation_id=some([None, some(held)]), drafted_by="x", drafted_at=now, reply_due_on=today,
            times_returned=0,
        )  # fmt: skip
        yield SupervisedHandling(
            state=some(list(OrderState)).value, version=1, trigger="overdue", method="letter", demand="d",
            secrecy_level=some(LEVELS), ordering_unit=some(UNITS), commission=some(COMMISSIONS),
            target_unit=some(UNITS), clue_id=some(clue_ids), proposed_by="x", proposed_at=now, times_returned=0,
            times_pressed=0, escalated_to=some((None, *UNITS)),
        )  # fmt: skip
        yield OutcomeNotice(
            state="notified", version=1, kind="talk", outcome="o", source_ref=str(uuid4()), item_type="clue",
            item_id=some(clue_ids[:4]), about_unit="a", unit=some(UNITS), handling_unit=some(UNITS),
            commission=some(COMMISSIONS), secrecy_level=some(LEVELS), notified_at=now, ack_due_at=now,
        )  # fmt: skip


def _hang_on_consultations(chance: random.Random, made: World, session: Any, now: Any) -> None:
    clue_ids = sorted({one.item_id for one in made.of(OutcomeNotice)})
    for item in made.of(Consultation):
        for unit in chance.sample(UNITS, chance.randint(0, 2)):
            persons = chance.sample(SUBS, chance.choice((0, 0, 1)))
            made.of(ConsultationParticipant).append(
                ConsultationParticipant(consultation_id=item.id, unit=unit, persons=persons)
            )
        if chance.random() < 0.3:
            made.of(ConsultationRecusal).append(
                ConsultationRecusal(consultation_id=item.id, sub=chance.choice(SUBS), recorded_by="x", recorded_at=now)
            )
        if chance.random() < 0.5:
            made.of(ConsultationClue).append(ConsultationClue(consultation_id=item.id, clue_id=chance.choice(clue_ids)))
        made.of(ConsultationOpinion).append(
            ConsultationOpinion(
                consultation_id=item.id, unit="u1", sealed=b"x", given_by="x", given_at=now, is_late=False
            )
        )
        made.of(ConsultationAction).append(
            ConsultationAction(
                consultation_id=item.id, position=1, task="t", owner_unit=chance.choice(UNITS),
                due_at=now + timedelta(days=1), state=chance.choice(("proposed", "open", "done")), version=1,
            )
        )  # fmt: skip
    for model in CHILDREN:
        session.add_all(made.of(model))


CHILDREN = (ConsultationParticipant, ConsultationRecusal, ConsultationClue, ConsultationOpinion, ConsultationAction)


def _viewers(chance: random.Random, count: int) -> list[Viewer]:
    made = []
    for _ in range(count):
        service = chance.choice((None, None, None, None, "svc:a"))
        leads = chance.choice((None, None, *COMMISSIONS)) if service is None else None
        roles = frozenset(chance.sample(ROLES, chance.randint(0, 2))) - LEADERS
        made.append(
            Viewer(
                sub=chance.choice(SUBS),
                roles=roles | ({"leader"} if leads else set()),
                unit=chance.choice(UNITS),
                commission=chance.choice(COMMISSIONS),
                service=service,
                office_of=chance.choice((None, *COMMISSIONS)) if service is None else None,
                leads=leads,
                units=frozenset(chance.sample(UNITS, chance.randint(0, 2))),
                cleared_for=frozenset(LEVELS[: chance.choice((1, 2, 2))]),
            )
        )
    return made


class Expected:
    """What the pure policies say a viewer sees."""

    def __init__(self, world: World, viewer: Viewer) -> None:
        self._world, self._viewer = world, viewer
        self._clues = {one.id: one for one in world.of(Clue)}
        self.consultations = {one.id for one in world.of(Consultation) if self._meets(one)}
        self.seen: dict[type[Any], set[Any]] = {
            Consultation: self.consultations,
            Advice: self._ids(Advice, self._reads_advice),
            SupervisedHandling: self._ids(
                SupervisedHandling,
                lambda one: order_policy.parts_in(viewer, one) and not self._is_recused(one.clue_id),
            ),
            OutcomeNotice: self._ids(
                OutcomeNotice, lambda one: outcome_service.parts_in(viewer, one) and not self._is_recused(one.item_id)
            ),
            ReporterNotice: self._ids(
                ReporterNotice,
                lambda one: (
                    viewer.service is None
                    and viewer.office_of == one.commission
                    and access_to(viewer, self._clues[one.clue_id]) is not None
                ),
            ),
            ClueClock: self._ids(
                ClueClock,
                lambda one: (
                    clock_policy.parts_in(viewer, one) and access_to(viewer, self._clues[one.clue_id]) is not None
                ),
            ),
        }
        shown = set().union(*self.seen.values())
        self.seen[ProceedingStep] = self._ids(ProceedingStep, lambda one: one.item_id in shown)
        self.tasks = self._ids(ConsultationAction, self._owes)
        self.seen[ConsultationAction] = self.tasks | self._ids(
            ConsultationAction, lambda one: one.consultation_id in self.consultations
        )

    def _ids(self, model: type[Any], holds: Callable[[Any], Any]) -> set[UUID]:
        return {one.id for one in self._world.of(model) if holds(one)}

    def _is_recused(self, clue_id: UUID | None) -> bool:
        return clue_id is not None and self._viewer.sub in self._clues[clue_id].recused

    def _recused(self, consultation_id: UUID) -> set[str]:
        subs = {one.sub for one in self._world.of(ConsultationRecusal) if one.consultation_id == consultation_id}
        for one in self._world.of(ConsultationClue):
            if one.consultation_id == consultation_id:
                subs |= set(self._clues[one.clue_id].recused)
        return subs

    def _meets(self, item: Any) -> bool:
        participants = {
            one.unit: one.persons for one in self._world.of(ConsultationParticipant) if one.consultation_id == item.id
        }
        return bool(consultation_policy.standing_in(self._viewer, item, participants, self._recused(item.id)).parts)

    def _reads_advice(self, letter: Any) -> bool:
        rests_on = letter.consultation_id
        return (
            bool(advice_policy.parts_in(self._viewer, letter))
            and not self._is_recused(letter.clue_id)
            and (rests_on is None or self._viewer.sub not in self._recused(rests_on))
        )

    def _owes(self, action: Any) -> bool:
        (item,) = [one for one in self._world.of(Consultation) if one.id == action.consultation_id]
        return (
            action.state != "proposed"
            and action.owner_unit in represented_units(self._viewer)
            and item.secrecy_level in self._viewer.cleared_for
            and self._viewer.sub not in self._recused(item.id)
        )


LEDGERS = {
    Consultation: consultation_service.LEDGER,
    Advice: advice.LEDGER,
    SupervisedHandling: orders.LEDGER,
    OutcomeNotice: outcome_service.LEDGER,
    ReporterNotice: reporter_notices.LEDGER,
    ClueClock: clocks.LEDGER,
}


@pytest.mark.parametrize("count", [60, pytest.param(1_500, marks=pytest.mark.proof)])
async def test_policy_lists_and_row_security_agree_on_random_viewers(
    count: int, world: World, resources: Resources
) -> None:
    met: dict[type[Any], int] = {}
    for viewer in _viewers(random.Random(count), count):
        expected = Expected(world, viewer)
        async with engine_session(resources) as session:
            for model, ledger in LEDGERS.items():
                listed = await newest(session, model, ledger.parts_of(viewer), before=None, limit=1_000)
                assert {one.id for one in listed} == expected.seen[model], (model, viewer)
            tasks = await consultations.list_tasks(session, viewer, state=None, before=None, limit=1_000)
            assert {one.id for one in tasks} == expected.tasks, viewer
        async with resources.database.sessions() as session:
            await ask_as(session, viewer)
            for model, ids in expected.seen.items():
                assert set(await session.scalars(select(model.id))) == ids, (model, viewer)
                met[model] = met.get(model, 0) + len(ids)
            for model in CHILDREN[:-1]:
                of = set(await session.scalars(select(model.consultation_id)))
                assert of == {one.consultation_id for one in world.of(model)} & expected.consultations, (model, viewer)
    for model, total in met.items():
        assert 0 < total < count * len(world.of(model)), model


async def test_who_is_said_to_be_recused_from_an_item_is_whom_the_database_keeps_from_it(
    world: World, resources: Resources
) -> None:
    based = [
        (Item(NOUNS[model], one.id), NOUNS[model], one.id)
        for model in (Consultation, Advice)
        for one in world.of(model)
    ]
    based += [
        (Item("consultation_action", one.id), "consultation", one.consultation_id)
        for one in world.of(ConsultationAction)
    ]
    based += [(Item("outcome_notice", one.id), one.item_type, one.item_id) for one in world.of(OutcomeNotice)]
    based += [
        (Item(NOUNS[model], one.id), "clue", one.clue_id)
        for model in (SupervisedHandling, ReporterNotice, ClueClock)
        for one in world.of(model)
    ]
    keeps = text("select is_recused_from_item(:kind, :id, :sub)")
    async with engine_session(resources) as session:
        said = {one.item: one.recused for one in await reach.list_kept(session, [item for item, _, _ in based])}
        for item, kind, base in based:
            kept = [sub for sub in SUBS if await session.scalar(keeps, {"kind": kind, "id": base, "sub": sub})]
            assert list(said[item]) == kept, item
        reached: set[Item] = set()
        for clue in world.of(Clue):
            resting = await reach.list_resting(session, [Item("clue", clue.id)])
            reached |= set(resting) if clue.recused else set()
            assert all(set(clue.recused) <= set(said.get(item, clue.recused)) for item in resting)
        recusals = world.of(ConsultationRecusal)
        reached |= set(
            await reach.list_resting(session, [Item("consultation", one.consultation_id) for one in recusals])
        )
    assert {item for item, subs in said.items() if subs} == reached & set(said), "what is kept is reached, and no more"
    assert 0 < sum(bool(subs) for subs in said.values()) < len(said)


async def test_who_says_nothing_sees_no_proceeding_and_nobody_adds_notices(world: World, resources: Resources) -> None:
    async with resources.database.sessions() as session:
        for model in (*NOUNS, ProceedingStep, ConsultationAction):
            assert list(await session.scalars(select(model.id))) == []
        for model in CHILDREN:
            assert list(await session.scalars(select(model.consultation_id))) == []
    for statement in _ADDED:
        async with resources.database.sessions() as session:
            await ask_as(session, replace(_viewers(random.Random(1), 1)[0], service=None))
            with pytest.raises(DBAPIError, match="row-level security"):
                await session.execute(text(statement))


_ADDED = (
    """
    insert into outcome_notice (state, version, kind, outcome, source_ref, item_type, item_id, about_unit, unit,
        handling_unit, commission, secrecy_level, notified_at, ack_due_at)
    values ('notified', 1, 'talk', 'o', 's', 'clue', uuidv7(), 'a', 'u1', 'u1', 'c1', 'internal', now(), now())
    """,
    """
    insert into reporter_notice (clue_id, clue_no, kind, state, version, clue_version, commission, due_at,
        due_provisional)
    values (uuidv7(), 'n', 'acceptance', 'owed', 1, 1, 'c1', now(), false)
    """,
    """
    insert into clue_clock (clue_id, clue_no, kind, state, version, clue_version, commission, unit, due_rule,
        due_rule_version, clock_start, due_at, due_provisional)
    values (uuidv7(), 'n', 'inspection_report', 'open', 1, 1, 'c1', 'u1', 'inquiry_reply', 1, current_date, now(),
        false)
    """,
    """
    insert into clue_clock (clue_id, clue_no, kind, state, version, clue_version, commission, unit, due_rule,
        due_rule_version, clock_start, due_at, due_provisional)
    values (uuidv7(), 'n', 'inquiry_reply', 'open', 1, 1, 'c1', 'u1', 'inquiry_reply', 1, current_date, now(), false)
    """,
)
