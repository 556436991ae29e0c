"""The marked matter with everything that can rest on a clue, each with the mark in whatever people write in it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.accusation_findings.models import AccusationFinding
from clue_service.attachments.models import Attachment
from clue_service.clarifications.models import Clarification
from clue_service.clue_clocks.models import ClueClock, ClueClockChange
from clue_service.clue_deletions.models import ClueDeletion
from clue_service.clue_exports.models import ClueExport, ClueExportClue, ClueExportFile
from clue_service.clue_exports.service import context_of
from clue_service.clues.models import ClueStep, Disposition, Result
from clue_service.consultations.models import ConsultationAction
from clue_service.jurisdiction_objections.models import JurisdictionObjection
from clue_service.library_items.models import LibraryItem, LibraryReading, LibraryText
from clue_service.library_requests.models import LibraryRequest
from clue_service.outcome_notices.models import OutcomeNotice
from clue_service.recusals.models import Recusal
from clue_service.reporter_notices.models import ReporterNotice
from clue_service.shares.models import Share, ShareReading
from clue_service.transfers.models import ClueTransfer

OFFICE, COMMISSION = "cmo-dh", "cdi-dh"
TEXT = "墨痕标记事项"


def rows_about(clue: dict[str, Any], consultation: UUID, text: str, now: datetime) -> Iterator[tuple[str, Any]]:
    """(what paths call it, row) of commission dh's office; those without a name hang on one before them."""
    clue_id, level, who = UUID(clue["id"]), clue["secrecy_level"], "supervisor1@cmo-dh"
    later = now + timedelta(days=30)
    share = Share(
        id=uuid4(), clue_id=clue_id, commission=COMMISSION, grantee="nobody-here", parts=["subjects"], purpose=text,
        approval={"approved_by": "p-1", "approval_ref": None}, expires_at=later, granted_by=who, granted_at=now,
        version=1,
    )  # fmt: skip
    yield "shares", share
    yield "", ShareReading(share_id=share.id, reader="nobody-here", unit=OFFICE, read_at=now)
    yield (
        "recusals",
        Recusal(
            id=uuid4(),
            clue_id=clue_id,
            sub="somebody-else",
            basis="declared",
            recorded_by=who,
            recorded_at=now,
            version=1,
        ),
    )
    yield "", Disposition(
        clue_id=clue_id, method="talk_inquiry", reason=text, plan=text, proposed_from="assigned", proposed_by=who,
        proposed_at=now,
    )  # fmt: skip
    yield "", Result(clue_id=clue_id, outcome="first_form", note=text, recorded_by=who, recorded_at=now)
    yield "", ClueStep(clue_id=clue_id, version=1, action="register", said={"reason": text, "members": [who]})
    transfer = ClueTransfer(
        id=uuid4(), kind="transfer", state="sent", version=1, clue_id=clue_id, from_commission=COMMISSION,
        to_unit="cdi-xs", to_commission="cdi-xs", reason=text, legal_basis=text, sent_at=now, sent_by=who,
    )  # fmt: skip
    yield "clue-transfers", transfer
    yield "jurisdiction-objections", JurisdictionObjection(
        id=uuid4(), state="raised", version=1, clue_id=clue_id, secrecy_level=level, transfer_id=transfer.id,
        raised_by=COMMISSION, sender=COMMISSION, superior=None, route="joint_meeting", reason=text, legal_basis=text,
        drafted_by=who, raised_at=now, due_at=later,
    )  # fmt: skip
    yield "clarifications", Clarification(
        id=uuid4(), state="assessed", version=1, clue_id=clue_id, secrecy_level=level,
        subject_id=UUID(clue["subjects"][0]["id"]), commission=COMMISSION, handling_unit=OFFICE, forms=["written"],
        carried_out=[], is_across=False, harm=text, scope=text, drafted_by=who, drafted_at=now, due_at=later,
    )  # fmt: skip
    yield "accusation-findings", AccusationFinding(
        id=uuid4(), state="proposed", version=1, clue_id=clue_id, secrecy_level=level, commission=COMMISSION,
        approving_commission=COMMISSION, grounds=text, proposed_by=who, proposed_at=now,
    )  # fmt: skip
    yield "clue-deletions", ClueDeletion(
        id=uuid4(), state="requested", version=1, clue_id=clue_id, clue_no=clue["clue_no"], clue_version=1,
        commission=COMMISSION, secrecy_level=level, basis="ordered", reason=text, received_on=now.date(),
        last_step_on=now.date(), kept_until=now.date(), requested_by=who, requester_unit=OFFICE, requested_at=now,
    )  # fmt: skip
    yield "outcome-notices", OutcomeNotice(
        id=uuid4(), state="notified", version=1, kind="talk_inquiry", outcome="first_form", source_ref="planted",
        item_type="clue", item_id=clue_id, item_no=clue["clue_no"], about_unit="su-housing", unit=OFFICE,
        handling_unit=OFFICE, commission=COMMISSION, secrecy_level=level, notified_at=now, ack_due_at=later,
    )  # fmt: skip
    yield "reporter-notices", ReporterNotice(
        id=uuid4(), clue_id=clue_id, clue_no=clue["clue_no"], kind="result", state="owed", version=1, clue_version=1,
        commission=COMMISSION, since=None, due_at=later, due_provisional=False,
    )  # fmt: skip
    clock = ClueClock(
        id=uuid4(), clue_id=clue_id, clue_no=clue["clue_no"], kind="inquiry_reply", state="open", version=1,
        clue_version=1, commission=COMMISSION, unit="inv1-dh", subject_id=UUID(clue["subjects"][0]["id"]),
        due_rule="inquiry_reply", due_rule_version=1, clock_start=now.date(), due_at=later, due_provisional=False,
    )  # fmt: skip
    yield "clue-clocks", clock
    yield "", ClueClockChange(
        clock_id=clock.id, kind="extension", since=now.date(), until=later.date(), ground=None, reason=text,
        approval={"sub": "p-1"}, recorded_by=who, recorded_at=now,
    )  # fmt: skip
    yield "consultation-actions", ConsultationAction(
        id=uuid4(), consultation_id=consultation, position=7, task=text, owner_unit=OFFICE, due_at=later, state="open",
        version=1,
    )  # fmt: skip
    yield from _library(clue_id, level, text, now)


def _library(clue_id: UUID, level: str, text: str, now: datetime) -> Iterator[tuple[str, Any]]:
    entry = LibraryItem(
        id=uuid4(), kind="case_analysis", state="entered", version=1, title=text, unit_code="su-housing",
        owner_unit=COMMISSION, commission=COMMISSION, secrecy_level=level, reach="unit", is_listed=False,
        categories=["C1"], themes=[], starts_at=now - timedelta(days=1), clue_ids=[clue_id],
        entered_by="handler@inv1-dh", entered_at=now,
    )  # fmt: skip
    yield "library-items", entry
    yield "", LibraryText(item_id=entry.id, text=text, withdrawal_reason=text)
    yield (
        "",
        LibraryReading(
            item_id=entry.id, reader="nobody-here", unit=OFFICE, ground="owner_unit", purpose=text, read_at=now
        ),
    )
    yield "library-requests", LibraryRequest(
        id=uuid4(), item_id=entry.id, owner_unit=COMMISSION, commission=COMMISSION, requester="nobody-here",
        requester_unit="inv1-dh", purpose=text, state="requested", version=1, requested_at=now,
        expires_at=now + timedelta(days=9),
    )  # fmt: skip
    yield "attachments", Attachment(
        id=uuid4(), item_id=None, clue_id=clue_id, state="stored", version=1, file_name=f"{text}.txt",
        media_type="text/plain", size=3, digest=b"0" * 32, received_digest=b"0" * 32, residue=[], sealed_under="k1",
        uploaded_by="handler@inv1-dh", uploaded_at=now, written_at=now,
    )  # fmt: skip


async def _make_file(session: Any, marked: Any, resources: Resources) -> None:
    """The export of the clue as it is once its file was made: it lies there for whoever asked."""
    item = await session.get(ClueExport, UUID(marked.ids["clue-exports"]))
    content = TEXT.encode()
    item.state, item.made_at, item.taken, item.size = "made", resources.clock.now(), 1, len(content)
    item.expires_at = resources.clock.now() + timedelta(days=1)
    item.digest = hashlib.sha256(content).digest()
    taken = await session.get(ClueExportClue, (item.id, UUID(marked.clue["id"])))
    taken.is_approved = taken.is_taken = True
    session.add(ClueExportFile(export_id=item.id, sealed=resources.keys.seal(content, context_of(item.id))))


@pytest.fixture
def mark(mark: Any, resources: Resources) -> Any:
    """``await mark(secrecy_level="secret")`` → the marked matter, with a row of everything that rests on its clue."""

    async def make(**changes: Any) -> Any:
        marked = await mark(**changes)
        found = rows_about(marked.clue, UUID(marked.ids["consultations"]), TEXT, resources.clock.now())
        async with engine_session(resources) as session:
            for noun, row in found:
                session.add(row)
                await session.flush()
                if noun:
                    marked.ids[noun] = str(row.id)
            await _make_file(session, marked, resources)
        return marked

    return make
