"""Why a secondment is refused."""

from chassis.errors import Category, HeliError, Text


class PeriodTooLong(HeliError):
    """Longer than a secondment may last."""

    code = "period_too_long"
    category = Category.INVALID
    title = Text("抽调期限过长", "The secondment would last too long")


class PeriodIsOver(HeliError):
    """No day is left for whoever would join: extend the secondment first."""

    code = "period_is_over"
    category = Category.CONFLICT
    title = Text("抽调期间已无剩余日期，请先延长", "No day of the secondment is left; extend it first")


class NotYourSeats(HeliError):
    """The caller may see the secondment, but nobody of the caller's unit is concerned."""

    code = "not_your_seats"
    category = Category.FORBIDDEN
    title = Text("该抽调不涉及您单位的人员", "None of your unit's people are concerned")


class RefusalNeedsReason(HeliError):
    """The platform is set up so that a home unit says why it keeps its people."""

    code = "refusal_needs_reason"
    category = Category.INVALID
    title = Text("不同意抽调须说明理由", "A refusal needs its reason")


class SeatNotOpen(HeliError):
    """Only a freed seat can be filled again; only a held one recalled or evaluated."""

    code = "seat_not_open"
    category = Category.CONFLICT
    title = Text("该席位当前不能如此处理", "The seat is not in a state for this")
