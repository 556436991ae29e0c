"""The rule sets every installation begins with: the Tianjin rule for mobile inspections, and the weights."""

from collections.abc import Mapping

from chassis.errors import Text

from inspection_service.assembly.roles import Role
from inspection_service.assembly.rule_set import HoldsPost, HomeUnitType, Profile, Rule, TookPart

INSPECTION_OFFICE = "inspection_office"

COMMISSION_OFFICES = (
    "cdi",
    "case_management_office",
    "petition_office",
    "supervision_office",
    "investigation_office",
    "conduct_office",
    "dispatched_group",
)
"""Unit types whose cadres count as coming from the discipline commission."""

DEPUTY_DIRECTOR = "副主任"

MOBILE_CONTINUITY = Profile(
    name="mobile_continuity",
    rules=(
        Rule(
            name="leader_took_part",
            title=Text(
                "组长须参加过该单位上一轮常规巡视", "the leader took part in the last regular round on the unit"
            ),
            seats=(Role.LEADER,),
            condition=TookPart(kind="took_part_in_last_round"),
            weight=13,
        ),
        Rule(
            name="deputy_from_linked_office",
            title=Text(
                "副组长须为联系该单位的监督检查室副主任",
                "the deputy is deputy director of the linked supervision office",
            ),
            seats=(Role.DEPUTY_LEADER,),
            condition=HoldsPost(kind="holds_post_at_linked_office", posts=(DEPUTY_DIRECTOR,)),
            weight=12,
        ),
        Rule(
            name="members_from_commission",
            title=Text("组员中须有纪委监委干部", "a member comes from the discipline commission"),
            seats=(Role.MEMBER,),
            widen_if_few=True,
            condition=HomeUnitType(kind="home_unit_type", any_of=COMMISSION_OFFICES),
            weight=11,
        ),
        Rule(
            name="members_from_inspection_office",
            title=Text("组员中须有巡视巡察办干部", "a member comes from the inspection office"),
            seats=(Role.MEMBER,),
            widen_if_few=True,
            condition=HomeUnitType(kind="home_unit_type", any_of=(INSPECTION_OFFICE,)),
            weight=10,
        ),
    ),
)

BUILT_IN_PROFILES: tuple[Profile, ...] = (MOBILE_CONTINUITY,)

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "own_area": 40,
    "pool_kind": 20,
    "rank": 10,
    "tag": 8,
    "experience": 1,
    "continuity": 15,
    "linked_office": 5,
    "fairness": 6,
    "fair_share": 2,
    "appraisal": 4,
    "cooperation": 0,
    "newcomer": 5,
    "mixed_team": 3,
    "party": 2,
}
"""Points per preference. ``own_area`` outweighs pool and rank together: people come from elsewhere where the own area
has nobody. ``fairness`` is taken off for every 30 days lent, ``fair_share`` for everybody whom a home unit sends beyond
its share of the seats; ``appraisal`` is given for an excellent one and taken off for a poor one; ``newcomer``,
``mixed_team`` and ``party`` are given per team. ``cooperation`` is given for a chief and another who have served well
in one team; it is 0 until an office wants it: with it a run mostly ends within a gap instead of with a proof."""
