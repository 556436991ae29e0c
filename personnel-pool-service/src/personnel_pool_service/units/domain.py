"""What a unit is, apart from where it is kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chassis.moves import Move, MoveTable

ACTIVE, MERGED, DISSOLVED = "active", "merged", "dissolved"

_WRITERS = frozenset({"pool_manager", "platform_admin"})
MOVES = MoveTable(
    [
        Move(
            "merge-into",
            frozenset({ACTIVE}),
            MERGED,
            _WRITERS,
            "pool.unit.upserted.v1",
            note="units below, cadres, supervised persons and links go over to the other unit, which keeps the names",
        ),
        Move(
            "dissolve",
            frozenset({ACTIVE}),
            DISSOLVED,
            _WRITERS,
            "pool.unit.upserted.v1",
            note="only when it has no active units below, no cadres and no supervised persons",
        ),
        Move("restore", frozenset({DISSOLVED}), ACTIVE, _WRITERS, "pool.unit.upserted.v1"),
    ]
)
"""How a unit ends. A merged unit stays merged: what was its own belongs to another."""


@dataclass(frozen=True)
class UnitDraft:
    """A unit as its writer describes it. ``former_names`` None keeps what is known and adds the name that changes."""

    code: str
    name: str
    unit_type: str
    level: str
    parent_code: str | None = None
    aliases: tuple[str, ...] = ()
    linked_office: str | None = None
    host_units: tuple[str, ...] = ()
    contact: str | None = None
    supervision_type: str | None = None
    in_charge: tuple[str, ...] = ()
    cadre_authority: str | None = None
    authority_source: str | None = None
    former_names: tuple[str, ...] | None = None

    def references(self) -> dict[str, str]:
        """The units this one refers to, by JSON pointer. A unit may name itself nowhere but as a mistake."""
        named = {
            "/parent_code": self.parent_code,
            "/linked_office": self.linked_office,
            "/cadre_authority": self.cadre_authority,
        }
        named.update({f"/host_units/{index}": code for index, code in enumerate(self.host_units)})
        return {pointer: code for pointer, code in named.items() if code is not None}

    def values(self) -> dict[str, Any]:
        """The columns of a row; lists where JSON has lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class UnitFilter:
    """Which units are listed; None asks for nothing."""

    unit_type: str | None = None
    parent_code: str | None = None
    status: str | None = None
    linked_office: str | None = None
    host_unit: str | None = None
    cadre_authority: str | None = None
    in_charge: str | None = None
    supervision_type: str | None = None


def settle(draft: UnitDraft, present: UnitDraft | None) -> UnitDraft:
    """The draft as it is stored: a name given up becomes a former name, and no name is listed twice."""
    former = draft.former_names
    if former is None:
        before = () if present is None else (*(present.former_names or ()), present.name)
        former = tuple(name for name in before if name != draft.name)
    former = tuple(dict.fromkeys(former))
    return replace(draft, former_names=former, aliases=tuple(alias for alias in draft.aliases if alias not in former))


def changes_between(before: UnitDraft | None, after: UnitDraft) -> list[str]:
    """What a change is called in the history, most telling first."""
    if before is None:
        return ["created"]
    named = {"renamed": ("name",), "moved": ("parent_code",), "linked": ("linked_office", "host_units")}
    found = [
        word for word, fields in named.items() if any(getattr(before, one) != getattr(after, one) for one in fields)
    ]
    told = {field for word in found for field in named[word]} | {"former_names"}
    others = {name for name, value in after.values().items() if name not in told and before.values()[name] != value}
    return [*found, "changed"] if others or not found else found


def differing_fields(before: UnitDraft, after: UnitDraft) -> list[str]:
    """The fields two drafts differ in, sorted."""
    old = before.values()
    return sorted(name for name, value in after.values().items() if old[name] != value)


def commission_of(code: str, chain: Sequence[tuple[str, str]]) -> str:
    """The nearest ``cdi`` at or above a unit, or the unit itself; ``chain`` is (code, type), nearest first."""
    return next((above for above, kind in chain if kind == "cdi"), code)
