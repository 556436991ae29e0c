"""What cannot hold, in one sentence a leader reads: a few teams by name, many by their number."""

from collections.abc import Iterable, Sequence
from itertools import chain

from chassis.errors import Text

from inspection_service.assembly.proposal import Unmet
from inspection_service.assembly.reasons import ROLE_TEXTS

_NAMED_TEAMS = 3
"""What more teams than this lack is counted, not listed."""
_NAMED_RULES = 8
"""More different rules than this are counted too: what each lacks stands in the list of the unmet."""
_SEATS = {f"seat:{role.value}": name for role, name in ROLE_TEXTS.items()}


def unmet_sentence(unmet: Sequence[Unmet]) -> Text | None:
    """The sentence over all that is unmet, in the order in which it is listed; None where all holds."""
    if not unmet:
        return None
    by_rule: dict[str, list[Unmet]] = {}
    for one in unmet:
        by_rule.setdefault(one.rule, []).append(one)
    if all(len({one.unit_code for one in alike}) <= _NAMED_TEAMS for alike in by_rule.values()):
        parts = [_named(one) for one in unmet]
    else:
        parts = list(chain.from_iterable(_grouped(alike) for alike in by_rule.values()))
    more = len(parts) - _NAMED_RULES
    if more > 0:
        parts = [*parts[:_NAMED_RULES], Text(f"另有 {more} 项", f"{more} more")]
    return Text(f"无法满足：{'；'.join(p.zh for p in parts)}。", f"Cannot hold: {'; '.join(p.en for p in parts)}.")


def _grouped(alike: Sequence[Unmet]) -> Iterable[Text]:
    teams = {one.unit_code for one in alike}
    if len(teams) <= _NAMED_TEAMS:
        return map(_named, alike)
    missing = sum(one.missing for one in alike)
    what = _SEATS.get(alike[0].rule)
    if what is not None:
        return [Text(f"{len(teams)} 个组共缺{what.zh} {missing} 名", f"{len(teams)} teams lack {missing} as {what.en}")]
    if alike[0].rule == "pin":
        return [Text(f"{len(teams)} 个组固定的 {len(alike)} 人", f"{len(alike)} pins in {len(teams)} teams")]
    if len({one.text for one in alike}) > 1:
        first = _named(alike[0])
        return [Text(f"{len(teams)} 个组，如{first.zh}", f"{len(teams)} teams, such as {first.en}")]
    text = alike[0].text
    return [Text(f"{len(teams)} 个组：{text.zh}", f"{len(teams)} teams: {text.en}")]


def _named(one: Unmet) -> Text:
    return Text(f"{one.unit_code}：{one.text.zh}", f"{one.unit_code}: {one.text.en}")
