"""Refusals about findings of false accusation."""

from chassis.errors import Category, HeliError, Text


class ReportNotRefuted(HeliError):
    """Nothing is found about a report that was not checked and ended as untrue; members ``state``, ``closure``."""

    code = "report_not_refuted"
    category = Category.CONFLICT
    title = Text("线索未经查否了结，不得认定", "The report was not checked and found untrue")


class FindingExists(HeliError):
    """There is one about this clue; member ``finding_id``."""

    code = "finding_exists"
    category = Category.CONFLICT
    title = Text("该线索的诬告认定已在办理", "A finding about this clue exists already")


class NoHighCommission(HeliError):
    """The directory knows no commission of a city or above over this one."""

    code = "no_high_commission"
    category = Category.CONFLICT
    title = Text("未找到设区的市级以上纪委监委", "No commission of a city or above is known over this one")
