"""SQL of these figures. Records about a commission's own leaders count for the commission above, which decides them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine
from clue_service.interference_records.models import InterferenceRecord
from clue_service.proceedings.models import ProceedingStep
from clue_service.protection_requests.models import ProtectionRequest
from clue_service.safeguard_figures.domain import SafeguardCounts
from clue_service.statistics.domain import Scope, counted

_I, _P = InterferenceRecord, ProtectionRequest
Conditions = list[ColumnElement[bool]]


@reads_as_engine
async def count_safeguards(
    session: AsyncSession, scope: Scope, zone: str, *, until: datetime, without: str
) -> SafeguardCounts:
    """The counts of a scope.

    Args:
        zone: Civil time zone of days.
        until: The end of the day as of which it is counted; nothing written later counts.
        without: Who is not shown what they are recused from, nor what is about themselves.
    """

    def within(column: Any) -> Conditions:
        return [column < until, cast(func.timezone(zone, column), Date).between(scope.first, scope.last)]

    async def counts(code: Any, of: Conditions) -> dict[str, int]:
        query = select(code, func.count()).where(*of).group_by(code)
        return counted((row[0], row[1]) for row in await session.execute(query))

    async def steps(model: Any, of: Conditions) -> dict[str, int]:
        query = select(ProceedingStep.verb, func.count()).join(model, model.id == ProceedingStep.item_id)
        query = query.where(*of, ProceedingStep.source.is_not(None), *within(ProceedingStep.taken_at))
        rows = await session.execute(query.group_by(ProceedingStep.verb))
        return counted((row[0], row[1]) for row in rows)

    met = [
        _I.reviewing_commission == scope.commission,
        _I.secrecy_level.in_(scope.levels),
        or_(_I.intervener_sub.is_(None), _I.intervener_sub != without),
        ~func.is_recused_from(_I.clue_id, without),
    ]
    asked = [
        _P.commission == scope.commission,
        _P.secrecy_level.in_(scope.levels),
        ~func.is_recused_from(_P.clue_id, without),
    ]
    recorded, requested = [*met, *within(_I.recorded_at)], [*asked, *within(_P.requested_at)]
    by_kind, by_threat = await counts(_I.kind, recorded), await counts(_P.threat, requested)
    return SafeguardCounts(
        interference=sum(by_kind.values()),
        by_kind=by_kind,
        by_standing=await counts(_I.standing, recorded),
        interference_steps=await steps(_I, met),
        protections=sum(by_threat.values()),
        by_threat=by_threat,
        by_protected=await counts(_P.protected, requested),
        protection_steps=await steps(_P, asked),
    )
