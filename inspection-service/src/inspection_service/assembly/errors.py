"""What can go wrong in team assembly, each with a name. No numpy, no solver: the API process imports this."""

from collections.abc import Sequence

from chassis.errors import Category, FieldError, HeliError, Text


class InvalidInstance(HeliError):
    code = "invalid_instance"
    category = Category.INVALID
    title = Text("组队算例有误", "The assembly instance is wrong")


class InvalidAssembly(HeliError):
    """Demands, pins, bans or weights that contradict each other or cannot be read."""

    code = "invalid_assembly"
    category = Category.INVALID
    title = Text("组队条件有误", "The assembly request is wrong")


class SolverFailed(HeliError):
    """The solver process ended or answered in a way that proves nothing."""

    code = "solver_failed"
    category = Category.INTERNAL
    title = Text("组队求解进程异常结束，请重新发起", "The solver process ended unexpectedly; start the run again")


class SolveCancelled(HeliError):
    """Somebody cancelled the run before a solver took it in hand."""

    code = "solve_cancelled"
    category = Category.CONFLICT
    title = Text("组队求解已取消", "The solve was cancelled")


class UnlawfulProposal(HeliError):
    """The separate checker refused what the solver proposed; nothing is saved."""

    code = "unlawful_proposal"
    category = Category.INTERNAL
    title = Text("组队方案未通过独立核验，已作废", "The proposal failed the separate check and was discarded")


def wrong(pointer: str, code: str, zh: str, en: str) -> FieldError:
    """One wrong input, by JSON pointer."""
    return FieldError(pointer, code, Text(zh, en))


def refuse_instance(errors: Sequence[FieldError]) -> InvalidInstance:
    """The refusal of an instance, saying its first fault in the detail."""
    first = errors[0]
    detail = Text(f"{first.pointer}：{first.message.zh}", f"{first.pointer}: {first.message.en}")
    return InvalidInstance(detail, errors=errors)
