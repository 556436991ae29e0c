"""What a file says about units, and what would come of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from chassis.spreadsheets.domain import Column

from personnel_pool_service.file_imports.domain import CREATE, UNCHANGED, UPDATE, Outcome, refused
from personnel_pool_service.units.domain import ACTIVE, UnitDraft, differing_fields, settle

COLUMNS = (
    Column("code", ("单位代码", "代码", "编码"), is_required=True),
    Column("name", ("单位名称", "名称")),
    Column("unit_type", ("单位类型", "类型")),
    Column("level", ("层级", "级别")),
    Column("parent_code", ("上级单位代码", "上级代码", "上级单位")),
    Column("aliases", ("别名", "简称")),
    Column("linked_office", ("联系监督检查室", "联系室")),
    Column("host_units", ("驻在单位",)),
    Column("contact", ("联系电话", "办公电话")),
    Column("supervision_type", ("监督类型",)),
    Column("in_charge", ("分管领导账号", "分管领导")),
    Column("cadre_authority", ("干部管理权限", "管理党委")),
    Column("authority_source", ("授权来源",)),
    Column("former_names", ("曾用名",)),
    Column("effective_on", ("生效日期",)),
)
LISTS = frozenset({"aliases", "host_units", "in_charge", "former_names"})
LABELS: Mapping[str, Mapping[str, str]] = {
    "unit_type": {
        "党委": "party_committee", "纪委监委": "cdi", "案件监督管理室": "case_management_office",
        "信访室": "petition_office", "监督检查室": "supervision_office", "审查调查室": "investigation_office",
        "党风政风监督室": "conduct_office", "派驻纪检监察组": "dispatched_group", "派驻组": "dispatched_group",
        "机关纪委": "unit_discipline_body", "内设纪委": "unit_discipline_body", "高校纪委": "university_cdi",
        "巡视办": "inspection_office", "巡察办": "inspection_office", "组织部": "organisation_department",
        "被监督单位": "supervised_unit",
    },
    "level": {"中央": "central", "省": "province", "市": "city", "县": "county", "区": "county", "乡镇": "township"},
    "supervision_type": {
        "纪律监督": "discipline", "监察监督": "supervisory", "派驻监督": "dispatched", "巡视监督": "inspection",
    },
    "authority_source": {"内设": "internal", "派驻": "dispatched", "垂直管理": "vertical"},
}  # fmt: skip
_NEEDED_TO_CREATE = ("name", "unit_type", "level")
_FIELDS = tuple(one.name for one in fields(UnitDraft))


@dataclass(frozen=True)
class Present:
    """A unit the directory holds."""

    draft: UnitDraft
    status: str
    last_change: date


@dataclass
class Wish:
    """What a row wants: ``given`` holds the fields with a value; an empty cell says nothing."""

    row: int
    code: str
    given: dict[str, Any]
    effective_on: date | None = None
    errors: list[tuple[str | None, str]] = field(default_factory=list)
    draft: UnitDraft | None = None


@dataclass(frozen=True)
class Plan:
    """Every row's fate, and what to write, units above before units below."""

    outcomes: list[Outcome]
    writes: list[Wish]


def plan(wishes: Sequence[Wish], present: Mapping[str, Present], today: date) -> Plan:
    """Decide every row's fate. The order of rows in the file does not matter."""
    accepted = _accept_alone(wishes, present, today)
    _refuse_namesakes(accepted, present)
    while _refuse_by_reference(accepted, present, {wish.code for wish in wishes}) or _refuse_cycles(accepted, present):
        pass
    outcomes, writes = [], []
    for wish in wishes:
        if wish.errors or wish.draft is None:
            outcomes.append(refused(wish.row, wish.errors))
            continue
        before = present.get(wish.code)
        outcome = _outcome(wish, wish.draft, before)
        outcomes.append(outcome)
        if outcome.action != UNCHANGED:
            writes.append(wish)
    return Plan(outcomes, _parents_first(writes))


def _accept_alone(wishes: Sequence[Wish], present: Mapping[str, Present], today: date) -> dict[str, Wish]:
    accepted: dict[str, Wish] = {}
    for wish in wishes:
        before = present.get(wish.code)
        if wish.code in accepted:
            wish.errors.append(("code", "duplicate_in_file"))
        if before is None and not wish.errors:
            missing = [name for name in _NEEDED_TO_CREATE if name not in wish.given]
            wish.errors.extend((name, "missing") for name in missing)
        if wish.errors:
            continue
        wish.draft = _draft(wish, before)
        changes = before is None or wish.draft != before.draft
        if before is not None and changes and before.status != ACTIVE:
            wish.errors.append(("code", "unit_closed"))
        if wish.effective_on is not None and changes:
            if wish.effective_on > today:
                wish.errors.append(("effective_on", "date_in_future"))
            elif before is not None and wish.effective_on < before.last_change:
                wish.errors.append(("effective_on", "before_last_change"))
        if not wish.errors:
            accepted[wish.code] = wish
    return accepted


def _draft(wish: Wish, before: Present | None) -> UnitDraft:
    kept: dict[str, Any] = {} if before is None else {name: getattr(before.draft, name) for name in _FIELDS}
    if "former_names" not in wish.given:
        kept["former_names"] = None  # what is known stays, and a name given up is added
    return settle(UnitDraft(**{**kept, **wish.given, "code": wish.code}), before.draft if before else None)


def _refuse(accepted: dict[str, Wish], wish: Wish, column: str | None, code: str) -> None:
    wish.errors.append((column, code))
    accepted.pop(wish.code, None)


def _refuse_namesakes(accepted: dict[str, Wish], present: Mapping[str, Present]) -> None:
    """Two units of one name below one parent are one unit written twice."""
    taken = {(one.draft.name, one.draft.parent_code): code for code, one in present.items() if one.status == ACTIVE}
    for wish in list(accepted.values()):
        assert wish.draft is not None  # accepted rows have one
        owner = taken.setdefault((wish.draft.name, wish.draft.parent_code), wish.code)
        if owner != wish.code and wish.code not in present:
            _refuse(accepted, wish, "name", "duplicate_unit")


def _refuse_by_reference(accepted: dict[str, Wish], present: Mapping[str, Present], in_file: set[str]) -> bool:
    found = False
    for wish in list(accepted.values()):
        assert wish.draft is not None  # accepted rows have one
        before = present.get(wish.code)
        kept = set(before.draft.references().values()) if before else set()
        for pointer, code in wish.draft.references().items():
            if code in accepted or code in kept:
                continue
            if code not in present:
                problem = "refers_to_refused_row" if code in in_file else "unknown_unit"
            elif present[code].status != ACTIVE:
                problem = "closed_unit_named"
            else:
                continue
            _refuse(accepted, wish, pointer.split("/")[1], problem)
            found = True
    return found


def _refuse_cycles(accepted: dict[str, Wish], present: Mapping[str, Present]) -> bool:
    parents = {code: one.draft.parent_code for code, one in present.items()}
    parents.update({code: wish.draft.parent_code for code, wish in accepted.items() if wish.draft is not None})
    cyclic = [wish for wish in accepted.values() if _is_in_cycle(wish.code, parents)]
    for wish in cyclic:
        _refuse(accepted, wish, "parent_code", "unit_cycle")
    return bool(cyclic)


def _is_in_cycle(code: str, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    current = parents.get(code)
    while current is not None and current not in seen:
        if current == code:
            return True
        seen.add(current)
        current = parents.get(current)
    return False


def _outcome(wish: Wish, draft: UnitDraft, before: Present | None) -> Outcome:
    if before is None:
        filled = {name: (None, value) for name, value in draft.values().items() if value not in (None, [])}
        return Outcome(wish.row, CREATE, draft.code, filled)
    old, new = before.draft.values(), draft.values()
    changes = {name: (old[name], new[name]) for name in differing_fields(before.draft, draft)}
    return Outcome(wish.row, UPDATE if changes else UNCHANGED, draft.code, changes)


def _parents_first(writes: Iterable[Wish]) -> list[Wish]:
    waiting = {wish.code: wish for wish in writes}
    ordered: list[Wish] = []
    while waiting:
        ready = [
            wish
            for wish in waiting.values()
            # A unit may refer to one that is written later only as host or office: those wait for nothing.
            if wish.draft is not None and wish.draft.parent_code not in waiting
        ]
        for wish in ready:
            ordered.append(wish)
            del waiting[wish.code]
    return ordered
