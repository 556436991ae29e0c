"""What an assembly run answers. Plain values that cross the process border as JSON; no numpy, no solver."""

from chassis.errors import Text
from pydantic import BaseModel, ConfigDict

from inspection_service.assembly.problem import Role
from inspection_service.assembly.solution import Status


class _Output(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reason(_Output):
    """Why a member was chosen: a stable code and its sentence."""

    code: str
    text: Text


class ProposedMember(_Output):
    """One seat. ``waiver`` True: the seat needs an approved waiver of a recusal question.

    ``seat`` is the role with the conditions of its demand: demands of one role may differ.
    """

    cadre_id: str
    role: Role
    reasons: tuple[Reason, ...]
    waiver: bool = False
    seat: str = ""


class ProposedTeam(_Output):
    """All seats of one target's team."""

    unit_code: str
    members: tuple[ProposedMember, ...]


class Unmet(_Output):
    """A hard rule or seat that cannot hold. ``rule`` is a profile rule, ``seat:<role>`` or ``pin``."""

    rule: str
    unit_code: str
    text: Text
    missing: int = 1
    cadre_id: str | None = None


class Relaxation(_Output):
    """A step that would help, the mildest first, and who may approve it."""

    rank: int
    kind: str
    unit_code: str
    approver: str
    text: Text
    rule: str | None = None
    cadre_id: str | None = None


class Proposal(_Output):
    """The answer of one run. Teams are there only when every seat is lawfully filled and the checker agreed."""

    status: Status
    seconds: float
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    teams: tuple[ProposedTeam, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    sentence: Text | None = None
    partial_teams: tuple[ProposedTeam, ...] = ()
    """Only when infeasible: the fullest lawful teams that leave the ``unmet`` seats empty. Not for adoption."""
    rule_version: str = ""
    solver_version: str = ""
    is_drawn: bool = False
    """Whether lots decided exactly among all equally good teams."""
    salt: str = ""
    input_hash: str = ""
