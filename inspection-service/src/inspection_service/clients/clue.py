"""What this service asks of clue-service: take in what a team found, tell its ledger, consult on a difficulty."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http import Peer
from pydantic import Field

from inspection_service.clients.reading import Answer, document_of, read

PEER = "clue"


class ClueRecord(Answer):
    """A clue by number and state."""

    id: UUID
    clue_no: str
    status: str
    closure: str | None = None
    version: int = 1
    outcome: str | None = None
    four_forms: int | None = None


class LedgerLine(Answer):
    """One clue by its number: neither who, nor what, nor from whom."""

    clue_no: str
    source_code: str
    categories: tuple[str, ...] = ()
    received_on: date
    stage: str
    closure: str | None = None
    secrecy_level: str = "internal"


class AdviceLine(Answer):
    """A letter of advice that was served: from whom, when, and what became of it."""

    id: UUID
    kind: str
    state: str
    issuing_unit: str
    addressed_unit: str
    served_on: date
    reply_due_on: date
    replied_on: date | None = None
    closed_on: date | None = None
    times_returned: int = 0
    secrecy_level: str = "internal"


class LedgerExtract(Answer):
    """The clues about a unit, in lines as far as the asker may see, otherwise counted."""

    depth: str
    clues: int
    by_stage: dict[str, int]
    by_source: dict[str, int]
    by_category: dict[str, int]
    by_year: dict[str, int]
    items: tuple[LedgerLine, ...] = ()
    counted_only: int = 0
    is_cut: bool = False
    advice: tuple[AdviceLine, ...] = ()
    advice_total: int = 0
    advice_by_state: dict[str, int] = Field(default_factory=dict)


class ConvenedConsultation(Answer):
    """A consultation, and how far it is."""

    id: UUID
    state: str
    version: int


class ClueClient:
    """Typed calls. Raises PeerFailed when clue-service cannot answer, PeerRefused when it says no."""

    def __init__(self, peer: Callable[[], Peer]) -> None:
        self._peer = peer

    async def register(
        self,
        *,
        origin_ref: str,
        received_on: date,
        receiving_unit: str,
        subject: dict[str, Any],
        category_code: str | None,
        text: str,
    ) -> ClueRecord:
        """Register a clue of source INSPECTION; the same ``origin_ref`` gives the first clue again, for ever."""
        body = {
            "source_code": "INSPECTION",
            "channel": "other",
            "received_on": received_on.isoformat(),
            "subjects": [subject] if subject else [],
            "allegations": [{"text": text, **({"category_code": category_code} if category_code else {})}],
            "receiving_unit": receiving_unit,
            "origin_ref": origin_ref,
        }
        return read(PEER, ClueRecord, document_of(PEER, await self._peer().call("POST", "/v1/clues", json=body)))

    async def extract_ledger(self, unit_code: str, *, matter: str, acting_for: str) -> LedgerExtract:
        """The clues about a unit for a team's entry, in the depth that person may see."""
        body = {"unit_code": unit_code, "purpose": "entry", "matter": matter}
        answer = await self._peer().call("POST", "/v1/dossier-extracts", json=body, acting_for=acting_for)
        return read(PEER, LedgerExtract, document_of(PEER, answer))

    async def convene(self, body: Mapping[str, Any], *, acting_for: str) -> ConvenedConsultation:
        """Refer a difficulty to a consultation; the same ``origin_ref`` gives the first one again, for ever."""
        answer = await self._peer().call("POST", "/v1/consultation-referrals", json=dict(body), acting_for=acting_for)
        return read(PEER, ConvenedConsultation, document_of(PEER, answer))
