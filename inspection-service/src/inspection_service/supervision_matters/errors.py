"""Refusals about supervision matters."""

from chassis.errors import Category, HeliError, Text


class EvaluatorNotIndependent(HeliError):
    """Whoever handles a matter does not evaluate it."""

    code = "evaluator_not_independent"
    category = Category.FORBIDDEN
    title = Text("承办单位不能评估自己承办的监督事项", "A unit that handles a matter may not evaluate it")


class NotAtWork(HeliError):
    """Only the units named as lead or co-units work on the matter."""

    code = "unit_not_at_work"
    category = Category.FORBIDDEN
    title = Text("本单位不是该监督事项的牵头或配合单位", "Your unit neither leads nor works on this matter")


class NoTaskAssigned(HeliError):
    code = "no_task_assigned"
    category = Category.CONFLICT
    title = Text("尚未分解任务，不能启动", "No task is assigned yet; split the work first")


class MattersOverlap(HeliError):
    """Member ``matters`` lists those that cover the same units in the same period."""

    code = "matters_overlap"
    category = Category.CONFLICT
    title = Text("与在办监督事项重复，请合并或说明理由", "Another matter covers the same; join it or give a reason")


class NotDiscussed(HeliError):
    code = "matter_not_discussed"
    category = Category.CONFLICT
    title = Text("尚未在监督工作会上研讨，不能评估", "Never discussed at a supervision meeting; it cannot be evaluated")


class ReportsOverdue(HeliError):
    """Members ``due`` and ``filed`` count the progress reports."""

    code = "progress_reports_overdue"
    category = Category.CONFLICT
    title = Text("定期报送未到位，不能评估", "Progress reports are overdue; it cannot be evaluated")


class NotEffective(HeliError):
    """Member ``conclusion`` is the evaluation's."""

    code = "matter_not_effective"
    category = Category.CONFLICT
    title = Text("评估结论不支持办结，请整改或结转", "The evaluation does not support closing; rectify or carry over")
