"""Why a support request is refused."""

from chassis.errors import Category, HeliError, Text


class DoesNotFit(HeliError):
    """Somebody lacks what the seat asks for; ``cadre_ids`` says who."""

    code = "does_not_fit"
    category = Category.CONFLICT
    title = Text("所提人选不符合所需条件", "Somebody does not have what the seat asks for")


class SeatsFilled(HeliError):
    """More people than seats; ``roles`` says for which."""

    code = "seats_filled"
    category = Category.CONFLICT
    title = Text("所提人选超过所需人数", "More people than seats")


class StillServing(HeliError):
    """Somebody who came for it has not returned; ``secondment_ids`` says with which secondments."""

    code = "still_serving"
    category = Category.CONFLICT
    title = Text("仍有抽调人员未返回", "Somebody has not returned yet")
