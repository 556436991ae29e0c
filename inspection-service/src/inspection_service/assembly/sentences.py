"""A conflict said as supply and demand, in one sentence a leader understands."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from chassis.errors import Text

from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.solution import ConflictRow

IntArray = npt.NDArray[np.int64]

_NAMED_TEAMS = 3
"""More teams than this are counted, not listed."""


def conflict_rows(model: Model, rows: IntArray) -> tuple[ConflictRow, ...]:
    """The rows of a conflict by the names of the instance."""
    return tuple(_named(model, int(row)) for row in rows)


def _named(model: Model, row: int) -> ConflictRow:
    i, kind = model.instance, RowKind(model.kind[row])
    first, second = int(model.first[row]), int(model.second[row])
    if kind is RowKind.UNIT:
        return ConflictRow(home_unit=i.unit_names[first])
    if kind is RowKind.TEAM_UNIT:
        return ConflictRow(team=i.team_ids[first], home_unit=i.unit_names[second])
    if kind is RowKind.SEATS:
        return ConflictRow(team=i.team_ids[first], role=i.role_names[second])
    return ConflictRow(team=i.team_ids[first], label=i.label_names[second])


@dataclass(frozen=True)
class _Ask:
    """What some teams ask for: seats of one role, or people carrying one label."""

    what: str
    is_role: bool
    teams: tuple[str, ...]
    people: int


def conflict_sentence(model: Model, rows: IntArray, *, is_minimal: bool) -> Text:
    """Who asks for how many, and how many there can be."""
    asks = _asks(model, rows)
    limits = _limits(model, rows)
    supply, capped_units, lendable, free = _supply(model, rows)
    need = sum(ask.people for ask in asks)
    if len(asks) == 1 and supply < need:
        text = _shortage(asks[0], supply, capped_units, lendable, free)
    else:
        text = _clash(asks, limits, len(rows))
    if is_minimal:
        return text
    return Text(
        f"{text.zh}（时限内未能证明每一项都不可缺少）", f"{text.en} (time ran out before each was shown to be needed)"
    )


def _asks(model: Model, rows: IntArray) -> list[_Ask]:
    groups: dict[tuple[bool, int], list[int]] = {}
    for row in rows.tolist():
        if model.kind[row] == RowKind.SEATS or (model.kind[row] == RowKind.LABEL and model.low[row] > 0):
            groups.setdefault((model.kind[row] == RowKind.SEATS, int(model.second[row])), []).append(row)
    i = model.instance
    return [
        _Ask(
            (i.role_names if is_role else i.label_names)[name],
            bool(is_role),
            tuple(i.team_ids[model.first[row]] for row in members),
            int(model.low[members].sum()),
        )
        for (is_role, name), members in groups.items()
    ]


def _limits(model: Model, rows: IntArray) -> list[Text]:
    i, said = model.instance, []
    units = [row for row in rows.tolist() if model.kind[row] == RowKind.UNIT]
    if units:
        cap = int(i.unit_cap[model.first[units]].sum())
        said.append(
            Text(
                f"{len(units)} 个单位合计最多借出 {cap} 人", f"{_plural(len(units), 'home unit')} may lend {cap} in all"
            )
        )
    shares = [row for row in rows.tolist() if model.kind[row] == RowKind.TEAM_UNIT]
    if shares:
        said.append(
            Text(f"{len(shares)} 处同单位人数上限", f"{_plural(len(shares), 'cap')} on people of one unit in one team")
        )
    for row in rows.tolist():
        first, second, most = model.first[row], model.second[row], model.high[row]
        if model.kind[row] == RowKind.LABEL and most < i.seats[first].sum():
            team, label = i.team_ids[first], i.label_names[second]
            said.append(Text(f"{team} 组“{label}”最多 {most:g} 人", f"team {team} takes at most {most:g} of “{label}”"))
    return said


def _supply(model: Model, rows: IntArray) -> tuple[int, int, int, int]:
    """At most how many people can serve these demands; units in the conflict, what they may lend, what others have."""
    asking = np.zeros(model.rows, dtype=bool)
    asking[rows] = (model.low[rows] > 0) & (model.kind[rows] <= RowKind.LABEL)
    owner = np.repeat(np.arange(model.size), np.diff(model.matrix.start))
    columns = np.unique(owner[asking[model.matrix.row] & (owner < model.binaries)])
    i = model.instance
    people = np.unique(i.columns.person[columns])
    per_unit = np.bincount(i.home_unit[people], minlength=len(i.unit_names))
    capped = model.first[rows[model.kind[rows] == RowKind.UNIT]]
    lendable = int(np.minimum(per_unit[capped], i.unit_cap[capped]).sum())
    free = int(per_unit.sum() - per_unit[capped].sum())
    return lendable + free, len(capped), lendable, free


def _teams(teams: tuple[str, ...]) -> Text:
    if len(teams) > _NAMED_TEAMS:
        return Text(f"{len(teams)} 个组", f"{len(teams)} teams")
    return Text("、".join(teams) + " 组", ("team " if len(teams) == 1 else "teams ") + ", ".join(teams))


def _ask_text(ask: _Ask) -> Text:
    teams = _teams(ask.teams)
    one = len(ask.teams) == 1
    if ask.is_role:
        return Text(
            f"{teams.zh}共设“{ask.what}”{ask.people} 席",
            f"{teams.en} {'has' if one else 'have'} {_plural(ask.people, 'seat')} for the role {ask.what}",
        )
    return Text(
        f"{teams.zh}共需 {ask.people} 名“{ask.what}”",
        f"{teams.en} {'needs' if one else 'need'} {_plural(ask.people, 'person', 'people')} of “{ask.what}”",
    )


def _shortage(ask: _Ask, supply: int, capped_units: int, lendable: int, free: int) -> Text:
    said = _ask_text(ask)
    if supply == 0 and not capped_units:
        return Text(f"{said.zh}，但没有一名合格人员可用。", f"{said.en}, but no eligible person is there.")
    if not capped_units:
        return Text(
            f"{said.zh}，但合格人员只有 {supply} 名。",
            f"{said.en}, but there are only {supply} eligible.",
        )
    return Text(
        f"{said.zh}，但最多只有 {supply} 名：{capped_units} 个单位按借调上限只能借出 {lendable} 名，"
        f"其他单位合格人员共 {free} 名。",
        f"{said.en}, but there can be only {supply}: {_plural(capped_units, 'home unit')} may lend {lendable} under "
        f"their caps, and the others have {free}.",
    )


def _clash(asks: list[_Ask], limits: list[Text], count: int) -> Text:
    parts = [*map(_ask_text, asks), *limits]
    zh, en = "；".join(p.zh for p in parts), "; ".join(p.en for p in parts)
    if count == 1:
        return Text(f"该要求无法满足：{zh}。", f"This cannot be met: {en}.")
    return Text(
        f"以下 {count} 项要求不能同时满足，去掉任何一项其余即可满足：{zh}。",
        f"These {count} demands cannot hold together; without any one of them the others can: {en}.",
    )


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
