"""Refusals about joint case teams."""

from chassis.errors import Category, HeliError, Text


class JointMemberRecused(HeliError):
    """Members who must not deal with the units concerned; member ``members``."""

    code = "joint_member_recused"
    category = Category.CONFLICT
    title = Text("联合专案组成员须回避", "Members of the joint team must step aside")


class JointTeamWaits(HeliError):
    """Not every home unit has consented; member ``missing``."""

    code = "joint_team_waits"
    category = Category.CONFLICT
    title = Text("派出单位尚未全部同意", "Not every home unit has consented")


class ProposerMayNotApprove(HeliError):
    code = "proposer_may_not_approve"
    category = Category.FORBIDDEN
    title = Text("提出人不能批准", "Whoever proposed it may not approve it")
