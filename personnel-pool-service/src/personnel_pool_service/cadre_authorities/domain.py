"""Which Party committee manages the holder of a post (干部管理权限), and whose commission is competent by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis.directory import UnitTree

from personnel_pool_service.tags.domain import fold
from personnel_pool_service.vocabulary import Rank

_ORDER = [rank.value for rank in Rank]


class Basis(StrEnum):
    """What the answer rests on, weightiest first."""

    PERSON = "person"
    POST_RULE = "post_rule"
    UNIT = "unit"
    NEAREST_COMMITTEE = "nearest_committee"


@dataclass(frozen=True)
class AuthorityRule:
    """Holders of certain posts of a unit are managed by a committee. What is left empty asks for nothing."""

    committee: str
    from_rank: str | None = None
    to_rank: str | None = None
    posts: tuple[str, ...] = ()
    top_leader: bool | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether nobody is left for a rule after this one."""
        return self.from_rank is None and self.to_rank is None and not self.posts and self.top_leader is None

    @property
    def is_upside_down(self) -> bool:
        """Whether the lowest rank lies above the highest."""
        if self.from_rank is None or self.to_rank is None:
            return False
        return _ORDER.index(self.from_rank) > _ORDER.index(self.to_rank)

    def applies_to(self, holder: "Holder") -> bool:
        """Whether a holder's post is one of the rule's. A rank that is not known lies in no span of ranks."""
        if self.top_leader is not None and self.top_leader != holder.top_leader:
            return False
        if self.posts and (holder.post is None or fold(holder.post) not in {fold(one) for one in self.posts}):
            return False
        if self.from_rank is None and self.to_rank is None:
            return True
        if holder.rank is None:
            return False
        lowest, highest = self.from_rank or _ORDER[0], self.to_rank or _ORDER[-1]
        return _ORDER.index(lowest) <= _ORDER.index(holder.rank) <= _ORDER.index(highest)


@dataclass(frozen=True)
class Holder:
    """Somebody by the post held; ``managing_committee`` is what is on record about the person."""

    unit_code: str
    post: str | None = None
    rank: str | None = None
    top_leader: bool = False
    managing_committee: str | None = None


@dataclass(frozen=True)
class Authority:
    """Who manages somebody and what says so. ``unit_code`` is the unit that says it, ``rule`` its rule, from 0."""

    committee: str | None
    commission: str | None
    basis: Basis | None
    unit_code: str | None = None
    rule: int | None = None


def authority_over(
    holder: Holder,
    tree: UnitTree,
    rules: Mapping[str, Sequence[AuthorityRule]],
    own: Callable[[str], str | None],
) -> Authority:
    """Who manages the holder of a post.

    What is on record about the person comes first; then the rules of the unit and of each unit above it, nearest
    first, the first rule that fits; then the committee named for the nearest unit that names one; then the nearest
    Party committee at or above.

    Args:
        holder: The post.
        tree: The directory.
        rules: Unit → its rules, in their order.
        own: The committee a unit names for its cadres, None if it names none.
    """
    chain = tree.superiors(holder.unit_code)
    if holder.managing_committee is not None:
        return _answer(tree, own, holder.managing_committee, Basis.PERSON)
    for code in chain:
        for position, rule in enumerate(rules.get(code, ())):
            if rule.applies_to(holder):
                return _answer(tree, own, rule.committee, Basis.POST_RULE, code, position)
    for code in chain:
        if (named := own(code)) is not None:
            return _answer(tree, own, named, Basis.UNIT, code)
    nearest = next((code for code in chain if _is_committee(tree, code)), None)
    return _answer(tree, own, nearest, Basis.NEAREST_COMMITTEE) if nearest else Authority(None, None, None)


def _answer(
    tree: UnitTree,
    own: Callable[[str], str | None],
    committee: str,
    basis: Basis,
    unit_code: str | None = None,
    rule: int | None = None,
) -> Authority:
    return Authority(committee, commission_beside(tree, own, committee), basis, unit_code, rule)


def commission_beside(tree: UnitTree, own: Callable[[str], str | None], committee: str) -> str | None:
    """The commission of a committee: the one below it, or the one that names it as its own.

    A unit's own Party body has none: the nearest committee above it counts. None where the directory does not tell, or
    tells of several: a competent commission is never guessed.
    """
    level = next((code for code in tree.superiors(committee) if _is_committee(tree, code)), committee)
    beside = [
        unit.code for unit in tree if unit.unit_type == "cdi" and (unit.parent_code == level or own(unit.code) == level)
    ]
    return beside[0] if len(beside) == 1 else None


def _is_committee(tree: UnitTree, code: str) -> bool:
    unit = tree.find(code)
    return unit is not None and unit.unit_type == "party_committee"
