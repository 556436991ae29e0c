"""Why a cadre may not sit in a team: the hard grounds, in the order in which they are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chassis.errors import Text

from inspection_service.assembly.problem import AssemblyProblem, Candidate, Demand, Target, Verdict, VerdictRank


class Ground(StrEnum):
    """Codes of grounds. Private ones reach the engine only as ``personal_ground`` and stay that."""

    OWN_HOME_UNIT = "own_home_unit"
    PERSONAL_GROUND = "personal_ground"
    RECUSAL = "recusal"
    SECRECY = "secrecy"
    REVIEW = "review"
    BANNED = "banned"
    UNAVAILABLE = "unavailable"
    PINNED_ELSEWHERE = "pinned_elsewhere"
    TAG_MISSING = "tag_missing"
    POOL_KIND_MISSING = "pool_kind_missing"


GROUND_TEXTS: Mapping[Ground, Text] = {
    Ground.OWN_HOME_UNIT: Text("巡视对象是其所在单位", "the target is the cadre's own unit"),
    Ground.PERSONAL_GROUND: Text("存在个人回避事由", "a personal ground for recusal"),
    Ground.RECUSAL: Text("按回避规定不得参加", "recusal rules forbid it"),
    Ground.SECRECY: Text("涉密等级不够", "clearance too low"),
    Ground.REVIEW: Text("回避事项待审，需批准豁免", "a recusal question needs an approved waiver"),
    Ground.BANNED: Text("已被排除", "banned from the team"),
    Ground.UNAVAILABLE: Text("该时段不可抽调", "not available in the period"),
    Ground.PINNED_ELSEWHERE: Text("已固定在其他组或职务", "pinned to another team or role"),
    Ground.TAG_MISSING: Text("缺少所需专长", "lacks a required tag"),
    Ground.POOL_KIND_MISSING: Text("不在所需人才库", "not in a required pool"),
}


MAY_NOT_SHARE = Text("与该组另一名成员依规不得同组", "may not lawfully share a team with another of its members")
"""Said of two people who never sit in one team. Why is known to the talent pool alone."""

CLEARANCES = ("internal", "confidential", "secret")


def _level(clearance: str) -> int:
    """An unknown clearance opens nothing."""
    return CLEARANCES.index(clearance) if clearance in CLEARANCES else -1


@dataclass(frozen=True)
class Lookup:
    """Verdicts, bans and pins by cadre, for quick questions."""

    verdicts: Mapping[tuple[str, str], Verdict]
    banned: frozenset[tuple[str, str | None]]
    pinned: Mapping[str, str]
    pinned_role: Mapping[str, str]


def build_lookup(problem: AssemblyProblem) -> Lookup:
    """Index a problem; of several verdicts on one pair the gravest counts."""
    gravity = {VerdictRank.BLOCK: 3, VerdictRank.REVIEW: 2, VerdictRank.INFO: 1, VerdictRank.CLEAR: 0}
    verdicts: dict[tuple[str, str], Verdict] = {}
    for verdict in problem.verdicts:
        key = (verdict.cadre_id, verdict.unit_code)
        known = verdicts.get(key)
        if known is None or gravity[verdict.verdict] > gravity[known.verdict]:
            verdicts[key] = verdict
    return Lookup(
        verdicts,
        frozenset((b.cadre_id, b.unit_code) for b in problem.bans),
        {p.cadre_id: p.unit_code for p in problem.pins},
        {p.cadre_id: p.role for p in problem.pins if p.role is not None},
    )


def team_grounds(candidate: Candidate, target: Target, lookup: Lookup) -> list[Ground]:
    """Grounds against a cadre in any seat of a team; only REVIEW can be waived."""
    grounds: list[Ground] = []
    if candidate.home_unit == target.unit_code:
        grounds.append(Ground.OWN_HOME_UNIT)
    asked = _level(target.secrecy) if target.secrecy in CLEARANCES else len(CLEARANCES)
    if _level(candidate.clearance) < asked:
        grounds.append(Ground.SECRECY)
    verdict = lookup.verdicts.get((candidate.cadre_id, target.unit_code))
    if verdict is not None and verdict.verdict is VerdictRank.BLOCK:
        private = verdict.code in {"", Ground.PERSONAL_GROUND}
        grounds.append(Ground.PERSONAL_GROUND if private else Ground.RECUSAL)
    if verdict is not None and verdict.verdict is VerdictRank.REVIEW:
        grounds.append(Ground.REVIEW)
    if {(candidate.cadre_id, target.unit_code), (candidate.cadre_id, None)} & lookup.banned:
        grounds.append(Ground.BANNED)
    if not candidate.available:
        grounds.append(Ground.UNAVAILABLE)
    if lookup.pinned.get(candidate.cadre_id, target.unit_code) != target.unit_code:
        grounds.append(Ground.PINNED_ELSEWHERE)
    return grounds


def seat_grounds(candidate: Candidate, demand: Demand, lookup: Lookup) -> list[Ground]:
    """Grounds against a cadre in a seat of one demand."""
    grounds: list[Ground] = []
    if not candidate.tags.issuperset(demand.tags):
        grounds.append(Ground.TAG_MISSING)
    if demand.pool_kinds and not candidate.pool_kinds.intersection(demand.pool_kinds):
        grounds.append(Ground.POOL_KIND_MISSING)
    if lookup.pinned_role.get(candidate.cadre_id, demand.role) != demand.role:
        grounds.append(Ground.PINNED_ELSEWHERE)
    return grounds
