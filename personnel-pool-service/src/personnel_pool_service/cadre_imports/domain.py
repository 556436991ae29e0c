"""What a roster says about people, who they are, and what would come of it."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.spreadsheets.domain import Column, read_date, read_month

from personnel_pool_service.file_imports.domain import CREATE, UNCHANGED, UPDATE, Outcome, refused

COLUMNS = (
    Column("name", ("姓名",), is_required=True),
    Column("id_number", ("身份证号", "身份证号码", "公民身份号码")),
    Column("home_unit", ("原单位", "工作单位", "单位", "所在单位"), is_required=True),
    Column("rank", ("职级", "级别", "行政级别")),
    Column("gender", ("性别",)),
    Column("birth_date", ("出生日期", "出生年月日")),
    Column("party_member", ("中共党员", "是否党员", "政治面貌")),
    Column("native_place", ("籍贯",)),
    Column("tags", ("标签", "专业特长", "特长")),
    Column("pool_kinds", ("人才库", "库别")),
    Column("clearance", ("涉密等级",)),
    Column("work_history", ("工作经历", "任职经历")),
    Column("relatives", ("亲属",)),
    Column("sub", ("账号",)),
)
LABELS: Mapping[str, Mapping[str, str]] = {
    "rank": {
        "科员": "clerk", "副科": "section_deputy", "副科级": "section_deputy", "正科": "section_chief",
        "正科级": "section_chief", "副处": "division_deputy", "副处级": "division_deputy", "正处": "division_chief",
        "正处级": "division_chief", "副厅": "bureau_deputy", "副厅级": "bureau_deputy", "正厅": "bureau_chief",
        "正厅级": "bureau_chief", "省部级": "above",
    },
    "gender": {"男": "male", "女": "female"},
    "clearance": {"内部": "internal", "秘密": "confidential", "机密": "secret"},
    "pool_kinds": {
        "办案": "case", "办案人才库": "case", "巡察": "inspection_member", "巡察人才库": "inspection_member",
        "巡察组长库": "inspection_leader", "组长": "inspection_leader", "高校骨干": "university_backbone",
        "专家": "expert", "专家库": "expert",
    },
}  # fmt: skip
YES = frozenset({"是", "y", "yes", "true", "1", "中共党员", "党员", "中共预备党员"})
NO = frozenset({"否", "n", "no", "false", "0", "群众", "无党派", "无党派人士", "民主党派", "共青团员"})
HIDDEN = frozenset({"relatives", "id_number"})
"""Fields a dry run names without values."""
_OPEN_END = frozenset({"", "至今", "今", "now", "present"})


@dataclass
class Wish:
    """What a row wants. ``given`` holds API fields; an empty cell says nothing."""

    row: int
    given: dict[str, Any] = field(default_factory=dict)
    digest: bytes | None = None
    born_by_number: date | None = None
    errors: list[tuple[str | None, str]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def birth_date(self) -> date | None:
        """As said, or as the identity number says."""
        return self.given.get("birth_date") or self.born_by_number


@dataclass(frozen=True)
class Known:
    """A present cadre, as far as a roster may change it. ``facts`` are in the form of ``Wish.given``."""

    cadre_id: UUID
    facts: Mapping[str, Any]
    digest: bytes | None


class People:
    """The present cadres, found by what a row can know about them."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._by_digest = {one.digest: one for one in known if one.digest is not None}
        self._by_birth: dict[tuple[str, date], list[Known]] = {}
        self._by_home: dict[tuple[str, str], list[Known]] = {}
        for one in known:
            name, born = one.facts["name"], one.facts.get("birth_date")
            self._by_home.setdefault((name, one.facts["home_unit"]), []).append(one)
            if born is not None:
                self._by_birth.setdefault((name, born), []).append(one)

    def find(self, wish: Wish) -> Known | None:
        """Whom a row is about; None is somebody new.

        Raises:
            ValueError: it cannot be told, or must not be guessed; the message is the error's code.
        """
        name, home, born = wish.given["name"], wish.given["home_unit"], wish.birth_date
        if wish.digest is not None and (owner := self._by_digest.get(wish.digest)) is not None:
            if owner.facts["name"] != name:
                raise ValueError("id_number_of_another")
            return owner
        if born is not None:
            namesakes = self._by_birth.get((name, born), [])
            same = [one for one in namesakes if not _differ(one.digest, wish.digest)]
            at_home = [one for one in namesakes if one.facts["home_unit"] == home]
            if at_home and at_home[0] in same:
                return at_home[0]
            same = same or at_home  # one unit cannot hold two of one name and birthday, whatever their numbers
            if same:
                raise ValueError("same_name_and_birth")
            without = [one for one in self._by_home.get((name, home), []) if one.facts.get("birth_date") is None]
            return without[0] if len(without) == 1 else None
        found = self._by_home.get((name, home), [])
        if len(found) > 1:
            raise ValueError("ambiguous_person")
        return found[0] if found else None


def _differ(one: bytes | None, other: bytes | None) -> bool:
    return one is not None and other is not None and one != other


@dataclass(frozen=True)
class Plan:
    """Every row's fate, and what to write."""

    outcomes: list[Outcome]
    creates: list[Wish]
    updates: list[tuple[Known, Wish, list[str]]]


def plan(wishes: Sequence[Wish], people: People) -> Plan:
    """Decide every row's fate. Of two rows about one person the first counts."""
    outcomes: list[Outcome] = []
    creates: list[Wish] = []
    updates: list[tuple[Known, Wish, list[str]]] = []
    seen: set[object] = set()
    for wish in wishes:
        known = _identify(wish, people, seen)
        if wish.errors:
            outcomes.append(refused(wish.row, wish.errors))
        elif known is None:
            creates.append(wish)
            filled = {name: (None, _shown(name, value)) for name, value in sorted(wish.given.items())}
            outcomes.append(Outcome(wish.row, CREATE, None, filled, flags=wish.flags))
        else:
            changed = _changed(wish, known)
            if changed:
                updates.append((known, wish, changed))
            changes = {
                name: (_shown(name, known.facts.get(name)), _shown(name, wish.given.get(name))) for name in changed
            }
            action = UPDATE if changed else UNCHANGED
            outcomes.append(Outcome(wish.row, action, str(known.cadre_id), changes, flags=wish.flags))
    return Plan(outcomes, creates, updates)


def _identify(wish: Wish, people: People, seen: set[object]) -> Known | None:
    if wish.errors:
        return None
    try:
        known = people.find(wish)
    except ValueError as error:
        wish.errors.append((None, str(error)))
        return None
    keys, clashing = _keys(wish, known)
    if not seen.isdisjoint(clashing):
        wish.errors.append((None, "duplicate_in_file"))
        return None
    if known is None:
        missing = [name for name in ("rank", "gender", "party_member") if name not in wish.given]
        wish.errors.extend((name, "missing") for name in missing)
        if missing:
            return None
        if wish.birth_date is None:
            wish.flags.append("no_birth_date")
    seen |= keys
    return known


def _keys(wish: Wish, known: Known | None) -> tuple[set[object], set[object]]:
    """(what this row takes, what must not be taken by a row further up).

    Two identity numbers are two people though they share name and birthday; in one unit the pool cannot hold both.
    """
    name, home, born = wish.given["name"], wish.given["home_unit"], wish.birth_date
    keys: set[object] = {("sub", wish.given["sub"])} if wish.given.get("sub") else set()
    if known is not None:
        keys.add(known.cadre_id)
        return keys, keys
    keys.add((name, born, home))
    if wish.digest is not None:
        return keys | {wish.digest, ("numbered", name, born)}, keys | {wish.digest, ("plain", name, born)}
    if born is None:
        return keys, keys
    return keys | {("plain", name, born)}, keys | {("plain", name, born), ("numbered", name, born)}


def _changed(wish: Wish, known: Known) -> list[str]:
    changed = [name for name, value in wish.given.items() if name != "id_number" and value != known.facts.get(name)]
    if wish.digest is not None and wish.digest != known.digest:
        changed.append("id_number")
    return sorted(changed)


def _shown(name: str, value: Any) -> Any:
    return None if name in HIDDEN else value


def read_history(text: str) -> list[dict[str, Any]]:
    """A work history as people type it: one post a line, ``from~to|unit|post``; ``to`` may be 至今 or empty.

    Raises:
        ValueError: the message is the error's code.
    """
    posts = []
    for line in re.split(r"[\n;；]", text):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3:
            raise ValueError("malformed_entry")
        first, separator, last = re.sub(r"[~～—–]|至(?!今)", "~", parts[0]).partition("~")
        if not separator:
            raise ValueError("malformed_entry")
        post = {"from": _day(first.strip(), ends=False), "unit_code": parts[1], "post": parts[2]}
        last = last.strip()
        posts.append({**post, "to": None if last.casefold() in _OPEN_END else _day(last, ends=True)})
    return posts


def _day(text: str, *, ends: bool) -> date:
    month = read_month(text)
    if month is not None:
        year, number = month
        return date(year, number, calendar.monthrange(year, number)[1] if ends else 1)
    day = read_date(text)
    if day is None:
        raise ValueError("malformed_entry")
    return day


def read_relatives(text: str) -> list[dict[str, Any]]:
    """Relatives as people type them: one a line, ``relation|unit|name``, the name may be left out.

    Raises:
        ValueError: the message is the error's code.
    """
    found = []
    for line in re.split(r"[\n;；]", text):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) not in (2, 3):
            raise ValueError("malformed_entry")
        one = {"relation": parts[0], "unit_code": parts[1]}
        found.append({**one, "name": parts[2]} if len(parts) == 3 and parts[2] else one)
    return found
