"""Taking a clue in: stored with number, keys and event in one transaction; candidates and overlaps in a second one.

Of two intakes at the same moment the one that commits later sees the other, so matching starts after the commit. The
second transaction also reads what is answered of other clues; what the clue itself says was stored a moment before.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.db import as_read
from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.keyring import KeyRing
from chassis.uow import Uow

from clue_service.access.policy import Viewer, access_to
from clue_service.access.row_security import take_on_engine
from clue_service.clues import events
from clue_service.clues import service as clues
from clue_service.clues.describing import Told
from clue_service.clues.errors import OriginRefTaken, ReceivingUnitNotYours
from clue_service.clues.models import Allegation, Clue, Subject
from clue_service.intake import repository as intake
from clue_service.intake import rows, storing
from clue_service.intake.engine import Engine
from clue_service.intake.proposals import Proposed, found_pair, propose, pulled_in
from clue_service.intake.rows import Registration
from clue_service.intake.schemas import RegisterClueIn
from clue_service.intake.texts import read_texts
from clue_service.matching.prepared import AllegationText, ClueText, Prepared, SubjectText
from clue_service.matching.telemetry import CANDIDATES, PROBABILITY
from clue_service.reporters import service as reporters

PENDING_AFTER = timedelta(seconds=5)  # the request that registered the clue is matching it until then


def check_registration(
    body: RegisterClueIn, viewer: Viewer, tree: UnitTree, engine: Engine, keys: KeyRing
) -> Registration:
    """What can be known of a registration without the database. Units are in the directory by now.

    Raises Invalid and ReceivingUnitNotYours.
    """
    receiving, commission = receiver_of(body, viewer, tree)
    identity = body.reporter.identity() if body.reporter else {}
    digest = reporters.reporter_digest(keys, identity) if identity else None
    return Registration(body, receiving, commission, engine.prepare(_text_of_body(body, commission, digest), tree))


def receiver_of(body: RegisterClueIn, viewer: Viewer, tree: UnitTree) -> tuple[str, str]:
    """(receiving unit, its commission). Raises Invalid and ReceivingUnitNotYours."""
    receiving = body.receiving_unit or viewer.unit
    if receiving is None:
        raise invalid_field("/receiving_unit", "missing", "须指明接收单位", "Say which unit receives the clue")
    commission = tree.commission(receiving)
    if viewer.service is None and viewer.commission != commission:
        raise ReceivingUnitNotYours
    return receiving, commission


def _text_of_body(body: RegisterClueIn, commission: str, digest: bytes | None) -> ClueText:
    subjects = (subject.model_dump(exclude={"rank", "top_leader", "particulars"}) for subject in body.subjects)
    return ClueText(
        received_on=body.received_on,
        subjects=tuple(SubjectText(**subject) for subject in subjects),
        allegations=tuple(AllegationText(**one.model_dump()) for one in body.allegations),
        commission=commission,
        source_code=body.source_code,
        reporter_key=digest.hex() if digest else None,
    )


@dataclass(frozen=True)
class Taken:
    """The clue of a registration; ``told`` is all that it says where it is new."""

    clue: Clue
    told: Told | None = None


async def register_clue(
    uow: Uow, viewer: Viewer, tree: UnitTree, engine: Engine, keys: KeyRing, registration: Registration
) -> Taken:
    """Store a clue, if it is new: the same ``origin_ref`` gives the first clue again, for ever.

    Where it was prepared, the index is written last, and the transaction goes on as the engine to its end.

    Raises OriginRefTaken where the first clue is not for the caller to see.
    """
    body = registration.body
    if body.origin_ref is not None:
        origin = (registration.commission, body.source_code.value, body.origin_ref)
        await storing.lock_origin(uow.session, *origin)
        first = await storing.find_by_origin(uow.session, *origin)
        if first is not None:
            if access_to(viewer, first) is None:
                raise OriginRefTaken
            await uow.audit("register_again", "clue", first.id)
            return Taken(first)
    told = await _store(uow, viewer, tree, keys, registration)
    clue = told.clue
    await events.emit_clue(uow, "clue.clue.registered.v1", clue, None, registered_by=clue.registered_by)
    await uow.audit("register", "clue", clue.id, detail={"to": clue.status, "version": clue.version})
    if registration.prepared is not None:
        await take_on_engine(uow.session)
        await engine.matcher.index(uow.session, clue.id, registration.prepared)
    return Taken(clue, told)


async def _store(uow: Uow, viewer: Viewer, tree: UnitTree, keys: KeyRing, registration: Registration) -> Told:
    body, year = registration.body, uow.clock.today().year
    more = rows.ids_of_parts(body)
    number, (clue_id, *ids) = await storing.next_number_and_ids(uow.session, registration.commission, year, 1 + more)
    row = rows.clue_row(viewer, tree, registration, clue_id=clue_id, number=number, year=year, now=uow.now)
    left = iter(ids)
    subjects = rows.subject_rows(tree, keys, clue_id, body, left)
    allegations = rows.allegation_rows(clue_id, body, left)
    await storing.store_clues(uow.session, [row], subjects, allegations)
    if body.reporter is not None and body.reporter.identity():
        await reporters.keep_reporter(uow, keys, clue_id, body.reporter.identity())
    return Told(
        storing.adopt(uow.session, row),
        [as_read(Subject, one) for one in subjects],
        [as_read(Allegation, one) for one in allegations],
    )


async def index_clues(uow: Uow, tree: UnitTree, engine: Engine, clue_ids: Sequence[UUID]) -> int:
    """Put clues into the index that were stored without; how many were. Commit before anything is searched for them.

    Of two clues of one matter at least one must be found by the other: both are indexed before either is matched.
    """
    missing = await intake.not_indexed(uow.session, clue_ids)
    if not missing:
        return 0
    found = await clues.clues_by_id(uow, missing)
    texts = await read_texts(uow.session, engine.keys, list(found.values()))
    for clue_id in missing:
        if clue_id in texts:
            prepared = await asyncio.to_thread(engine.prepare, texts[clue_id], tree)
            await engine.matcher.index(uow.session, clue_id, prepared)
    return len(missing)


async def match_clue(
    uow: Uow, tree: UnitTree, engine: Engine, clue_id: UUID, prepared: Prepared | None = None
) -> Proposed | None:
    """Find what a clue repeats or overlaps with, once; None where that is done or being done elsewhere."""
    if not await intake.take_pending(uow.session, clue_id):
        return None
    return await search(uow, tree, engine, clue_id, prepared)


async def search(
    uow: Uow, tree: UnitTree, engine: Engine, clue_id: UUID, prepared: Prepared | None = None, origin: str = "intake"
) -> Proposed:
    """Look for what a clue repeats or overlaps with. Safe to repeat.

    ``prepared``: the clue as this process prepared and indexed it.
    """
    await engine.follow(uow.session, is_counted=prepared is not None)
    if prepared is None:
        stored = await clues.clues_by_id(uow, [clue_id])
        prepared = engine.prepare((await read_texts(uow.session, engine.keys, [stored[clue_id]]))[clue_id], tree)
    scored = await engine.matcher.candidates(uow.session, clue_id, prepared)
    shown = [one for one in scored if one.band != "none"]
    CANDIDATES.labels(origin).observe(len(shown))
    probabilities = PROBABILITY.labels(origin)
    for one in scored:
        probabilities.observe(one.probability)
    others = await clues.outlines(uow, [clue_id, *(one.clue_id for one in shown)])
    clue = others.pop(clue_id)
    found = [
        found_pair(clue, others[one.clue_id], one, engine.matcher.model.version, origin)
        for one in shown
        if one.clue_id in others
    ]
    found += await pulled_in(uow, clue, found, scored, others)
    return await propose(uow, clue, found, others)
