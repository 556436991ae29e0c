"""What must hold before a matter moves, beyond state and role. Raises the named refusals of ``errors``."""

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from pydantic import BaseModel

from inspection_service.supervision_matters import domain
from inspection_service.supervision_matters.domain import MatterState
from inspection_service.supervision_matters.errors import (
    EvaluatorNotIndependent,
    MattersOverlap,
    NoTaskAssigned,
    NotAtWork,
    NotDiscussed,
    NotEffective,
    ReportsOverdue,
)
from inspection_service.supervision_matters.models import SupervisionMatter
from inspection_service.supervision_matters.schemas import CarryOverIn, Conclusion, StartIn

_AT_WORK_VERBS = frozenset({"report", "raise-difficulty"})
_SOON = timedelta(days=7)


def check_unit(verb: str, unit: str | None, matter: SupervisionMatter, tree: UnitTree) -> None:
    """Work is reported by who does it, and evaluated by who does not."""
    handlers = {code for code in (matter.lead_unit, *matter.co_units) if code is not None}
    is_handler = unit is not None and any(unit in tree and tree.is_within(unit, code) for code in handlers)
    if verb == "evaluate" and (is_handler or not domain.is_independent(unit, matter.lead_unit, matter.co_units)):
        raise EvaluatorNotIndependent
    if verb in _AT_WORK_VERBS and not is_handler:
        raise NotAtWork


def check_start(
    body: BaseModel, matter: SupervisionMatter, records: Sequence[str], others: Sequence[SupervisionMatter]
) -> None:
    """Work is split, and nobody else does the same, or a reason says why both."""
    if "assign-task" not in records:
        raise NoTaskAssigned
    same = [str(other.id) for other in others if domain.covers_same(matter.scope_units, other.scope_units)]
    if same and not (isinstance(body, StartIn) and body.overlap_reason):
        raise MattersOverlap(members={"matters": same})


def check_evaluation(matter: SupervisionMatter, records: Sequence[str], today: date) -> None:
    """Studied at a meeting, and reported on as often as was due, once at least."""
    if "discuss" not in records:
        raise NotDiscussed
    due, filed = max(1, reports_due_of(matter, today)), sum(kind == "report" for kind in records)
    if filed < due:
        raise ReportsOverdue(members={"due": due, "filed": filed})


def check_close(matter: SupervisionMatter) -> None:
    """Only what was found effective is closed."""
    if matter.conclusion != Conclusion.EFFECTIVE:
        raise NotEffective(members={"conclusion": matter.conclusion})


def check_carry_over(body: BaseModel, matter: SupervisionMatter) -> None:
    """The new period ends later than the old one."""
    if isinstance(body, CarryOverIn) and body.ends_on <= matter.ends_on:
        raise invalid_field("/ends_on", "not_later", "结转后的期限须晚于原期限", "must lie after the present end")


def reports_due_of(matter: SupervisionMatter, today: date) -> int:
    """How many progress reports have fallen due."""
    if matter.started_on is None:
        return 0
    return domain.reports_due(matter.started_on, today, matter.ends_on, matter.report_every_days)


def light_of(matter: SupervisionMatter, due: int, filed: int, today: date) -> str:
    """Red while reports are overdue, yellow where one falls due within a week, else green."""
    if matter.state not in (MatterState.IN_PROGRESS, MatterState.RECTIFYING):
        return "green"
    if filed < due:
        return "red"
    return "yellow" if filed < reports_due_of(matter, today + _SOON) else "green"
