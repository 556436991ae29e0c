"""Two people open the reporters' vault for one clue, with a reason; it is read once, and every step is logged."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.clues import service as clues
from clue_service.clues.errors import SecondPersonRequired
from clue_service.clues.models import Clue
from clue_service.reporters import service as reporters
from clue_service.unsealings import repository
from clue_service.unsealings.domain import APPROVED, ASKERS, MOVES, OPEN_FOR, OPENED, REQUESTED, present_state
from clue_service.unsealings.errors import NoReporterKept, UnsealingNotYours
from clue_service.unsealings.models import Unsealing
from clue_service.unsealings.schemas import RequestUnsealingIn, UnsealedReporterOut, UnsealingOut


async def request_unsealing(
    uow: Uow, viewer: Viewer, keys: KeyRing, clue_id: UUID, body: RequestUnsealingIn
) -> Unsealing:
    """Ask to read who reported a clue that the caller may see. Raises NotFound, UnsealingNotYours, NoReporterKept."""
    clue = await clues.visible_clue(uow, viewer, clue_id)
    if not viewer.has_any(*ASKERS) or viewer.commission != clue.commission:
        raise UnsealingNotYours
    if clue.reporter_identity != "real_name":
        raise NoReporterKept
    unsealing = Unsealing(
        clue_id=clue.id,
        commission=clue.commission,
        reason_sealed=keys.seal(body.reason.encode(), _context(clue.id, viewer.sub)),
        state=REQUESTED,
        requested_by=viewer.sub,
        requested_at=uow.now,
        version=1,
    )
    uow.session.add(unsealing)
    await uow.session.flush()
    await uow.audit("request_unsealing", "clue", clue.id, purpose=f"unsealing:{unsealing.id}")
    return unsealing


async def visible_unsealing(uow: Uow, viewer: Viewer, unsealing_id: UUID, *, lock: bool = False) -> Unsealing:
    """An unsealing for who asked, and for leaders of the commission who see the clue; else raises NotFound."""
    found = await repository.find_visible(uow.session, viewer, unsealing_id, lock=lock)
    if found is None:
        raise NotFound
    return found


async def list_unsealings(uow: Uow, viewer: Viewer, *, before: UUID | None, limit: int) -> Sequence[Unsealing]:
    """What the caller asked for, and for leaders all of their commission, newest first."""
    found = await repository.list_visible(uow.session, viewer, before=before, limit=limit)
    await uow.audit("list", "unsealing", "-", detail={"count": len(found)})
    return found


async def decide_unsealing(uow: Uow, viewer: Viewer, unsealing_id: UUID, verb: str, seen: int | None) -> Unsealing:
    """Approve or refuse. Raises NotFound, UnsealingNotYours, SecondPersonRequired, StaleVersion, MoveRefused."""
    unsealing = await visible_unsealing(uow, viewer, unsealing_id, lock=True)
    if unsealing.requested_by == viewer.sub:
        raise SecondPersonRequired
    if viewer.leads != unsealing.commission:
        raise UnsealingNotYours
    _move(uow, unsealing, verb, seen)
    unsealing.decided_by, unsealing.decided_at = viewer.sub, uow.now
    if unsealing.state == APPROVED:
        unsealing.usable_until = uow.now + OPEN_FOR
    await uow.session.flush()
    await uow.audit(f"{verb}_unsealing", "clue", unsealing.clue_id, purpose=f"unsealing:{unsealing.id}")
    return unsealing


async def open_unsealing(
    uow: Uow, viewer: Viewer, keys: KeyRing, unsealing_id: UUID, seen: int | None
) -> tuple[Unsealing, UnsealedReporterOut]:
    """Read the identity, once. Raises NotFound, SecondPersonRequired, StaleVersion, MoveRefused, NoReporterKept."""
    unsealing = await visible_unsealing(uow, viewer, unsealing_id, lock=True)
    if unsealing.requested_by != viewer.sub:
        raise SecondPersonRequired
    clue = await clues.visible_clue(uow, viewer, unsealing.clue_id)  # the right may have ended meanwhile
    _move(uow, unsealing, "open", seen)
    kept_with = await _kept_with(uow, viewer, clue)
    identity = await reporters.open_reporter(uow, keys, kept_with)
    if identity is None:
        raise NoReporterKept
    if kept_with != clue.id:
        await uow.audit("open_unsealing", "clue", kept_with, purpose=f"unsealing:{unsealing.id}")
    unsealing.opened_at = uow.now
    await uow.session.flush()
    await uow.audit("open_unsealing", "clue", unsealing.clue_id, purpose=f"unsealing:{unsealing.id}")
    shown = UnsealedReporterOut.model_validate(
        {"name": None, "contact": None, **identity, "unsealing_id": unsealing.id}
    )
    return unsealing, shown


async def _kept_with(uow: Uow, viewer: Viewer, clue: Clue) -> UUID:
    """The clue whose record in the vault names the reporter: a part's stays with the clue it was split from.

    Raises NoReporterKept for whoever is recused from that one.
    """
    while clue.split_from_id is not None:
        clue = (await clues.clues_by_id(uow, [clue.split_from_id]))[clue.split_from_id]
        if viewer.sub in clue.recused:
            raise NoReporterKept
    return clue.id


def _move(uow: Uow, unsealing: Unsealing, verb: str, seen: int | None) -> None:
    check_version(seen, unsealing.version)
    move = MOVES.take(verb, present_state(unsealing.state, unsealing.usable_until, uow.now))
    unsealing.state = str(move.target)
    unsealing.version += 1


def describe(uow: Uow, viewer: Viewer, keys: KeyRing, unsealing: Unsealing) -> UnsealingOut:
    """An unsealing as the viewer sees it."""
    state = present_state(unsealing.state, unsealing.usable_until, uow.now)
    given = {
        "state": state,
        "reason": _reason(keys, unsealing),
        "allowed_moves": [verb for verb in MOVES.allowed(state) if _may(viewer, unsealing, verb)],
    }
    columns = {name: getattr(unsealing, name) for name in UnsealingOut.model_fields if name not in given}
    return UnsealingOut.model_validate({**columns, **given})


def _reason(keys: KeyRing, unsealing: Unsealing) -> str | None:
    if unsealing.reason_sealed is None:
        return None
    return keys.open(unsealing.reason_sealed, _context(unsealing.clue_id, unsealing.requested_by)).decode()


def _context(clue_id: UUID, requested_by: str) -> str:
    return f"unsealing:{clue_id}:{requested_by}"


def _may(viewer: Viewer, unsealing: Unsealing, verb: str) -> bool:
    is_own = unsealing.requested_by == viewer.sub
    return is_own if MOVES[verb].target == OPENED else not is_own and viewer.leads == unsealing.commission
