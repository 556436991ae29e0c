"""Versions of the matching model: stored when fitted, activated and retired by people, followed by every process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chassis.errors import MoveRefused, NotFound
from chassis.logging import get_logger
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.matching.prepared import FEATURES_VERSION
from clue_service.matching.repository import Session
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching_models import repository
from clue_service.matching_models.domain import ACTIVATE, MOVES, PACKAGED, RETIRE, Status, moves_from
from clue_service.matching_models.errors import MatchingModelUnreadable, MatchingModelWorse
from clue_service.matching_models.models import MatchingModel
from clue_service.matching_models.schemas import MatchingModelOut

RESCORE = "rescore_matching"
"""The job that looks through everything anew with a model that was activated."""
_ASK_EVERY_SECONDS = 2.0

log = get_logger(__name__)


async def store_fitted(
    uow: Uow, model: MatchModel, report: Mapping[str, Any], objections: Sequence[str]
) -> MatchingModel:
    """Keep a fitted model. One with objections is kept too, for people to see, and can never be activated."""
    row = MatchingModel(
        name=model.version,
        document=replace(model, background={}, origin=model.origin | {"engine": FEATURES_VERSION}).dump(),
        origin={key: value for key, value in model.origin.items() if key != "shares"},
        report=dict(report),
        objections=list(objections),
        status=Status.REFUSED if objections else Status.FITTED,
        version=1,
        fitted_by=uow.actor.acting_for or uow.actor.sub,
        fitted_at=uow.now,
    )
    await repository.add(uow.session, row)
    row.name = f"{model.version}-{row.number}"
    await uow.session.flush()
    await uow.audit("fit", "matching_model", str(row.number), detail={"objections": len(row.objections)})
    return row


def read_model(row: MatchingModel) -> MatchModel | None:
    """A stored model, None where another version of the engine wrote it.

    Shares of everyday words are the packaged ones': they belong to the engine, not to a fit.
    """
    present = packaged_model()
    try:
        found = MatchModel.parse(row.document)
    except (ValueError, KeyError, TypeError):
        return None
    if found.origin.get("engine") != FEATURES_VERSION or not found.weights.keys() >= present.weights.keys():
        return None
    return replace(found, version=row.name, background=present.background)


async def activate(uow: Uow, number: int, seen: int | None) -> MatchingModelOut:
    """Put a model into effect, also an earlier one or the packaged one.

    Raises NotFound, StaleVersion, MoveRefused, MatchingModelWorse, MatchingModelUnreadable.
    """
    await repository.lock_all(uow.session)
    row = await _known(uow, number, seen)
    active = await repository.find_active(uow.session)
    if row is None and active is None:
        raise MoveRefused(members={"state": Status.ACTIVE, "allowed_moves": []})
    if row is not None:
        if row.objections:
            raise MatchingModelWorse(members={"objections": row.objections})
        _check_move(row, ACTIVATE)
        if read_model(row) is None:
            raise MatchingModelUnreadable
    if active is not None:
        _end(uow, active, Status.SUPERSEDED)
        await uow.session.flush()  # only one row may be active at any moment
    if row is not None:
        row.status, row.version = Status.ACTIVE, row.version + 1
        row.activated_by, row.activated_at = _person(uow), uow.now
        row.ended_by = row.ended_at = None
    await _changed(uow, "activate", number, active.number if active else PACKAGED)
    return await describe(uow, number)


async def retire(uow: Uow, number: int, seen: int | None) -> MatchingModelOut:
    """Take a model out for good; where it was in effect the packaged one takes over. Raises as ``activate`` does."""
    await repository.lock_all(uow.session)
    row = await _known(uow, number, seen)
    if row is None:
        raise MoveRefused(members={"state": Status.ACTIVE, "allowed_moves": []})
    _check_move(row, RETIRE)
    was_active = row.status == Status.ACTIVE
    _end(uow, row, Status.RETIRED)
    if was_active:
        await _changed(uow, "retire", number, number)
    else:
        await uow.session.flush()
        await uow.audit("retire", "matching_model", str(number))
    return await describe(uow, number)


async def _known(uow: Uow, number: int, seen: int | None) -> MatchingModel | None:
    if number == PACKAGED:
        check_version(seen, 1 + await repository.count_changes(uow.session))
        return None
    row = await repository.find_model(uow.session, number)
    if row is None:
        raise NotFound
    check_version(seen, row.version)
    return row


def _check_move(row: MatchingModel, verb: str) -> None:
    if (Status(row.status), verb) not in MOVES:
        raise MoveRefused(members={"state": row.status, "allowed_moves": moves_from(row.status)})


def _end(uow: Uow, row: MatchingModel, status: Status) -> None:
    row.status, row.version = status, row.version + 1
    row.ended_by, row.ended_at = _person(uow), uow.now


def _person(uow: Uow) -> str:
    return uow.actor.acting_for or uow.actor.sub


async def _changed(uow: Uow, action: str, number: int, before: int) -> None:
    await uow.session.flush()
    await uow.audit(action, "matching_model", str(number), detail={"before": before})
    await uow.enqueue(RESCORE, {"after": 0})


async def describe(uow: Uow, number: int) -> MatchingModelOut:
    """One model; raises NotFound."""
    if number == PACKAGED:
        return await _packaged(uow)
    row = await repository.find_model(uow.session, number)
    if row is None:
        raise NotFound
    return _out(row)


async def list_models(uow: Uow, *, before: int | None, limit: int) -> list[MatchingModelOut]:
    """Models, newest first; the packaged one, number 0, is the last."""
    rows = await repository.list_models(uow.session, before=before, limit=limit)
    found = [_out(row) for row in rows]
    if len(found) < limit and (before is None or before > PACKAGED):
        found.append(await _packaged(uow))
    return found


def _out(row: MatchingModel) -> MatchingModelOut:
    names = set(MatchingModelOut.model_fields) - {"is_readable", "allowed_moves"}
    is_readable = read_model(row) is not None
    moves = [verb for verb in moves_from(row.status) if verb != ACTIVATE or (is_readable and not row.objections)]
    return MatchingModelOut.model_validate(
        {**{name: getattr(row, name) for name in names}, "is_readable": is_readable, "allowed_moves": moves}
    )


async def _packaged(uow: Uow) -> MatchingModelOut:
    model = packaged_model()
    is_active = await repository.find_active_number(uow.session) is None
    return MatchingModelOut(
        number=PACKAGED,
        name=model.version,
        status=Status.ACTIVE if is_active else Status.SUPERSEDED,
        origin={key: value for key, value in model.origin.items() if key != "shares"},
        report={},
        objections=[],
        is_readable=True,
        fitted_by=None,
        fitted_at=None,
        activated_by=None,
        activated_at=None,
        ended_by=None,
        ended_at=None,
        allowed_moves=[] if is_active else [ACTIVATE],
        version=1 + await repository.count_changes(uow.session),
    )


async def active_model(session: Session) -> MatchModel:
    """The model in effect: the activated one or, without one that can be read, the packaged one."""
    row = await repository.find_active(session)
    if row is None:
        return packaged_model()
    found = read_model(row)
    if found is None:
        log.error("matching_model_unreadable", number=row.number)
        return packaged_model()
    return found


class ModelFollower:
    """Tells a process when another model was put into effect; asks the database every two seconds at most."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._ask_at = 0.0

    async def changed(self, session: Session, *, ask_at_once: bool = False) -> MatchModel | None:
        """The model now in effect if it is not the one told last."""
        if time.monotonic() < self._ask_at and not ask_at_once:
            return None
        self._ask_at = time.monotonic() + _ASK_EVERY_SECONDS
        number = await repository.find_active_number(session)
        if number == self._number:
            return None
        model = await active_model(session)
        self._number = number
        log.info("matching_model_followed", number=number or PACKAGED, model=model.version)
        return model
