"""Imports of clues: their states, the columns a table may have, and rows of tables as registration forms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chassis.spreadsheets.domain import Cell, Column, Row, fold_header, has_lost_digits, read_date, read_yes

NDJSON = "ndjson"
MOST_ROWS = 50_000
MOST_BYTES = 256 * 1024 * 1024
LONGEST_CELL = 100_000  # characters, as in an allegation of the form
ERRORS_PER_ROW = 20
ABOVE_LEVEL = "above_level"
"""Says that the subject is managed above this level: the row becomes a receipt, and what it tells is not kept."""


class ImportStatus(StrEnum):
    """How far a file has come."""

    RECEIVING = "receiving"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


COLUMNS = (
    Column("origin_ref", ("原编号", "来源编号", "线索编号", "登记编号"), is_required=True),
    Column("source_code", ("线索来源", "来源"), is_required=True),
    Column("received_on", ("收到日期", "收件日期", "受理日期"), is_required=True),
    Column("text", ("反映问题", "反映内容", "问题描述", "主要问题"), is_required=True),
    Column("channel", ("渠道", "来件渠道", "信访渠道")),
    Column("category_code", ("问题类别", "类别")),
    Column("occurred_from", ("发生时间起", "发生日期")),
    Column("occurred_to", ("发生时间止",)),
    Column("place", ("发生地点", "地点")),
    Column("amount_cny", ("涉及金额", "涉案金额", "金额元")),
    Column("subject_name", ("被反映人", "被反映人姓名")),
    Column("subject_unit_name", ("被反映人单位", "工作单位")),
    Column("subject_unit_code", ("单位代码", "被反映人单位代码")),
    Column("subject_post", ("被反映人职务", "职务")),
    Column("subject_rank", ("被反映人职级", "职级")),
    Column("subject_id_number", ("被反映人身份证号", "身份证号")),
    Column("subject_person_code", ("人员代码",)),
    Column("subject_top_leader", ("是否一把手", "一把手标识")),
    Column("subject_sex", ("被反映人性别", "性别")),
    Column("subject_ethnicity", ("被反映人民族", "民族")),
    Column("subject_born", ("被反映人出生年月", "出生年月")),
    Column("subject_education", ("被反映人文化程度", "文化程度", "学历")),
    Column("subject_political_status", ("被反映人政治面貌", "政治面貌")),
    Column("subject_party_joined", ("被反映人入党时间", "入党时间")),
    Column("subject_is_supervision_object", ("是否监察对象",)),
    Column("subject_delegate_of", ("代表委员情况",)),
    Column("identity_type", ("署名情况", "是否实名")),
    Column("reporter_name", ("反映人", "反映人姓名", "举报人")),
    Column("reporter_contact", ("反映人联系方式", "联系方式", "联系电话")),
    Column("receiving_unit", ("接收单位", "接收单位代码")),
    Column("summary", ("摘要", "内容摘要")),
    Column("proposed_opinion", ("拟办意见",)),
    Column("urgency", ("紧急程度", "缓急程度")),
    Column("secrecy_level", ("密级",)),
    Column("overlap_policy", ("比对方式",)),
    Column(ABOVE_LEVEL, ("上级管理", "是否上级管理")),
)

LABELS: Mapping[str, Mapping[str, str]] = {
    "source_code": {
        "信访举报": "PETITION", "信访": "PETITION", "上级交办": "SUPERIOR_ASSIGNED",
        "公检法移送": "POLICE_PROCURATE_COURT", "监督检查发现": "SUPERVISION_CHECK",
        "审查调查发现": "INVESTIGATION_BYPRODUCT", "审计移送": "AUDIT", "巡视巡察移交": "INSPECTION",
        "其他执法机关移送": "OTHER_ENFORCEMENT", "主动投案": "SELF_SURRENDER", "其他": "OTHER",
    },
    "channel": {"来信": "letter", "来访": "visit", "来电": "phone", "网络": "online", "其他": "other"},
    "identity_type": {"实名": "real_name", "匿名": "anonymous"},
    "urgency": {"一般": "ordinary", "平件": "ordinary", "急件": "urgent", "加急": "urgent", "特急": "very_urgent"},
    "subject_top_leader": {
        "否": "no", "处理时是": "when_handled", "违纪时是": "when_violating", "均是": "both", "是": "when_handled",
    },
    "subject_sex": {"男": "male", "女": "female"},
    "subject_political_status": {
        "中共党员": "party_member", "中共预备党员": "probationary_party_member", "共青团员": "league_member",
        "民主党派": "democratic_party", "无党派人士": "non_partisan", "群众": "masses",
    },
    "secrecy_level": {"内部": "internal", "秘密": "confidential", "机密": "secret"},
    "overlap_policy": {"提示": "announce", "静默": "silent"},
}  # fmt: skip
"""What people write in a cell for a code; the code itself is taken too."""

_DATES = ("received_on", "occurred_from", "occurred_to")
_MONTHS = ("subject_born", "subject_party_joined")
_SUBJECT = ("name", "unit_name", "unit_code", "post", "rank", "id_number", "person_code", "top_leader")
_PARTICULARS = (
    "sex", "ethnicity", "born", "education", "political_status", "party_joined", "is_supervision_object", "delegate_of",
)  # fmt: skip
_ALLEGATION = ("category_code", "text", "occurred_from", "occurred_to", "place", "amount_cny")
_IDENTIFIERS = frozenset({"origin_ref", "subject_id_number", "subject_person_code", "reporter_contact"})
"""What is told apart by every digit: two of them must not become one."""
_FORM = (
    "origin_ref", "source_code", "received_on", "channel", "receiving_unit", "summary", "proposed_opinion", "urgency",
    "secrecy_level", "overlap_policy",
)  # fmt: skip
_YES, _NO = frozenset({"是", "yes", "true", "1", "y"}), frozenset({"否", "no", "false", "0", "n"})
_YEAR_AND_MONTH = re.compile(r"^(\d{4})[-./年](\d{1,2})月?$")
_AMOUNT = re.compile(r"^[\d,，]*\d(\.\d{1,2})?$")

Problem = tuple[str | None, str]
"""(field, code)."""


@dataclass
class GivenRow:
    """A row as its file has it: a registration form, not checked yet."""

    number: int
    form: dict[str, Any]
    errors: list[Problem] = field(default_factory=list)
    is_above_level: bool = False

    def origin(self) -> tuple[Any, ...]:
        """What tells it from the other rows of its file."""
        return tuple(str(self.form.get(name)) for name in ("receiving_unit", "source_code", "origin_ref"))


def form_of_cells(row: Row) -> GivenRow:
    """A row of a table as a registration form: one subject, one allegation."""
    given = GivenRow(row.number, {}, [(one.column, one.code) for one in row.errors])
    values = {column.name: _value(given, row, column.name) for column in COLUMNS}
    given.is_above_level = values.pop(ABOVE_LEVEL) is True
    given.errors += [(column.name, "missing") for column in COLUMNS if column.is_required and _is_missing(row, column)]
    given.form = {name: values[name] for name in _FORM if values[name] is not None}
    subject = {name: values[f"subject_{name}"] for name in _SUBJECT if values[f"subject_{name}"] is not None}
    particulars = {name: values[f"subject_{name}"] for name in _PARTICULARS if values[f"subject_{name}"] is not None}
    if particulars:
        subject["particulars"] = particulars
    if subject:
        given.form["subjects"] = [subject]
    given.form["allegations"] = [{name: values[name] for name in _ALLEGATION if values[name] is not None}]
    reporter = {
        "identity_type": values["identity_type"],
        "name": values["reporter_name"],
        "contact": values["reporter_contact"],
    }
    if any(reporter.values()):
        reporter["identity_type"] = reporter["identity_type"] or "anonymous"
        given.form["reporter"] = {name: value for name, value in reporter.items() if value is not None}
    return given


def _is_missing(row: Row, column: Column) -> bool:
    return row.text(column.name) is None and not any(one.column == column.name for one in row.errors)


def _value(given: GivenRow, row: Row, name: str) -> Any:
    cell, text = row.cells.get(name), row.text(name)
    if text is None or any(column == name for column, _ in given.errors):
        return None
    try:
        if name in _DATES:
            return read_date(cell)
        if name == "amount_cny":
            return _amount(cell, text)
        if name in _MONTHS:
            return _month(cell, text)
        if name in (ABOVE_LEVEL, "subject_is_supervision_object"):
            return read_yes(text, _YES, _NO)
    except ValueError as error:
        given.errors.append((name, str(error)))
        return None
    is_number = name == "subject_id_number" and not isinstance(cell, str)
    if is_number or (name in _IDENTIFIERS and has_lost_digits(cell)):
        given.errors.append((name, "number_not_text"))
        return None
    return LABELS.get(name, {}).get(fold_header(text), text)


def _month(cell: Cell, text: str) -> str:
    """Year and month, also of a whole date, 1970.05 or 1970年5月."""
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError("number_not_text")  # 1970.1 may be January, or October without its zero
    found = _YEAR_AND_MONTH.match(text)
    if found:
        return f"{found[1]}-{int(found[2]):02d}"
    day = read_date(cell)
    assert day is not None
    return f"{day:%Y-%m}"


def _amount(cell: Cell, text: str) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if not _AMOUNT.match(text):
        raise ValueError("malformed_amount")
    return float(re.sub("[,，]", "", text))


def field_of(location: Sequence[int | str], *, is_table: bool) -> str | None:
    """How a field of the form is called in the file: a column, or a JSON pointer."""
    if not is_table:
        return "".join(f"/{part}" for part in location)[:200] or None
    names = [str(part) for part in location if isinstance(part, str)]
    if names[:1] == ["subjects"]:
        return f"subject_{names[-1]}" if len(names) > 1 else "subject_name"
    if names[:1] == ["reporter"]:
        return {"name": "reporter_name", "contact": "reporter_contact"}.get(names[-1], "identity_type")
    if names[:1] == ["allegations"]:
        return names[1] if len(names) > 1 else "text"
    return names[0] if names else None
