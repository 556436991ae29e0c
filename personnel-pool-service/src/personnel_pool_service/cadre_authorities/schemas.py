"""Rules about who manages whom, and questions about it."""

from typing import Self

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from personnel_pool_service.cadre_authorities.domain import AuthorityRule, Basis
from personnel_pool_service.vocabulary import Label, Rank, UnitCode


class AuthorityRuleIn(RequestModel):
    """Whose holders a committee manages: all that is given must hold, both ranks included."""

    committee: UnitCode
    from_rank: Rank | None = None
    to_rank: Rank | None = None
    posts: list[Label] = Field(default_factory=list, max_length=50, description="One of these posts, as written")
    top_leader: bool | None = Field(None, description="Only heads of units, or only others; null asks for nothing")

    def to_domain(self) -> AuthorityRule:
        """The rule as it is applied."""
        return AuthorityRule(
            self.committee,
            self.from_rank.value if self.from_rank else None,
            self.to_rank.value if self.to_rank else None,
            tuple(dict.fromkeys(self.posts)),
            self.top_leader,
        )


class AuthorityRulesIn(RequestModel):
    """All rules of a unit, for itself and the units below it; the first that fits counts."""

    rules: list[AuthorityRuleIn] = Field(max_length=50)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        rules = [rule.to_domain() for rule in self.rules]
        if any(rule.is_upside_down for rule in rules):
            raise FieldRefused("ranks_upside_down", "起始职级高于终止职级", "The lowest rank lies above the highest")
        if any(rule.is_for_all for rule in rules[:-1]):
            raise FieldRefused("unreachable_rule", "其后的规则永远不会适用", "No rule after it would ever apply")
        return self


class AuthorityRuleOut(ResponseModel):
    """One rule."""

    committee: str
    from_rank: str | None
    to_rank: str | None
    posts: list[str]
    top_leader: bool | None


class AuthorityRulesOut(ResponseModel):
    """A unit's own rules; units below it follow them where they have none that fits."""

    unit_code: str
    rules: list[AuthorityRuleOut]
    version: int = Field(description="0 where there never were any")


class HolderIn(RequestModel):
    """Somebody on record by ``person_code``, or a post by ``unit_code``; one of the two."""

    person_code: UnitCode | None = None
    unit_code: UnitCode | None = None
    post: Label | None = None
    rank: Rank | None = None
    top_leader: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.person_code is None) == (self.unit_code is None):
            raise FieldRefused("one_of_two", "须给出人员或单位之一", "Give either a person or a unit")
        if self.person_code is not None and self.model_fields_set - {"person_code"}:
            raise FieldRefused("post_of_person", "人员的职务以档案为准", "A person's post is the one on record")
        return self


class AuthorityQueryIn(RequestModel):
    """Whom to ask about."""

    items: list[HolderIn] = Field(min_length=1, max_length=500)


class AuthorityOut(ResponseModel):
    """Who manages the holder, whose commission is competent by it, and what says so."""

    committee: str | None
    commission: str | None = Field(description="Null where the directory does not tell: never guessed")
    basis: Basis | None = Field(description="On record about the person, a rule, the unit's committee, or the nearest")
    unit_code: str | None = Field(description="The unit that says it")
    rule: int | None = Field(description="Which of that unit's rules, from 0")


class AuthorityAnswer(ResponseModel):
    """The answers, in the order of the questions."""

    items: list[AuthorityOut]
