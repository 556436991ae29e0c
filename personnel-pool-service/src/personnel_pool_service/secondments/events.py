"""What the others learn about secondments: ids, codes, days, states."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from chassis.directory import UnitTree
from contracts.pool import Seat, SecondmentEvent

from personnel_pool_service.secondments.domain import SeatState
from personnel_pool_service.secondments.models import SeatRow, SecondmentRow

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def secondment_event(
    kind: type[SecondmentEvent], row: SecondmentRow, seats: Sequence[SeatRow], **more: Any
) -> SecondmentEvent:
    """An event of a kind with the secondment's present state. A purpose in words stays here: events hold codes."""
    present = [seat for seat in seats if seat.state != SeatState.REPLACED]
    return kind(
        secondment_id=row.id,
        request_ref=row.request_ref,
        purpose=row.purpose if _CODE.fullmatch(row.purpose) else "other",
        period_from=row.period_from,
        period_to=row.period_to,
        state=row.status,
        home_units=tuple(sorted({seat.home_unit for seat in present})),
        seats=tuple(
            Seat(cadre_id=seat.cadre_id, role=seat.role, home_unit=seat.home_unit, state=seat.state) for seat in present
        ),
        **more,
    )


def commission_of(tree: UnitTree, homes: Iterable[str]) -> str | None:
    """The commission all home units belong to; None if there are several."""
    commissions = {tree.commission(home) for home in homes}
    return commissions.pop() if len(commissions) == 1 else None
