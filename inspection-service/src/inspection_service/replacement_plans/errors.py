"""Refusals about replacement plans."""

from chassis.errors import Category, HeliError, Text


class NoSuchOption(HeliError):
    code = "no_such_option"
    category = Category.INVALID
    title = Text("该更换方案中没有此选项", "The plan has no such option")


class ChiefIsAuthorised(HeliError):
    """The authorisation names the team's chiefs: a leader agrees to the option first (`authorise`)."""

    code = "chief_is_authorised"
    category = Category.CONFLICT
    title = Text(
        "授权已载明组长、副组长，更换须先经批准", "The authorisation names the chiefs; a leader must agree first"
    )


class NotOneForOne(HeliError):
    """The option also moves members between seats; a variant of the run does that."""

    code = "not_one_for_one"
    category = Category.CONFLICT
    title = Text("该选项涉及组内换位，须重新组队", "The option moves members between seats; draw up a new team")


class NoEmptySeat(HeliError):
    """Nobody was named who drops out, and every seat is taken."""

    code = "no_empty_seat"
    category = Category.CONFLICT
    title = Text("该组没有空缺席位", "The team has no empty seat")


class ReplacementUnderWay(HeliError):
    code = "replacement_under_way"
    category = Category.CONFLICT
    title = Text("该组另一更换方案正在执行", "Another replacement in this team is under way")


class TeamHasChanged(HeliError):
    """Somebody of the plan no longer sits in the team, or sits there already."""

    code = "team_has_changed"
    category = Category.CONFLICT
    title = Text("组员已有变动，请重新拟定更换方案", "The team has changed since; draw up the plan anew")


class ReplacementReasonRequired(HeliError):
    """The option leaves rules unmet or needs a waiver; members ``unmet`` and ``waivers`` list them."""

    code = "replacement_reason_required"
    category = Category.CONFLICT
    title = Text(
        "该选项有未满足的规则，采用须说明理由", "The option leaves rules unmet; carrying it out needs a reason"
    )
