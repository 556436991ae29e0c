"""Consultations as their callers see them: seals, redaction, and the caller's standing."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing

from clue_service.access.row_security import as_engine
from clue_service.clues import service as clues
from clue_service.clues.stages import stage_of
from clue_service.consultations import domain, policy, repository
from clue_service.consultations.models import (
    Consultation,
    ConsultationAction,
    ConsultationOpinion,
    ConsultationParticipant,
)
from clue_service.consultations.policy import Standing
from clue_service.consultations.schemas import (
    ActionOut,
    ConsultationOut,
    ConsultedClueOut,
    DissentOut,
    OpinionOut,
    ParticipantOut,
    RedactedAllegationOut,
)
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.service import Desk, steps_of

_Told = Mapping[UUID, tuple[Any, list[RedactedAllegationOut]]]
"""Of each clue what is kept of it, and its allegations as the redaction leaves them."""


async def visible_consultation(desk: Desk, consultation_id: UUID, *, lock: bool = False) -> Consultation:
    """The consultation; raises NotFound where the viewer has no part in it."""
    found = await repository.find_visible(desk.uow.session, desk.viewer, consultation_id, lock=lock)
    if found is None:
        raise NotFound
    return found


async def participants_of(desk: Desk, ids: Sequence[UUID]) -> dict[UUID, dict[str, ConsultationParticipant]]:
    """Who takes part in some consultations: consultation → unit → participant."""
    found: dict[UUID, dict[str, ConsultationParticipant]] = defaultdict(dict)
    for one in await repository.list_participants(desk.uow.session, ids):
        found[one.consultation_id][one.unit] = one
    return found


async def standings(
    desk: Desk, items: Sequence[Consultation], participants: Mapping[UUID, Mapping[str, ConsultationParticipant]]
) -> dict[UUID, Standing]:
    """What the viewer is in each consultation."""
    recused = await repository.recused_among(desk.uow.session, desk.viewer, [item.id for item in items])
    return {
        item.id: policy.standing_in(
            desk.viewer,
            item,
            {unit: one.persons for unit, one in participants.get(item.id, {}).items()},
            {desk.viewer.sub} if item.id in recused else (),
        )
        for item in items
    }


def seal_opinion(keys: KeyRing, consultation_id: UUID, unit: str, said: Mapping[str, str]) -> bytes:
    """An opinion as the table keeps it; bound to consultation and unit."""
    return keys.seal(json.dumps(dict(said), ensure_ascii=False).encode(), _context(consultation_id, unit))


def _context(consultation_id: UUID, unit: str) -> str:
    return f"opinion:{consultation_id}:{unit}"


def _opinion(keys: KeyRing, row: ConsultationOpinion) -> OpinionOut:
    said = json.loads(keys.open(row.sealed, _context(row.consultation_id, row.unit)))
    return OpinionOut(unit=row.unit, given_at=row.given_at, is_late=row.is_late, **said)


async def describe(desk: Desk, items: Sequence[Consultation]) -> list[ConsultationOut]:
    """Consultations as the viewer's part shows them. Of sealed opinions only the viewer's own unit's is opened."""
    ids = [item.id for item in items]
    opinions: dict[UUID, list[ConsultationOpinion]] = defaultdict(list)
    actions: dict[UUID, list[ConsultationAction]] = defaultdict(list)
    # PostgreSQL has shown the items to the viewer; for each row of what belongs to them it would ask the same again.
    async with as_engine(desk.uow.session):
        participants = await participants_of(desk, ids)
        standing = await standings(desk, items, participants)
        for opinion in await repository.list_opinions(desk.uow.session, ids):
            opinions[opinion.consultation_id].append(opinion)
        for action in await repository.list_actions(desk.uow.session, ids):
            actions[action.consultation_id].append(action)
        dissents = await _dissents_of(desk, ids)
        pairs = await repository.list_clues(desk.uow.session, ids)
        told = await _told_of(desk, [clue_id for _, clue_id in pairs])
    on_the_table = await _clues_of(desk, pairs, told)
    answers = []
    for item in items:
        mine = standing[item.id]
        if not mine.parts:
            answers.append(_of_the_recused(item))
            continue
        readable = [one for one in opinions[item.id] if item.opinions_opened_at is not None or one.unit == mine.unit]
        columns = {column.key: getattr(item, column.key) for column in Consultation.__table__.columns}
        answers.append(
            ConsultationOut(
                **{name: columns[name] for name in ConsultationOut.model_fields if name in columns},
                my_parts=sorted(mine.parts),
                participants=_participants(item, participants[item.id], {one.unit for one in opinions[item.id]}),
                opinions=[_opinion(desk.keys, one) for one in readable],
                dissents=dissents[item.id],
                clues=on_the_table[item.id],
                actions=[ActionOut.model_validate(one) for one in actions[item.id]],
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, mine.parts, item.state),
            )
        )
    return answers


def _of_the_recused(item: Consultation) -> ConsultationOut:
    """What is answered to somebody who has just recused themselves: that it is done, and nothing else."""
    kept = ("id", "kind", "state", "version", "secrecy_level", "convener_unit", "convened_at", "quorum", "opening")
    nothing = dict.fromkeys(ConsultationOut.model_fields)
    lists = dict.fromkeys(("my_parts", "participants", "opinions", "dissents", "clues", "actions", "allowed_moves"), ())
    return ConsultationOut.model_validate(
        {**nothing, **lists, "topic": "", **{name: getattr(item, name) for name in kept}}
    )


def _participants(
    item: Consultation, participants: Mapping[str, ConsultationParticipant], given: set[str]
) -> list[ParticipantOut]:
    return [
        ParticipantOut(
            unit=unit,
            persons=one.persons,
            has_given_opinion=unit in given,
            attended=unit in item.attended,
            signed_at=one.signed_at,
        )
        for unit, one in sorted(participants.items())
    ]


async def _dissents_of(desk: Desk, ids: Sequence[UUID]) -> dict[UUID, list[DissentOut]]:
    found: dict[UUID, list[DissentOut]] = defaultdict(list)
    for item_id, steps in (await steps_of(desk.uow, ids)).items():
        for step in steps:
            if step.verb == "dissent":
                said = DissentOut(unit=step.document["unit"], text=step.document["text"], recorded_at=step.taken_at)
                found[item_id].append(said)
    return found


async def _told_of(desk: Desk, clue_ids: Sequence[UUID]) -> _Told:
    """Of clues that participants may not see, too, what the redaction leaves; read as the engine."""
    alleged: dict[UUID, list[RedactedAllegationOut]] = defaultdict(list)
    for one in await clues.allegations_of(desk.uow, clue_ids) if clue_ids else ():
        alleged[one.clue_id].append(RedactedAllegationOut.model_validate(one))
    known = await clues.clues_by_id(desk.uow, clue_ids) if clue_ids else {}
    return {clue_id: (clue, alleged[clue_id]) for clue_id, clue in known.items()}


async def _clues_of(desk: Desk, pairs: Sequence[tuple[UUID, UUID]], told: _Told) -> dict[UUID, list[ConsultedClueOut]]:
    """The clues on the table, redacted; the viewer's own with id and number."""
    visible = await clues.visible_ids(desk.uow, desk.viewer, list(told)) if told else ()
    found: dict[UUID, list[ConsultedClueOut]] = defaultdict(list)
    for consultation_id, clue_id in pairs:
        found[consultation_id].append(_redacted(*told[clue_id], is_visible=clue_id in visible))
    return found


def _redacted(clue: Any, allegations: list[RedactedAllegationOut], *, is_visible: bool) -> ConsultedClueOut:
    return ConsultedClueOut(
        clue_id=clue.id if is_visible else None,
        clue_no=clue.clue_no if is_visible else None,
        commission=clue.commission,
        stage=stage_of(clue.status),
        source_code=clue.source_code,
        received_on=clue.received_on,
        subject_units=clue.subject_units,
        allegations=allegations,
    )
