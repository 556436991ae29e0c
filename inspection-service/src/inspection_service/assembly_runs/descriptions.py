"""Runs as callers see them: in their language, without the targets they are recused from."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.errors import Text

from inspection_service.assembly_runs.models import AssemblyProposal, AssemblyRun
from inspection_service.assembly_runs.schemas import (
    ReasonOut,
    RelaxationOut,
    RunMemberOut,
    RunOperationOut,
    RunOut,
    RunProblemOut,
    RunStatus,
    RunTeamOut,
    UnmetOut,
)

_PLAIN = (
    "objective", "bound", "gap", "seconds", "optimality", "is_drawn", "rule_version", "solver_version", "salt",
    "input_hash",
)  # fmt: skip


def describe_run(run: AssemblyRun, proposal: AssemblyProposal | None, *, hidden: set[str], language: str) -> RunOut:
    """A run with its answer. ``hidden`` are the units whose matter the reader must not meet."""

    def say(pair: Sequence[str]) -> str:
        return Text(*pair).in_language(language)

    answer: dict[str, Any] = {}
    if proposal is not None:
        answer = {name: getattr(proposal, name) for name in _PLAIN}
        answer["teams"] = _teams(_shown(proposal.teams, hidden), say)
        answer["partial_teams"] = _teams(_shown(proposal.partial_teams, hidden), say)
        answer["unmet"] = [
            UnmetOut.model_validate({**one, "text": say(one["text"])}) for one in _shown(proposal.unmet, hidden)
        ]
        answer["relaxations"] = [
            RelaxationOut.model_validate({**one, "text": say(one["text"])})
            for one in _shown(proposal.relaxations, hidden)
        ]
        answer["sentence"] = say(proposal.sentence) if proposal.sentence and not hidden else None
    return RunOut(
        id=run.id,
        round_id=run.round_id,
        number=run.number,
        status=run.status,
        progress=run.progress,
        base_run_id=run.base_run_id,
        rules=run.rules,
        cancel_requested_at=run.cancel_requested_at,
        problem=_problem(run.failure, say) if run.failure else None,
        request=run.request,
        started_by=run.started_by,
        created_at=run.created_at,
        finished_at=run.finished_at,
        version=run.version,
        **answer,
    )


def _shown(rows: Sequence[Mapping[str, Any]], hidden: set[str]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["unit_code"] not in hidden]


def _teams(teams: Sequence[Mapping[str, Any]], say: Any) -> list[RunTeamOut]:
    return [
        RunTeamOut(
            unit_code=team["unit_code"],
            members=[
                RunMemberOut(
                    cadre_id=member["cadre_id"],
                    role=member["role"],
                    reasons=[ReasonOut(code=reason["code"], text=say(reason["text"])) for reason in member["reasons"]],
                    waiver=member["waiver"],
                )
                for member in team["members"]
            ],
        )
        for team in teams
    ]


def _problem(failure: Mapping[str, Any], say: Any) -> RunProblemOut:
    return RunProblemOut(
        code=failure["code"],
        title=say(failure["title"]),
        detail=say(failure["detail"]),
        errors=[
            {"pointer": one["pointer"], "code": one["code"], "message": say(one["message"])}
            for one in failure["errors"]
        ],
    )


def describe_operation(run: RunOut) -> RunOperationOut:
    """A run as long work."""
    has_answer = run.status in (RunStatus.SUCCEEDED, RunStatus.INFEASIBLE)
    fields = {name: getattr(run, name) for name in RunOut.model_fields}
    return RunOperationOut(**fields, result=run if has_answer else None)
