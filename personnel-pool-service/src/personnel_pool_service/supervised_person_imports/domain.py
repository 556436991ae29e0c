"""What a file says about supervised persons, and what would come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chassis.spreadsheets.domain import Column

from personnel_pool_service.file_imports.domain import CREATE, UNCHANGED, UPDATE, Outcome, refused
from personnel_pool_service.supervised_persons.domain import PersonDraft

COLUMNS = (
    Column("code", ("人员代码", "代码", "编码"), is_required=True),
    Column("name", ("姓名",)),
    Column("unit_code", ("单位代码", "单位", "工作单位", "所在单位")),
    Column("post", ("职务", "现任职务")),
    Column("rank", ("职级", "级别", "行政级别")),
    Column("managing_committee", ("管理党委", "干部管理权限")),
    Column("is_party_member", ("中共党员", "是否党员", "政治面貌")),
    Column("is_supervision_object", ("监察对象", "是否监察对象")),
    Column("is_top_leader", ("一把手", "是否一把手")),
    Column("object_group", ("监察对象类别", "对象类别")),
)
UNITS = frozenset({"unit_code", "managing_committee"})
"""Columns that name a unit, by code or by name."""
OBJECT_GROUPS: Mapping[str, str] = {
    "公务员": "civil_servant", "参公人员": "civil_servant", "授权组织": "authorised_organisation",
    "国有企业": "state_enterprise", "国企": "state_enterprise", "事业单位": "public_institution",
    "公办事业单位": "public_institution", "基层自治组织": "grassroots_autonomy", "村居": "grassroots_autonomy",
    "其他": "other_public_duty",
}  # fmt: skip
_NEEDED_TO_CREATE = ("name", "unit_code")


@dataclass
class Wish:
    """What a row wants: ``given`` holds the fields with a value; an empty cell says nothing."""

    row: int
    code: str
    given: dict[str, Any]
    errors: list[tuple[str | None, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Every row's fate, and whom to write, by code."""

    outcomes: list[Outcome]
    writes: Mapping[str, PersonDraft]


def plan(wishes: Sequence[Wish], present: Mapping[str, PersonDraft]) -> Plan:
    """Decide every row's fate. The first row of a code counts; the same code again is refused."""
    outcomes: list[Outcome] = []
    writes: dict[str, PersonDraft] = {}
    seen: set[str] = set()
    for wish in wishes:
        before = present.get(wish.code)
        if wish.code in seen:
            wish.errors.append(("code", "duplicate_in_file"))
        if before is None and not wish.errors:
            wish.errors.extend((name, "missing") for name in _NEEDED_TO_CREATE if name not in wish.given)
        if wish.errors:
            outcomes.append(refused(wish.row, wish.errors))
            continue
        seen.add(wish.code)
        kept = {} if before is None else asdict(before)
        after = PersonDraft(**{**kept, **wish.given, "code": wish.code})
        outcome = _outcome(wish.row, before, after)
        outcomes.append(outcome)
        if outcome.action != UNCHANGED:
            writes[wish.code] = after
    return Plan(outcomes, writes)


def _outcome(row: int, before: PersonDraft | None, after: PersonDraft) -> Outcome:
    new = after.values()
    if before is None:
        return Outcome(
            row, CREATE, after.code, {name: (None, value) for name, value in new.items() if value is not None}
        )
    old = before.values()
    changes = {name: (old[name], value) for name, value in new.items() if value != old[name]}
    return Outcome(row, UPDATE if changes else UNCHANGED, after.code, changes)
