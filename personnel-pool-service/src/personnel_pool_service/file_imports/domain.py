"""What an import would do, or did, row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from chassis.errors import Text
from chassis.spreadsheets.errors import ROW_MESSAGES

CREATE, UPDATE, UNCHANGED, REFUSED = "create", "update", "unchanged", "refused"
CHECKED, APPLIED = "checked", "applied"

MESSAGES: Mapping[str, Text] = {
    **ROW_MESSAGES,
    "greater_than_equal": Text("日期过早", "The date is too early"),
    "less_than_equal": Text("日期过晚", "The date is too late"),
    "malformed_entry": Text("条目格式不正确", "The entry is malformed"),
    "date_in_future": Text("日期晚于今天", "The date lies in the future"),
    "ends_before_start": Text("结束日期早于开始日期", "It ends before it begins"),
    "too_long": Text("条目过多", "Too many entries"),
    "unknown_unit": Text("单位不在单位目录中", "The unit is not in the directory"),
    "ambiguous_unit": Text("该名称对应多个单位，请填单位代码", "Several units bear this name; give the code"),
    "closed_unit_named": Text("该单位已合并或撤销", "The unit was merged or dissolved"),
    "unit_closed": Text("该单位已合并或撤销，不能修改", "The unit was merged or dissolved and cannot be changed"),
    "refers_to_refused_row": Text("所指单位的行未被接受", "It refers to a row that is refused"),
    "unit_cycle": Text("单位层级不能成环", "Units must not form a cycle"),
    "duplicate_in_file": Text("与文件中前面的行重复", "The same as a row further up"),
    "duplicate_unit": Text("同一上级下已有同名单位", "A unit of this name is already below the same parent"),
    "before_last_change": Text("生效日期早于上次变更", "The change lies before the last one"),
    "number_not_text": Text("身份证号须设为文本格式", "Format identity numbers as text: digits were lost"),
    "malformed_id_number": Text("身份证号校验不通过", "Not a valid identity number"),
    "birth_differs_from_id": Text("出生日期与身份证号不符", "The date of birth differs from the identity number"),
    "id_number_of_another": Text("该身份证号属于库中另一人", "The identity number belongs to somebody else"),
    "same_name_and_birth": Text(
        "库中已有同名同出生日期的人员，请填身份证号加以区分",
        "Somebody of the same name and date of birth is in the pool; give identity numbers to tell them apart",
    ),
    "ambiguous_person": Text("库中有多名同名人员，请填出生日期或身份证号", "Several people fit; give a date of birth"),
    "account_of_another": Text("该账号属于另一人", "The account belongs to somebody else"),
    "overlapping_history": Text("任职经历在时间上重叠", "Two posts at different units overlap in time"),
    "gender_differs_from_id": Text("性别与身份证号不符", "The gender differs from the identity number"),
    "unlisted_tag": Text("标签不在词表中", "A tag is not in the vocabulary"),
    "no_birth_date": Text("没有出生日期，难以识别重复人员", "Without a date of birth duplicates are hard to find"),
    "cadre_is_lent": Text("该干部正在或即将被抽调", "The cadre is lent, or about to be"),
}
"""What each row code means. A code without an entry is shown as it is."""


@dataclass
class Outcome:
    """One row's fate. ``changes`` holds field → (before, after); facts nobody may see are named without values."""

    row: int
    action: str
    key: str | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    errors: list[tuple[str | None, str]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The form in which it is sealed; values as they are."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def refused(row: int, errors: Sequence[tuple[str | None, str]]) -> Outcome:
    """A row that is not taken."""
    return Outcome(row, REFUSED, errors=list(errors))


@dataclass(frozen=True)
class Counts:
    """How many rows met which fate."""

    rows: int
    created: int
    updated: int
    unchanged: int
    refused: int
    flagged: int


def count(outcomes: Sequence[Outcome]) -> Counts:
    """The fates, counted."""
    by_action = Counter(outcome.action for outcome in outcomes)
    return Counts(
        rows=len(outcomes),
        created=by_action[CREATE],
        updated=by_action[UPDATE],
        unchanged=by_action[UNCHANGED],
        refused=by_action[REFUSED],
        flagged=sum(bool(outcome.flags) for outcome in outcomes),
    )


def fates(outcomes: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What must be the same when a checked import is applied: the fate of each row and the fields it touches."""
    return [(one["row"], one["action"], sorted(one["changes"])) for one in outcomes]
