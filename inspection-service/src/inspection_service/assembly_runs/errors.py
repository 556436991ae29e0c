"""Refusals about assembly runs."""

from chassis.errors import Category, HeliError, Text


class RunStillRunning(HeliError):
    """Another worker has this run in hand; the job looks again later."""

    code = "run_still_running"
    category = Category.UNAVAILABLE
    title = Text("该组队任务正在另一进程中运行", "Another worker is running this assembly")


class NoProposalInTime(HeliError):
    code = "no_proposal_in_time"
    category = Category.TIMEOUT
    title = Text("在时限内既未得出方案，也未证明不可行", "Neither a proposal nor a proof that there is none in time")


class RunHasNoInput(HeliError):
    """The run has not gathered what it depends on; there is nothing to explain or vary yet."""

    code = "run_has_no_input"
    category = Category.CONFLICT
    title = Text("该组队任务尚未汇集数据，不能解释或推演", "The run has gathered no data yet; nothing can be explained")


class RunNotFinished(HeliError):
    """It goes on, or ended without one; member ``state`` is the run's."""

    code = "run_not_finished"
    category = Category.CONFLICT
    title = Text("该组队任务没有方案", "The run has no proposal")


class RunIsFinal(HeliError):
    """A finished run cannot be cancelled; member ``state`` is the run's."""

    code = "run_is_final"
    category = Category.CONFLICT
    title = Text("该组队任务已结束", "The run has ended")


class OtherRound(HeliError):
    code = "run_of_another_round"
    category = Category.INVALID
    title = Text("两个组队任务不属于同一轮次", "The two runs are not of the same round")
