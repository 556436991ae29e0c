"""Refusals about teams."""

from chassis.errors import Category, HeliError, Text


class SecondmentNotApproved(HeliError):
    """Member ``missing`` lists the home units that have not consented."""

    code = "secondment_not_approved"
    category = Category.CONFLICT
    title = Text("派出单位尚未全部同意抽调", "Not every home unit has approved the secondment")


class ProposerMayNotAuthorise(HeliError):
    code = "proposer_may_not_authorise"
    category = Category.FORBIDDEN
    title = Text("提出组队方案的人不能批准授权", "Whoever proposed the team may not authorise it")


class MemberRecused(HeliError):
    """A recusal verdict has turned; member ``members`` lists the cadres who must be replaced."""

    code = "member_recused"
    category = Category.CONFLICT
    title = Text("组员须回避，请先更换", "A member must step aside; replace the team first")


class BriefingsOpen(HeliError):
    """Member ``briefings`` lists the briefings that are not acknowledged by all."""

    code = "briefings_open"
    category = Category.CONFLICT
    title = Text("进驻前通报尚未全部确认，可说明理由后进驻", "Briefings are not acknowledged; enter with a reason")
