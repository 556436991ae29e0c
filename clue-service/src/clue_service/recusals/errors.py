"""Refusals about recusals."""

from chassis.errors import Category, HeliError, Text


class RecusalNotYours(HeliError):
    """Others are recused by the office and the leaders of the clue's commission; anybody may declare themselves."""

    code = "recusal_not_yours"
    category = Category.FORBIDDEN
    title = Text("仅案管部门和本级负责人可决定他人回避", "Only the commission's office and leaders recuse others")


class RecusalLifted(HeliError):
    """The recusal is over already."""

    code = "recusal_lifted"
    category = Category.CONFLICT
    title = Text("该回避已解除", "The recusal is lifted already")


class LiftedByAnother(HeliError):
    """Whoever recorded a recusal does not lift it; a leader of the commission does."""

    code = "lifted_by_another"
    category = Category.FORBIDDEN
    title = Text("回避须由记录人以外的本级负责人解除", "A leader who did not record the recusal lifts it")
