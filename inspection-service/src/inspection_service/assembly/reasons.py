"""Why a member sits where: short codes with sentences. Says what speaks for a person, never a private ground."""

from chassis.errors import Text

from inspection_service.assembly.grounds import Ground
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Demand, Role, Target, VerdictRank
from inspection_service.assembly.profiles import (
    Facts,
    is_deputy_of_linked_office,
    is_from_commission,
    is_from_inspection_office,
    took_part_last_round,
)
from inspection_service.assembly.proposal import Reason
from inspection_service.assembly.scoring import EXCELLENT, PREFERRED_KINDS, fits_rank

ROLE_TEXTS = {
    Role.LEADER: Text("组长", "leader"),
    Role.DEPUTY_LEADER: Text("副组长", "deputy leader"),
    Role.COMMISSIONER: Text("巡视专员", "commissioner"),
    Role.LIAISON: Text("联络员", "liaison"),
    Role.PETITION_HANDLER: Text("信访员", "petition handler"),
    Role.MEMBER: Text("组员", "member"),
    Role.SPECIALIST: Text("专业人员", "specialist"),
}

_POOL_TEXTS = {
    "case": Text("办案人才库", "case pool"),
    "inspection_member": Text("巡视组成员库", "inspection member pool"),
    "inspection_leader": Text("巡视组组长库", "inspection leader pool"),
    "university_backbone": Text("高校骨干库", "university backbone pool"),
    "expert": Text("专家库", "expert pool"),
}


def reasons_for(
    candidate: Candidate, target: Target, demand: Demand, facts: Facts, problem: AssemblyProblem
) -> tuple[Reason, ...]:
    """All reasons for one member, the strongest first. Never empty."""
    found = [*_binding(candidate, target, problem), *_fitting(candidate, target, demand, facts)]
    if not found:
        found = [Reason(code="eligible", text=Text("符合该席位全部条件", "meets every condition of the seat"))]
    return tuple(found)


def needs_waiver(candidate: Candidate, target: Target, problem: AssemblyProblem) -> bool:
    """Whether a recusal question on this pair awaits review."""
    return any(
        v.cadre_id == candidate.cadre_id and v.unit_code == target.unit_code and v.verdict is VerdictRank.REVIEW
        for v in problem.verdicts
    )


def _binding(candidate: Candidate, target: Target, problem: AssemblyProblem) -> list[Reason]:
    found = []
    if any(p.cadre_id == candidate.cadre_id and p.unit_code == target.unit_code for p in problem.pins):
        found.append(Reason(code="pinned", text=Text("指定参加该组", "pinned to this team")))
    if needs_waiver(candidate, target, problem):
        code = next(
            v.code or Ground.PERSONAL_GROUND
            for v in problem.verdicts
            if v.cadre_id == candidate.cadre_id and v.unit_code == target.unit_code and v.verdict is VerdictRank.REVIEW
        )
        text = Text("须先批准回避豁免方可参加", "may sit only once a recusal waiver is approved")
        found.append(Reason(code=f"needs_waiver:{code}", text=text))
    return found


def _fitting(candidate: Candidate, target: Target, demand: Demand, facts: Facts) -> list[Reason]:
    found = []
    if took_part_last_round(candidate, target, facts):
        text = Text("参加过该单位上一轮常规巡视", "took part in the last regular round on the unit")
        found.append(Reason(code="took_part_last_round", text=text))
    if is_deputy_of_linked_office(candidate, target, facts):
        text = Text(
            "现任联系该单位的监督检查室副主任", "is deputy director of the supervision office linked to the unit"
        )
        found.append(Reason(code="deputy_of_linked_office", text=text))
    if is_from_commission(candidate, target, facts):
        found.append(Reason(code="from_commission", text=Text("来自纪委监委", "comes from the discipline commission")))
    if is_from_inspection_office(candidate, target, facts):
        text = Text("来自巡视巡察机构", "comes from the inspection office")
        found.append(Reason(code="from_inspection_office", text=text))
    asked = {tag for d in target.seats for tag in d.tags}
    for tag in sorted(candidate.tags & asked):
        text = Text(f"具备该组所需专长：{tag}", f"brings {tag}, which the team asks for")
        found.append(Reason(code=f"tag:{tag}", text=text))
    for kind in sorted(candidate.pool_kinds & PREFERRED_KINDS[demand.role]):
        pool = _POOL_TEXTS.get(kind, Text(kind, kind))
        found.append(Reason(code=f"pool_kind:{kind}", text=Text(f"在{pool.zh}中", f"is in the {pool.en}")))
    if fits_rank(candidate, demand.role):
        role = ROLE_TEXTS[demand.role]
        text = Text(f"职级符合{role.zh}要求", f"has the rank usual for a {role.en}")
        found.append(Reason(code="rank_fits", text=text))
    if candidate.last_grade == EXCELLENT:
        found.append(Reason(code="appraised_excellent", text=Text("最近一次考核优秀", "was appraised as excellent")))
    if not candidate.days_lent:
        found.append(Reason(code="not_lent_before", text=Text("近期未被抽调", "has not been lent lately")))
    return found
