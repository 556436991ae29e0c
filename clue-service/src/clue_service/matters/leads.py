"""Who leads a matter, and who does where matters join or fall apart. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True)
class Lead:
    """Who leads: a commission as a whole, or one unit of it."""

    commission: str
    unit: str | None
    clue_id: UUID | None
    basis: str
    taken_at: datetime

    def covers(self, commission: str, unit: str | None) -> bool:
        """Whether a unit of a commission acts as the lead and not as a rival."""
        return self.commission == commission and (self.unit is None or self.unit == unit)

    def is_with(self, other: "Lead") -> bool:
        """Whether both name the same leader."""
        return (self.commission, self.unit) == (other.commission, other.unit)

    def to_json(self) -> dict[str, Any]:
        """The lead as the ledger keeps it."""
        return {
            "commission": self.commission,
            "unit": self.unit,
            "clue_id": str(self.clue_id) if self.clue_id else None,
            "basis": self.basis,
            "taken_at": self.taken_at.isoformat(),
        }

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> "Lead":
        """The lead that the ledger keeps."""
        clue_id = UUID(raw["clue_id"]) if raw["clue_id"] else None
        taken_at = datetime.fromisoformat(raw["taken_at"])
        return cls(raw["commission"], raw["unit"], clue_id, raw["basis"], taken_at)


class _Led(Protocol):
    @property
    def lead(self) -> Lead | None: ...


class _Undone(Protocol):
    @property
    def before(self) -> Mapping[UUID, _Led]: ...
    @property
    def after(self) -> Mapping[UUID, _Led]: ...


def prevailing(leads: Iterable[Lead]) -> Lead | None:
    """The lead of matters that became one: a designated one before one taken by approval, then the earliest."""
    return min(leads, key=lambda lead: (lead.basis == "approval", lead.taken_at), default=None)


def lead_of_group(
    matter: UUID | None,
    clues: Collection[UUID],
    members: Collection[UUID],
    at_home: Collection[UUID],
    present: Mapping[UUID, _Led],
    standing: Sequence[Lead],
    undone: _Undone,
) -> Lead | None:
    """Who leads a group of clues that goes on as ``matter``.

    A lead that a clue's approval took stays with the clue, a designated one with the matter. While a change is
    undone, a matter it touched gets the lead it had before, unless people have changed the lead since. Approvals
    given by clues that join count too; those of ``members`` only where nobody else leads.
    """
    own = {
        scope: led.lead
        for scope, led in present.items()
        if led.lead is not None and (led.lead.clue_id in clues if led.lead.clue_id else scope in at_home)
    }
    leads = list(own.values())
    if matter is not None and matter in undone.before:
        since = [lead for scope, lead in own.items() if lead != _lead_after(undone, scope)]
        earlier = undone.before[matter].lead
        restored = [earlier] if earlier and (earlier.clue_id is None or earlier.clue_id in clues) else []
        leads = since or restored
    approvals = [lead for lead in standing if lead.clue_id in clues]
    joining = [lead for lead in approvals if lead.clue_id not in members]
    return prevailing([*leads, *joining]) or prevailing(approvals)


def _lead_after(undone: _Undone, scope: UUID) -> Lead | None:
    led = undone.after.get(scope)
    return led.lead if led else None
