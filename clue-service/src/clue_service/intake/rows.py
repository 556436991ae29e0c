"""A registration as rows of the tables: the same for one clue and for many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.keyring import KeyRing

from clue_service.access.policy import Viewer
from clue_service.clues.states import Status
from clue_service.intake.schemas import RegisterClueIn, SubjectIn
from clue_service.matching.prepared import Prepared

_KEPT = {
    "source_code", "channel", "received_on", "summary", "proposed_opinion", "urgency", "origin_ref", "secrecy_level",
    "overlap_policy",
}  # fmt: skip


@dataclass(frozen=True)
class Registration:
    """A clue to be taken in, checked and prepared before the first query."""

    body: RegisterClueIn
    receiving_unit: str
    commission: str
    prepared: Prepared | None
    """None: matching prepares it, and nobody waits for that."""


def clue_row(
    viewer: Viewer, tree: UnitTree, registration: Registration, *, clue_id: UUID, number: int, year: int, now: datetime
) -> dict[str, Any]:
    """The clue, registered."""
    body, commission = registration.body, registration.commission
    resolved = [resolve_unit(tree, subject) for subject in body.subjects]
    return {
        **body.model_dump(include=_KEPT),
        "id": clue_id,
        "clue_no": f"{commission}-{year}-{number:06d}",
        "status": Status.REGISTERED,
        "version": 1,
        "registered_at": now,
        "registered_by": viewer.sub,
        "registered_via": viewer.service,
        "commission": commission,
        "receiving_unit": registration.receiving_unit,
        "reporter_identity": body.reporter.identity_type if body.reporter else None,
        "subject_units": sorted({code for code in resolved if code}),
        "co_units": [],
        "members": [],
        "approvers": [],
        "recused": [],
        "blind_hits_withheld": False,
        "due_provisional": False,
    }


def ids_of_parts(body: RegisterClueIn) -> int:
    """How many ids the subjects and allegations of a registration take."""
    return len(body.subjects) + len(body.allegations)


def subject_rows(
    tree: UnitTree, keys: KeyRing, clue_id: UUID, body: RegisterClueIn, ids: Iterator[UUID]
) -> list[dict[str, Any]]:
    """The subjects, with identity numbers sealed."""
    return [
        {
            "id": next(ids),
            "clue_id": clue_id,
            "position": position,
            **subject.model_dump(exclude={"id_number", "particulars"}),
            "particulars": subject.particulars.model_dump(exclude_none=True) if subject.particulars else None,
            "resolved_unit": resolve_unit(tree, subject),
            "id_number_sealed": keys.seal(subject.id_number.encode(), f"subject:{clue_id}:{position}")
            if subject.id_number
            else None,
        }
        for position, subject in enumerate(body.subjects)
    ]


def allegation_rows(clue_id: UUID, body: RegisterClueIn, ids: Iterator[UUID]) -> list[dict[str, Any]]:
    """What is alleged."""
    return [
        {
            "id": next(ids),
            "clue_id": clue_id,
            "position": position,
            **one.model_dump(),
            "amount_cny": _whole_cents(one.amount_cny),
        }
        for position, one in enumerate(body.allegations)
    ]


def _whole_cents(yuan: float | None) -> float | None:
    """An amount as the database keeps it, so that what is answered is what is stored."""
    return None if yuan is None else float(Decimal(repr(yuan)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def resolve_unit(tree: UnitTree, subject: SubjectIn) -> str | None:
    """The directory's unit that the given code or, where it is unique, the given name stands for."""
    if subject.unit_code is not None or not subject.unit_name:
        return subject.unit_code
    found = _codes_by_name(tree).get(subject.unit_name, ())
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=2)
def _codes_by_name(tree: UnitTree) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for unit in tree:
        for name in {unit.name, *unit.aliases}:
            found[name] = (*found.get(name, ()), unit.code)
    return found
