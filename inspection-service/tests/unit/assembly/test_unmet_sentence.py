"""One sentence, however much is unmet."""

import pytest
from chassis.errors import Text
from inspection_service.assembly.proposal import Unmet
from inspection_service.assembly.unmet_sentence import unmet_sentence


def _unmet(rule: str, teams: int, *, missing: int = 1) -> list[Unmet]:
    text = Text(f"规则{rule}", f"rule {rule}")
    return [Unmet(rule=rule, unit_code=f"t{n}", text=text, missing=missing) for n in range(teams)]


@pytest.mark.parametrize(
    ("unmet", "zh", "en"),
    [
        (_unmet("a", 1), "无法满足：t0：规则a。", "Cannot hold: t0: rule a."),
        (
            _unmet("a", 3),
            "无法满足：t0：规则a；t1：规则a；t2：规则a。",
            "Cannot hold: t0: rule a; t1: rule a; t2: rule a.",
        ),
        (_unmet("a", 4), "无法满足：4 个组：规则a。", "Cannot hold: 4 teams: rule a."),
        (
            _unmet("seat:member", 5, missing=3),
            "无法满足：5 个组共缺组员 15 名。",
            "Cannot hold: 5 teams lack 15 as member.",
        ),
        (
            [*_unmet("pin", 2), *_unmet("pin", 5)],
            "无法满足：5 个组固定的 7 人。",
            "Cannot hold: 7 pins in 5 teams.",
        ),
        (
            [*_unmet("a", 4), *_unmet("b", 1)],
            "无法满足：4 个组：规则a；t0：规则b。",
            "Cannot hold: 4 teams: rule a; t0: rule b.",
        ),
    ],
)
def test_few_teams_are_named_and_many_are_counted(unmet: list[Unmet], zh: str, en: str) -> None:
    assert unmet_sentence(unmet) == Text(zh, en)


def test_what_one_of_many_teams_lacks_is_not_said_of_all() -> None:
    unmet = [one.model_copy(update={"text": Text(f"缺{n}", f"lacks {n}")}) for n, one in enumerate(_unmet("a", 4))]
    assert unmet_sentence(unmet) == Text("无法满足：4 个组，如t0：缺0。", "Cannot hold: 4 teams, such as t0: lacks 0.")


def test_nothing_unmet_is_no_sentence() -> None:
    assert unmet_sentence([]) is None


def test_rules_without_end_are_counted_too() -> None:
    said = unmet_sentence([one for n in range(50) for one in _unmet(f"r{n}", 200)])
    assert said is not None
    assert said.en.endswith("; 42 more.")
    assert len(said.en) < 300
