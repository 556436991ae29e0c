"""Which matters links hold together, which matter goes on where, and who leads it then."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from clue_service.candidates.clusters import BELOW_LIKELY, MOST_PULLED_IN, Pull, expand
from clue_service.candidates.domain import binds
from clue_service.matters.domain import Group, Link, MatterFacts, Part, Undone, arrange, bridges, group_links
from clue_service.matters.leads import Lead

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def at(number: int) -> UUID:
    return UUID(int=number)


def link(one: int, other: int, part: Part = None, other_part: Part = None) -> Link:
    return Link(at(one), at(other), at(one * 100 + other), part, other_part)


def clues(groups: list[Group]) -> list[set[int]]:
    return [{clue.int for clue in group.clues} for group in groups]


def facts(*numbers: int, lead: Lead | None = None) -> MatterFacts:
    return MatterFacts(frozenset(map(at, numbers)), lead)


def lead(clue: int | None, minutes: int = 0) -> Lead:
    basis = "approval" if clue else "designated"
    return Lead("cdi-x", f"unit-{clue}", at(clue) if clue else None, basis, NOON + timedelta(minutes=minutes))


def test_links_hold_clues_together_and_a_mixed_letter_lies_in_two_matters() -> None:
    assert clues(group_links([link(1, 2), link(2, 3), link(5, 4)], ())) == [{1, 2, 3}, {4, 5}]
    groups = group_links([link(1, 2, "0"), link(1, 3, "1")], ())
    assert clues(groups) == [{1, 2}, {1, 3}]
    assert [group.parts[at(1)] for group in groups] == [("0",), ("1",)]


def test_a_link_of_the_whole_letter_joins_all_that_the_letter_tells() -> None:
    assert clues(group_links([link(1, 2, "0"), link(1, 3, "1"), link(1, 4)], ())) == [{1, 2, 3, 4}]


def test_a_silent_clue_lies_in_each_matter_it_reaches_and_joins_none() -> None:
    silent = {at(3), at(9)}
    assert clues(group_links([link(1, 3), link(3, 5), link(5, 6)], silent)) == [{1, 3}, {3, 5, 6}]
    assert clues(group_links([link(1, 3), link(3, 9)], silent)) == [{1, 3, 9}]
    assert clues(group_links([link(3, 9)], silent)) == [{3, 9}]


def test_the_earliest_matter_goes_on_and_the_others_are_merged_into_it() -> None:
    present = {at(11): facts(1, 2), at(12): facts(3, 4, 5)}
    arranged = arrange(group_links([link(1, 2), link(2, 3), link(3, 4), link(4, 5)], ()), present)
    assert [matter for matter, _, _ in arranged.groups] == [at(11)]
    assert arranged.merged == {at(12): at(11)}


def test_a_matter_goes_on_where_most_of_its_clues_are() -> None:
    present = {at(11): facts(1, 2, 3, 4, 5)}
    arranged = arrange(group_links([link(1, 2), link(3, 4), link(4, 5)], ()), present)
    assert [(matter, len(group.clues)) for matter, group, _ in arranged.groups] == [(None, 2), (at(11), 3)]
    arranged = arrange(
        group_links([link(1, 2), link(3, 4), link(4, 5)], ()), present, stays={at(11): frozenset({at(1), at(2)})}
    )
    assert [matter for matter, _, _ in arranged.groups] == [at(11), None]


def test_undoing_brings_matters_and_leads_back() -> None:
    first, second = lead(1), lead(3, 5)
    undone = Undone(
        before={at(11): facts(1, 2, lead=first), at(12): facts(3, 4, lead=second)},
        after={at(11): facts(1, 2, 3, 4, lead=first)},
    )
    present = {at(11): facts(1, 2, 3, 4, lead=first)}
    groups = group_links([link(1, 2), link(3, 4)], ())
    assert [(matter, who) for matter, _, who in arrange(groups, present, undone=undone).groups] == [
        (at(11), first),
        (at(12), second),
    ]


def test_undoing_keeps_a_lead_that_people_gave_since() -> None:
    since = lead(None, 9)
    undone = Undone(
        before={at(11): facts(1, 2), at(12): facts(3, 4, lead=lead(3))}, after={at(11): facts(1, 2, 3, 4, lead=lead(3))}
    )
    present = {at(11): facts(1, 2, 3, 4, lead=since)}
    arranged = arrange(group_links([link(1, 2), link(3, 4)], ()), present, undone=undone)
    assert [who for _, _, who in arranged.groups] == [since, lead(3)]


def test_a_lead_taken_by_approval_goes_with_its_clue_and_earlier_approvals_count_again() -> None:
    present = {at(11): facts(1, 2, 3, lead=lead(1))}
    arranged = arrange(group_links([link(2, 3)], ()), present, standing=[lead(1), lead(3, 5)])
    assert [who for _, _, who in arranged.groups] == [lead(3, 5)]
    arranged = arrange(group_links([link(1, 2), link(2, 3)], ()), present, standing=[lead(3, 5)])
    assert [who for _, _, who in arranged.groups] == [lead(1)]


def test_bridges_join_each_set_to_the_one_of_the_earliest_clue() -> None:
    groups = group_links([link(1, 2), link(4, 5, "0")], ())
    wanted = {at(number) for number in (1, 2, 4, 5, 7)}
    assert bridges(groups, wanted) == [((at(1), None), (at(4), "0")), ((at(1), None), (at(7), None))]


def test_the_other_clues_of_a_likely_hits_matter_are_proposed_by_the_mean() -> None:
    matter = {at(90): {at(1), at(2), at(3)}}
    scores = {at(1): 0.97, at(2): 0.05}
    assert expand(scores, matter, [at(1)], {at(1)}) == [
        Pull(at(2), (0.97 + 0.05) / 3),
        Pull(at(3), (0.97 + 0.05) / 3),
    ]
    assert expand(scores, matter, [], {at(1)}) == []
    assert expand(scores, {at(90): {at(n) for n in range(1, 30)}}, [at(1)], {at(1)}) == []


def test_what_is_pulled_in_is_bounded_and_never_likely() -> None:
    members = {at(number) for number in range(1, 60)}
    pulls = expand(dict.fromkeys(members, 0.99), {at(90): members}, [at(1)], {at(1)})
    assert len(pulls) == MOST_PULLED_IN
    assert {pull.probability for pull in pulls} == {BELOW_LIKELY}


def test_a_lead_binds_from_more_probable_than_not() -> None:
    assert binds("likely", 0.97)
    assert binds("review", 0.5)
    assert not binds("review", 0.49)
