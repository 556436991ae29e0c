"""What goes into a dossier: rows of this service as items, and another service's ledger lines as items."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from chassis.directory import UnitTree

from inspection_service.clients.clue import LedgerExtract
from inspection_service.findings.models import Finding
from inspection_service.rectifications.models import Rectification
from inspection_service.rounds.models import Round

INTERNAL = "internal"
REPORT_SOURCE = "PETITION"
_OF_ADVICE = ("advice_total", "advice_by_state")


def round_items(rounds: Iterable[Round]) -> list[dict[str, Any]]:
    """Earlier rounds on the unit: when, of what kind, how they ended."""
    return [
        {
            "section": "rounds",
            "ref": str(found.id),
            "date": (found.closed_on or found.starts_on).isoformat(),
            "round_type": found.type,
            "mode": found.mode,
            "state": found.state,
            "office_unit": found.office_unit,
            "secrecy_level": INTERNAL,
        }
        for found in rounds
    ]


def finding_items(findings: Iterable[Finding], zone: tzinfo) -> list[dict[str, Any]]:
    """Earlier findings. One about a person says its category and what came of it, never who or what."""
    return [
        {
            "section": "findings",
            "ref": str(finding.id),
            "date": finding.recorded_at.astimezone(zone).date().isoformat(),
            "categories": [finding.category],
            "severity": finding.severity,
            "state": finding.state,
            "clue_no": finding.clue_no,
            "clue_status": finding.clue_status,
            "person_specific": finding.person is not None,
            "text": finding.text if finding.person is None else None,
            "secrecy_level": INTERNAL,
        }
        for finding in findings
    ]


def rectification_items(items: Iterable[Rectification], zone: tzinfo) -> list[dict[str, Any]]:
    """What the unit had to put right, and whether it did."""
    return [
        {
            "section": "rectifications",
            "ref": str(item.id),
            "date": item.assigned_at.astimezone(zone).date().isoformat(),
            "categories": [item.category],
            "severity": item.severity,
            "state": item.state,
            "problem": item.problem,
            "due_on": item.due_on.isoformat(),
            "times_returned": item.times_returned,
            "secrecy_level": INTERNAL,
        }
        for item in items
    ]


def ledger_items(extract: LedgerExtract) -> list[dict[str, Any]]:
    """Citizens' reports and other clues, by number."""
    return [
        {
            "section": "reports" if line.source_code == REPORT_SOURCE else "clues",
            "ref": line.clue_no,
            "date": line.received_on.isoformat(),
            "categories": list(line.categories),
            "source_code": line.source_code,
            "state": line.stage,
            "closure": line.closure,
            "secrecy_level": line.secrecy_level,
        }
        for line in extract.items
    ]


def advice_items(extract: LedgerExtract) -> list[dict[str, Any]]:
    """Letters of advice that were served on the unit: by whom and when, never what they say."""
    return [
        {
            "section": "advice",
            "ref": str(letter.id),
            "date": letter.served_on.isoformat(),
            "state": letter.state,
            "kind": letter.kind,
            "issuing_unit": letter.issuing_unit,
            "unit_code": letter.addressed_unit,
            "due_on": letter.reply_due_on.isoformat(),
            "replied_on": letter.replied_on.isoformat() if letter.replied_on else None,
            "closed_on": letter.closed_on.isoformat() if letter.closed_on else None,
            "times_returned": letter.times_returned,
            "secrecy_level": letter.secrecy_level,
        }
        for letter in extract.advice
    ]


def ledger_counts(extract: LedgerExtract | None) -> dict[str, Any] | None:
    """The counts over all clues, also those the asker sees no line of."""
    if extract is None:
        return None
    return extract.model_dump(
        mode="json",
        include={
            "depth",
            "clues",
            "by_stage",
            "by_source",
            "by_category",
            "by_year",
            "counted_only",
            "is_cut",
            *_OF_ADVICE,
        },
    )


def unit_facts(tree: UnitTree, unit_code: str) -> dict[str, Any]:
    """The unit as the directory knows it, and who watches it."""
    unit = tree.find(unit_code)
    return {
        "code": unit_code,
        "name": unit.name if unit else unit_code,
        "unit_type": unit.unit_type if unit else None,
        "level": unit.level if unit else None,
        "parent_code": unit.parent_code if unit else None,
        "linked_office": tree.linked_office(unit_code),
        "dispatched_groups": tree.dispatched_groups(unit_code),
    }
