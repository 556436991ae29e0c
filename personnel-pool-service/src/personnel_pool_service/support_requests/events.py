"""What the others learn about support requests: codes, days, counts."""

from contracts import pool
from personnel_pool_service.support_requests.models import SupportRequestRow

KINDS: dict[str, type[pool.SupportRequestEvent]] = {
    "submit": pool.SupportRequestSubmitted,
    "review": pool.SupportRequestReviewed,
    "reject": pool.SupportRequestRejected,
    "place": pool.SupportRequestPlaced,
    "complete": pool.SupportRequestCompleted,
    "withdraw": pool.SupportRequestWithdrawn,
}


def support_request_event(verb: str, row: SupportRequestRow, placed: int) -> pool.SupportRequestEvent:
    """The event of a move; the reason in words stays here."""
    return KINDS[verb](
        support_request_id=row.id,
        requesting_unit=row.requesting_unit,
        purpose=row.purpose,
        period_from=row.period_from,
        period_to=row.period_to,
        state=row.status,
        wanted=sum(int(demand["count"]) for demand in row.demands),
        placed=placed,
    )
