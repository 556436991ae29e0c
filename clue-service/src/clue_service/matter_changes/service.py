"""The ledger as the other features meet it: written with every change, read to undo one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from clue_service.matter_changes import repository
from clue_service.matter_changes.models import MatterChange
from clue_service.matters.domain import ChangeKind, Link, MatterFacts, SourceKind, Undone
from clue_service.matters.leads import Lead


@dataclass(frozen=True)
class Decision:
    """A decision about matters. One about matters as such (merge, split) is its own source."""

    kind: ChangeKind
    source_kind: SourceKind
    source_id: UUID
    clue_ids: tuple[UUID, ...] = ()
    reason: str | None = None
    verdicts: Sequence[Mapping[str, Any]] = field(default=())
    removed_links: Sequence[Mapping[str, Any]] = field(default=())
    undoes: MatterChange | None = None
    later_actions: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def is_its_own_source(self) -> bool:
        """Whether the links it makes name the change itself."""
        return self.kind in {ChangeKind.MERGED, ChangeKind.SPLIT}


async def record(
    uow: Uow, decision: Decision, before: Mapping[UUID, MatterFacts], after: Mapping[UUID, MatterFacts]
) -> MatterChange:
    """Write a change down with the matters it touched, as they were before and after."""
    return await repository.add_change(
        uow.session,
        {
            **({"id": decision.source_id} if decision.is_its_own_source else {}),
            "kind": decision.kind.value,
            "source_kind": decision.source_kind.value,
            "source_id": decision.source_id,
            "matter_ids": sorted({*before, *after}),
            "clue_ids": sorted(decision.clue_ids),
            "before": _to_json(before),
            "after": _to_json(after),
            "removed_links": [dict(one) for one in decision.removed_links],
            "verdicts": [dict(one) for one in decision.verdicts],
            "reason": decision.reason,
            "actor": uow.actor.acting_for or uow.actor.sub,
            "unit": uow.actor.unit,
            "at": uow.now,
            "request_id": uow.cause.request_id,
            "undoes": decision.undoes.id if decision.undoes else None,
            "later_actions": [dict(one) for one in decision.later_actions],
        },
    )


def _to_json(matters: Mapping[UUID, MatterFacts]) -> dict[str, Any]:
    return {
        str(matter): {
            "members": [str(clue) for clue in sorted(facts.clues)],
            "lead": facts.lead.to_json() if facts.lead else None,
        }
        for matter, facts in matters.items()
    }


def facts_of(raw: Mapping[str, Any]) -> dict[UUID, MatterFacts]:
    """The matters that one side of a change holds; those without members were not there."""
    return {
        UUID(matter): MatterFacts(
            frozenset(UUID(clue) for clue in facts["members"]), Lead.of_json(facts["lead"]) if facts["lead"] else None
        )
        for matter, facts in raw.items()
        if facts["members"]
    }


def link_to_json(link: Link) -> dict[str, Any]:
    """A link as the ledger keeps it."""
    return {
        "clue_a": str(link.clue_a),
        "clue_b": str(link.clue_b),
        "source_id": str(link.source_id),
        "part_a": link.part_a,
        "part_b": link.part_b,
        "source_kind": str(link.source_kind),
    }


def link_of_json(raw: Mapping[str, Any]) -> Link:
    """The link that the ledger keeps."""
    ids = {name: UUID(raw[name]) for name in ("clue_a", "clue_b", "source_id")}
    return Link(**ids, part_a=raw["part_a"], part_b=raw["part_b"], source_kind=raw["source_kind"])


def undone_of(change: MatterChange | None) -> Undone:
    """What undoing a change brings back: the matters it altered, not those it only concerned."""
    if change is None:
        return Undone()
    before, after = facts_of(change.before), facts_of(change.after)
    altered = {matter for matter in {*before, *after} if before.get(matter) != after.get(matter)}
    return Undone(*({matter: side[matter] for matter in altered & side.keys()} for side in (before, after)))


async def standing_change(uow: Uow, source_id: UUID) -> MatterChange | None:
    """The first joining by a decision that is not undone: what undoing the decision reverses."""
    changes = await repository.changes_of_sources(uow.session, [source_id])
    joining = [one for one in changes if one.kind == ChangeKind.LINKED]
    undone = await repository.undoing_of(uow.session, [one.id for one in joining])
    return next((one for one in joining if one.id not in undone), None)


async def joining_of(uow: Uow, links: Iterable[Link]) -> MatterChange | None:
    """The first change that made any of some links: what parting them reverses. None where no change made them."""
    made = [
        await repository.find_change(uow.session, source_id) or await standing_change(uow, source_id)
        for source_id in {link.source_id for link in links}
    ]
    return min((one for one in made if one is not None), key=lambda one: one.id, default=None)


async def last_undoing(uow: Uow, source_id: UUID) -> MatterChange | None:
    """The last undoing of a decision."""
    return (await last_undoings(uow, [source_id])).get(source_id)


async def last_undoings(uow: Uow, source_ids: Collection[UUID]) -> dict[UUID, MatterChange]:
    """Of some decisions, their last undoing."""
    changes = await repository.changes_of_sources(uow.session, source_ids) if source_ids else []
    return {one.source_id: one for one in changes if one.kind == ChangeKind.UNDONE}


async def later_actions(uow: Uow, change: MatterChange | None, verbs: Collection[str]) -> list[dict[str, Any]]:
    """What people did since a change with the clues and matters it touched: who, verb, when, on what; ids and codes."""
    if change is None:
        return []
    touched = [facts.clues for side in (change.before, change.after) for facts in facts_of(side).values()]
    rows = await repository.actions_since(uow.session, change, frozenset().union(*touched), verbs)
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        # What concerns several clues is audited on each of them, and is one action.
        kind = next((kind for kind in ("candidate", "matter") if row.detail.get(kind)), row.object_type)
        of = row.detail.get(kind) or row.object_id
        action = found.setdefault(
            (row.request_id or str(row.id), row.action, of),
            {
                "actor": row.actor,
                "unit": row.unit,
                "verb": row.action,
                "at": row.at.isoformat(),
                "object_type": kind,
                "object_id": of,
                "clue_ids": [],
            },
        )
        if row.object_type == "clue":
            action["clue_ids"].append(row.object_id)
    return list(found.values())


async def undoings(uow: Uow, changes: Iterable[MatterChange]) -> dict[UUID, UUID]:
    """Of some changes, those that were undone: change → its undoing."""
    found = await repository.undoing_of(uow.session, [change.id for change in changes])
    return {change: undoing.id for change, undoing in found.items()}
