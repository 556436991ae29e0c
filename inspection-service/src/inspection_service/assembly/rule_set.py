"""Rule sets as data: what a profile asks of a team, and the weights of preferences. No numpy, no solver.

A rule names seats and a condition; at least so many people in these seats must meet it. Which conditions there are is
decided here, once; which rules a profile has is data that an inspection office edits.
"""

from enum import StrEnum
from typing import Annotated, Literal

from chassis.errors import FieldError, Text
from pydantic import BaseModel, ConfigDict, Field

from inspection_service.assembly.errors import wrong
from inspection_service.assembly.roles import CHIEF_ROLES, Role

LIGHTEST_RULE, HEAVIEST_RULE = 10, 19
"""Two rules always outweigh one, so that as many rules hold as can."""

MOST_RULES = 30


_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Codes = Annotated[tuple[_Code, ...], Field(min_length=1, max_length=20)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TookPart(_Part):
    """Sat, in any role, in the latest closed round of this type on the target."""

    kind: Literal["took_part_in_last_round"]
    round_type: Annotated[str, Field(pattern=r"^(regular|special|mobile|look_back)$")] = "regular"


class HoldsPost(_Part):
    """Holds today one of these posts at the supervision office linked to the target."""

    kind: Literal["holds_post_at_linked_office"]
    posts: _Codes


class HomeUnitType(_Part):
    """Comes from a unit of one of these types; ``own_area``: of the inspecting committee's own area."""

    kind: Literal["home_unit_type"]
    any_of: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(min_length=1, max_length=20)
    ]
    own_area: bool = True


class HasTag(_Part):
    """Brings one of these tags."""

    kind: Literal["tag"]
    any_of: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1, max_length=20)
    ]


class InPool(_Part):
    """Is in one of these pools."""

    kind: Literal["pool_kind"]
    any_of: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(min_length=1, max_length=20)
    ]


class RankAtLeast(_Part):
    """Has this rank or a higher one."""

    kind: Literal["rank_at_least"]
    rank: Annotated[
        str,
        Field(
            pattern=r"^(clerk|section_deputy|section_chief|division_deputy|division_chief|bureau_deputy|bureau_chief"
            r"|above)$"
        ),
    ]


class IsGender(_Part):
    """Women, or men."""

    kind: Literal["gender"]
    gender: Literal["female", "male"]


class IsPartyMember(_Part):
    """Party members: a temporary branch takes three."""

    kind: Literal["party_member"]


class HasInspected(_Part):
    """Veterans (``has`` true) sat in a past team; newcomers did not."""

    kind: Literal["has_inspected"]
    has: bool


Condition = Annotated[
    TookPart | HoldsPost | HomeUnitType | HasTag | InPool | RankAtLeast | IsGender | IsPartyMember | HasInspected,
    Field(discriminator="kind"),
]


class Rule(_Part):
    """At least ``at_least`` people in these seats must meet the condition.

    ``widen_if_few``: where the team has fewer than two such seats, every seat that is not a chief's counts.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")]
    title: Text
    seats: Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]
    widen_if_few: bool = False
    condition: Condition
    at_least: Annotated[int, Field(ge=1, le=100)] = 1
    weight: Annotated[int, Field(ge=LIGHTEST_RULE, le=HEAVIEST_RULE)] = LIGHTEST_RULE


class Profile(_Part):
    """Rules a target asks for by naming the profile; ``most_from_one_unit`` bounds the share of one home unit."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")]
    version: Annotated[int, Field(ge=1)] = 1
    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)] = ()
    most_from_one_unit: Annotated[int | None, Field(ge=1, le=100)] = None


class RuleSetKind(StrEnum):
    """``profile``: rules of teams. ``weights``: points of preferences, for all targets of a run."""

    PROFILE = "profile"
    WEIGHTS = "weights"


WEIGHTS_NAME = "weights"
"""The one rule set of kind ``weights``."""


def profile_faults(profile: Profile) -> list[FieldError]:
    """What a profile contradicts itself in, by JSON pointer."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, rule in enumerate(profile.rules):
        at = f"/rules/{index}"
        if rule.name in seen:
            errors.append(wrong(f"{at}/name", "repeated", "规则名称重复", "two rules have the same name"))
        seen.add(rule.name)
        if len(set(rule.seats)) != len(rule.seats):
            errors.append(wrong(f"{at}/seats", "repeated", "同一职务出现两次", "a role is listed twice"))
        if not rule.title.zh.strip() or not rule.title.en.strip():
            errors.append(
                wrong(f"{at}/title", "empty", "规则须有中英文说明", "a rule needs its title in Chinese and English")
            )
        if rule.widen_if_few and set(rule.seats) & CHIEF_ROLES:
            errors.append(
                wrong(
                    f"{at}/widen_if_few", "contradiction", "领导席位不能放宽", "the seats of chiefs cannot be widened"
                )
            )
    return errors
