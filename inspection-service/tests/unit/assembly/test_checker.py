"""The checker alone: each rule broken once."""

from typing import Any

import pytest
from inspection_service.assembly.checker import check


def document() -> dict[str, Any]:
    return {
        "roles": ["leader", "member"],
        "labels": ["finance"],
        "people": [{"id": f"p{i}", "home_unit": i // 2} for i in range(6)],
        "home_units": [{"cap": 2, "quota": 1, "over_quota_penalty": 4} for _ in range(3)],
        "teams": [
            {
                "id": team,
                "roles": [1, 2],
                "home_unit_cap": 2,
                "bounds": [{"label": 0, "min": 1, "max": 2}],
                "rewards": [{"label": 0, "each": 3, "up_to": 1}],
            }
            for team in ("s", "t")
        ],
        "eligible": [[p, t, r, 10 * r + p, [0] if p % 2 else []] for p in range(6) for t in range(2) for r in range(2)],
        "never_together": [[0, 4]],
        "cooperation": {"pairs": [[0, 1], [1, 2]], "chief_roles": [0, 1], "each": 5, "up_to": 3},
    }


def seats(*places: str) -> list[dict[str, str]]:
    names = {"l": "leader", "m": "member"}
    return [{"person": f"p{a[0]}", "team": a[1], "role": names[a[2]]} for a in places]


LAWFUL = ("0sl", "1sm", "2sm", "3tl", "4tm", "5tm")


def test_a_lawful_proposal_passes_and_its_points_are_recomputed() -> None:
    verdict = check(document(), seats(*LAWFUL))
    assert verdict.is_lawful
    # scores 0+11+12+3+14+15, rewards 3+3, three units one over quota, and two pairs that count from both sides, up to 3
    assert verdict.objective == 55 + 6 - 12 + 15


@pytest.mark.parametrize(
    ("places", "rule"),
    [
        (LAWFUL[:-1], "seats"),
        ((*LAWFUL[:-1], "4sl"), "sits_twice"),
        ((*LAWFUL[:4], "4sm", "5tm"), "never_together"),
        ((*LAWFUL, "9tm"), "unknown_name"),
        (("0sl", "4sm", "2sm", "3tl", "1tm", "5tm"), "label"),
    ],
)
def test_a_broken_rule_is_named(places: tuple[str, ...], rule: str) -> None:
    assert rule in {v.rule for v in check(document(), seats(*places)).violations}


def test_caps_and_eligibility_are_checked() -> None:
    tight = document()
    tight["home_units"][0]["cap"] = 1
    tight["teams"][0]["home_unit_cap"] = 1
    tight["eligible"] = [row for row in tight["eligible"] if row[:3] != [5, 1, 1]]
    verdict = check(tight, seats(*LAWFUL))
    assert {v.rule for v in verdict.violations} >= {"home_unit_cap", "home_unit_share", "not_eligible"}
    assert verdict.objective is None
