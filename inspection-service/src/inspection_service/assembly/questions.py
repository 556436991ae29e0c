"""What may be asked about a proposal, and how it is answered. Plain values that cross the process border as JSON."""

from typing import Annotated, Literal

from chassis.errors import Text
from pydantic import BaseModel, ConfigDict, Field

from inspection_service.assembly.proposal import ProposedTeam, Unmet
from inspection_service.assembly.roles import Role


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class WhyNotQuestion(_Value):
    """Why a cadre does not sit in a unit's team, and what insisting would cost. ``teams`` is the proposal as it is."""

    kind: Literal["why_not"] = "why_not"
    cadre_id: str
    unit_code: str
    role: Role | None = None
    objective: float | None
    is_optimal: bool
    teams: tuple[ProposedTeam, ...]
    unmet: tuple[Unmet, ...] = ()


class ReplacementQuestion(_Value):
    """Who could take the seats of those who drop out of one team, changing as little as possible.

    The problem has this one team as its target; ``seated`` are its members as they are.
    """

    kind: Literal["replacement"] = "replacement"
    unit_code: str
    seated: tuple[tuple[str, Role], ...]
    out: tuple[str, ...]
    most: Annotated[int, Field(ge=1, le=50)] = 10


Question = Annotated[WhyNotQuestion | ReplacementQuestion, Field(discriminator="kind")]


class Bar(_Value):
    """A ground that keeps a cadre out of a seat. ``approver`` None: nobody may waive it."""

    code: str
    text: Text
    role: Role
    approver: str | None = None


class Swap(_Value):
    """The cadre put directly in the place of a member: what that breaks, or what it costs."""

    replaces: str
    role: Role
    points_lost: float | None = None
    breaks: tuple[Text, ...] = ()


class WhyNot(_Value):
    """The answer about one cadre and one team.

    ``seated``: sits there. ``barred``: ``bars`` say why. ``possible``: insisting costs ``points_lost``, and ``breaks``
    names rules that would then not hold. ``impossible``: with the cadre no lawful teams exist. ``undecided``: not found
    out in time.
    """

    verdict: Literal["seated", "barred", "possible", "impossible", "undecided"]
    sentence: Text
    bars: tuple[Bar, ...] = ()
    points_lost: float | None = None
    is_exact: bool = False
    """Both optima are proven, so that the price is too."""
    breaks: tuple[Unmet, ...] = ()
    swaps: tuple[Swap, ...] = ()
    teams: tuple[ProposedTeam, ...] = ()
    """The teams one would get by insisting."""


class Change(_Value):
    """One seat that changes hands."""

    role: Role
    out: str
    cadre_id: str


class ReplacementOption(_Value):
    """One lawful way to fill the seats: what changes, what it costs in points, which rules it leaves unmet."""

    rank: int
    changes: tuple[Change, ...]
    seats_changed: int
    points_lost: float
    unmet: tuple[Unmet, ...] = ()
    waivers: tuple[str, ...] = ()
    reasons: dict[str, tuple[str, ...]] = {}


class Replacements(_Value):
    """Options, the mildest first; ``sentence`` says why there is none."""

    options: tuple[ReplacementOption, ...]
    sentence: Text | None = None
    unmet: tuple[Unmet, ...] = ()
