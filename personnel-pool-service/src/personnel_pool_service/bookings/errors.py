"""Why people cannot be reserved."""

from chassis.errors import Category, HeliError, Text


class DoubleBooked(HeliError):
    """Someone is taken on one of the days; ``cadre_ids`` says who, nothing says by whom or for what."""

    code = "double_booked"
    category = Category.CONFLICT
    title = Text("人员在该期间已被占用", "Someone is already taken in this period")


class HomeUnitQuota(HeliError):
    """A home unit would lend more people on one day than it may; ``home_units`` says which."""

    code = "home_unit_quota"
    category = Category.CONFLICT
    title = Text("超出派出单位的抽调名额", "A home unit would lend more people than its quota allows")


class CumulativeLimit(HeliError):
    """Somebody would be lent for too many months within the window; ``cadre_ids`` says who."""

    code = "cumulative_limit"
    category = Category.CONFLICT
    title = Text("累计抽调时间超过上限", "Somebody would be lent for too long altogether")


class CoolDown(HeliError):
    """Somebody has just returned, or is about to leave again; ``cadre_ids`` says who."""

    code = "cool_down"
    category = Category.CONFLICT
    title = Text("两次抽调间隔不足", "Somebody needs more time at home between two secondments")
