"""SQL of overlap alerts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import as_rows, given_rows, inserting, table_of
from chassis.statements import Statement, planned_anew
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clue_service.access.paging import merged
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.models import Clue
from clue_service.overlap_alerts.domain import AlertState, Outcome, Party
from clue_service.overlap_alerts.models import AlertClue, AlertCommission, OverlapAlert
from clue_service.tables import Base


def in_effect() -> ColumnElement[bool]:
    """Open alerts, and resolved ones that hold the clues to be one matter: later hits join these."""
    return (OverlapAlert.state != AlertState.MERGED) & (
        (OverlapAlert.state != AlertState.RESOLVED) | (OverlapAlert.outcome != Outcome.NOT_SAME)
    )


def _of(ids: str) -> ColumnElement[Any]:
    return func.any(bindparam(ids, type_=ARRAY(Uuid)))


def _into(model: type[Base], opened: CTE, *names: str, parameter: str) -> CTE:
    """Given rows as parts of the alert that the same statement opens."""
    table = table_of(model)
    given = given_rows(parameter, **{name: table.c[name].type for name in names})
    rows = select(opened.c.id, *(given.c[name] for name in names)).select_from(opened).join(given, true())
    return insert(table).from_select(["alert_id", *names], rows).on_conflict_do_nothing().cte(f"new_{parameter}")


_ANEW = {"populate_existing": True}
_IN_EFFECT = (
    select(OverlapAlert)
    .where(exists().where(AlertClue.alert_id == OverlapAlert.id, AlertClue.clue_id == _of("ids")), in_effect())
    .order_by(OverlapAlert.id)
    .execution_options(**_ANEW)
)
_PARTS = (
    select(AlertCommission)
    .where(AlertCommission.alert_id == _of("ids"))
    .order_by(AlertCommission.alert_id, AlertCommission.commission)
    .execution_options(**_ANEW)
)
_CLUES = (
    select(AlertClue)
    .where(AlertClue.alert_id == _of("ids"))
    .order_by(AlertClue.alert_id, AlertClue.clue_id)
    .execution_options(**_ANEW)
)
_STAGES = Statement(
    select(AlertClue.alert_id, AlertClue.commission, AlertClue.stage)
    .where(AlertClue.alert_id == _of("ids"))
    .distinct()
    .order_by(AlertClue.alert_id, AlertClue.commission, AlertClue.stage)
)
_CLUES_OF_COMMISSION = Statement(
    select(AlertClue.alert_id, AlertClue.clue_id)
    .where(AlertClue.alert_id == _of("ids"), AlertClue.commission == bindparam("commission", type_=Text))
    .order_by(AlertClue.alert_id, AlertClue.clue_id)
)
_ADD = Statement(
    inserting(AlertClue, "alert_id", "clue_id", "commission", "stage", "bound_by", parameter="clues")
    .on_conflict_do_nothing()
    .add_cte(inserting(AlertCommission, "alert_id", "commission", "joined_at", parameter="parts").cte("joined"))
)
_opened = (
    insert(table_of(OverlapAlert))
    .values({name: bindparam(name) for name in ("state", "detected_at", "ack_due_at", "version")})
    .returning(OverlapAlert.id)
    .cte("opened")
)
_OPEN = Statement(
    select(_opened.c.id).add_cte(
        _into(AlertClue, _opened, "clue_id", "commission", "stage", "bound_by", parameter="clues"),
        _into(AlertCommission, _opened, "commission", "joined_at", parameter="parts"),
    )
)
_BIND = Statement(
    update(table_of(AlertClue))
    .where(AlertClue.alert_id == bindparam("alert", type_=Uuid), AlertClue.bound_by == _of("scopes"))
    .values(bound_by=bindparam("together", type_=Uuid))
)
_own, _of_alert, _clue = aliased(AlertClue), aliased(AlertClue), aliased(Clue)
_RECUSED_FROM = exists().where(
    _of_alert.alert_id == OverlapAlert.id,
    _clue.id == _of_alert.clue_id,
    bindparam("sub", type_=Text) == any_(_clue.recused),
)
_MET = Statement(
    select(AlertClue.alert_id, AlertClue.commission, AlertClue.stage)
    .join(OverlapAlert, OverlapAlert.id == AlertClue.alert_id)
    .join(_own, _own.alert_id == AlertClue.alert_id)
    .where(_own.clue_id == bindparam("clue_id", type_=Uuid), in_effect(), ~_RECUSED_FROM)
)


async def list_in_effect(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[OverlapAlert]:
    """The alerts in effect that any of some clues take part in, earliest first."""
    return (await session.scalars(_IN_EFFECT, {"ids": list(clue_ids)})).all()


@reads_as_engine
async def clues_met_by(session: AsyncSession, clue_id: UUID, sub: str) -> Sequence[Any]:
    """The clues of the alerts in effect that a clue takes part in, where ``sub`` is recused from none of an alert's.

    Rows of (alert_id, commission, stage).
    """
    return await _MET.rows(session, {"clue_id": clue_id, "sub": sub})


async def find_alert(session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> OverlapAlert | None:
    """One alert."""
    query = select(OverlapAlert).where(OverlapAlert.id == alert_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


@reads_as_engine
async def list_alerts(
    session: AsyncSession, sub: str, *, office_of: str | None, below: Collection[str], before: UUID | None, limit: int
) -> Sequence[OverlapAlert]:
    """Alerts a commission takes part in, or whose commissions all lie below one superior, newest first.

    Those with a clue that ``sub`` is recused from are left out.
    """
    queries = [_newest_of(AlertCommission.commission == office_of, sub, before)] if office_of else []
    queries += [_among(below, sub, before, limit)] if below else []
    if not queries:
        return []
    query = select(OverlapAlert).where(OverlapAlert.id.in_(merged(queries, limit)))
    async with planned_anew(session):
        return (await session.scalars(query.order_by(OverlapAlert.id.desc()))).all()


def _among(below: Collection[str], sub: str, before: UUID | None, limit: int) -> Select[Any]:
    # Commission by commission, as an index has them: who stands above few does not wait for the alerts of all others.
    codes = func.unnest(cast(sorted(below), ARRAY(Text))).table_valued("code").render_derived("codes")
    other = aliased(AlertCommission)
    outside = exists().where(other.alert_id == AlertCommission.alert_id, other.commission.not_in(sorted(below)))
    of_one = _newest_of(AlertCommission.commission == codes.c.code, sub, before).where(~outside).limit(limit).lateral()
    return select(of_one.c.id).select_from(codes).join(of_one, true()).distinct().order_by(of_one.c.id.desc())


def _newest_of(commission: ColumnElement[bool], sub: str, before: UUID | None) -> Select[Any]:
    goes_on = exists().where(AlertCommission.alert_id == OverlapAlert.id, OverlapAlert.state != AlertState.MERGED)
    # An index tells the few clues that somebody is recused from; to look at the many of each alert takes far longer.
    is_recused = Clue.recused != literal_column("'{}'"), Clue.recused.contains([sub])
    recused = select(AlertClue.alert_id).where(AlertClue.clue_id == Clue.id, *is_recused)
    query = select(AlertCommission.alert_id.label("id")).where(
        commission, goes_on, AlertCommission.alert_id.not_in(recused)
    )
    if before is not None:
        query = query.where(AlertCommission.alert_id < before)
    return query.order_by(AlertCommission.alert_id.desc())


def _recused(sub: str) -> ColumnElement[bool]:
    met = AlertClue.alert_id == OverlapAlert.id, AlertClue.clue_id == Clue.id, literal(sub) == any_(Clue.recused)
    return exists().where(*met)


@reads_as_engine
async def recused_among(session: AsyncSession, sub: str, alert_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some alerts that a person is recused from."""
    query = select(OverlapAlert.id).where(OverlapAlert.id.in_(list(alert_ids)), _recused(sub))
    return set(await session.scalars(query))


async def list_parts(session: AsyncSession, alert_ids: Iterable[UUID]) -> Sequence[AlertCommission]:
    """The commissions of some alerts, by code."""
    return (await session.scalars(_PARTS, {"ids": list(alert_ids)})).all()


async def list_clues(session: AsyncSession, alert_ids: Iterable[UUID]) -> Sequence[AlertClue]:
    """The clues of some alerts, earliest first."""
    return (await session.scalars(_CLUES, {"ids": list(alert_ids)})).all()


async def list_stages(session: AsyncSession, alert_ids: Iterable[UUID]) -> Sequence[Any]:
    """How far the clues of some alerts are: rows of (alert_id, commission, stage), each once."""
    return await _STAGES.rows(session, {"ids": list(alert_ids)})


async def list_clues_of(
    session: AsyncSession, alert_ids: Iterable[UUID], commission: str
) -> Sequence[tuple[UUID, UUID]]:
    """One commission's clues of some alerts, earliest first: (alert, clue)."""
    return await _CLUES_OF_COMMISSION.rows(session, {"ids": list(alert_ids), "commission": commission})


async def add_parties(
    session: AsyncSession, alert_id: UUID, parties: Iterable[Party], joined: Iterable[str], at: datetime
) -> None:
    """Let clues take part, and the commissions that join by them; clues that do already stay as they are."""
    clues = [{"alert_id": alert_id, **_clue_row(party)} for party in parties]
    parts = [{"alert_id": alert_id, "commission": code, "joined_at": at} for code in joined]
    await _ADD.run(session, {"clues": as_rows(clues), "parts": as_rows(parts)})


async def open_alert(session: AsyncSession, alert: OverlapAlert, parties: Iterable[Party]) -> None:
    """Store an alert with the clues it is opened by, in one statement; gives it its id."""
    parties = list(parties)
    given = {name: getattr(alert, name) for name in ("state", "detected_at", "ack_due_at", "version")}
    parts = [
        {"commission": code, "joined_at": alert.detected_at} for code in sorted({party.commission for party in parties})
    ]
    rows = {"clues": as_rows(_clue_row(party) for party in parties), "parts": as_rows(parts)}
    alert.id = await _OPEN.scalar(session, given | rows)


def _clue_row(party: Party) -> dict[str, Any]:
    return {
        "clue_id": party.clue_id,
        "commission": party.commission,
        "stage": party.stage.value,
        "bound_by": party.bound_by or party.clue_id,
    }


async def set_stage(session: AsyncSession, clue_id: UUID, stage: str) -> None:
    """Say in every alert how far a clue is."""
    await session.execute(
        update(AlertClue).where(AlertClue.clue_id == clue_id, AlertClue.stage != stage).values(stage=stage)
    )


async def bind(session: AsyncSession, alert_id: UUID, bound_by: Iterable[UUID], together: UUID) -> None:
    """Let one lead bind the clues of an alert that several would have bound."""
    await _BIND.run(session, {"alert": alert_id, "scopes": list(bound_by), "together": together})


async def binding_scopes(session: AsyncSession, clue_id: UUID) -> Sequence[UUID]:
    """What binds a clue through the alerts in effect that it takes part in."""
    query = (
        select(AlertClue.bound_by)
        .join(OverlapAlert, OverlapAlert.id == AlertClue.alert_id)
        .where(AlertClue.clue_id == clue_id, in_effect())
    )
    return (await session.scalars(query.distinct())).all()


async def scopes_of_clues(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """What binds some clues through the alerts in effect: scope → the commissions it binds."""
    mine = select(AlertClue.bound_by).where(AlertClue.clue_id.in_(list(clue_ids)))
    query = (
        select(AlertClue.bound_by, AlertClue.commission)
        .join(OverlapAlert, OverlapAlert.id == AlertClue.alert_id)
        .where(AlertClue.bound_by.in_(mine), in_effect())
    )
    found: dict[UUID, set[str]] = {}
    for scope, commission in await session.execute(query.distinct()):
        found.setdefault(scope, set()).add(commission)
    return found


async def parts_of_clue(session: AsyncSession, clue_id: UUID) -> Sequence[AlertClue]:
    """A clue in every alert it takes part in."""
    query = select(AlertClue).where(AlertClue.clue_id == clue_id).order_by(AlertClue.alert_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def remove_clue(session: AsyncSession, part: AlertClue, *, leaves: bool) -> None:
    """Take a clue out of an alert; with ``leaves`` its commission too."""
    await session.delete(part)
    if leaves:
        mine = (AlertCommission.alert_id == part.alert_id, AlertCommission.commission == part.commission)
        await session.execute(delete(AlertCommission).where(*mine))
    await session.flush()
