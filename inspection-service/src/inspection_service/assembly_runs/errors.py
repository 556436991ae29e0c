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
