"""Refusals about adopting a run."""

from chassis.errors import Category, HeliError, Text


class OverrideReasonRequired(HeliError):
    """Rules are unmet, or members need a waiver; members ``unmet`` and ``waivers`` list them."""

    code = "override_reason_required"
    category = Category.CONFLICT
    title = Text("方案有未满足的规则，采用须说明理由", "The proposal leaves rules unmet; adopting it needs a reason")


class RunNotAdoptable(HeliError):
    """Only a run that succeeded can be adopted; member ``status`` is the run's."""

    code = "run_not_adoptable"
    category = Category.CONFLICT
    title = Text("该组队任务没有可采用的方案", "This run has no proposal to adopt")


class AdoptionInProgress(HeliError):
    """Another adoption of the round is being carried out or undone."""

    code = "adoption_in_progress"
    category = Category.CONFLICT
    title = Text("本轮另一方案正在采用或撤销中", "Another adoption of this round is under way")


class AdoptionPending(HeliError):
    """The decision is recorded and is carried out once the talent pool answers; repeating the call waits for it."""

    code = "adoption_pending"
    category = Category.UNAVAILABLE
    title = Text(
        "人才库暂时未应答，采用决定已记录并将继续执行", "The talent pool does not answer yet; the adoption goes on"
    )
