"""What a briefing says, sealed at rest. It leaves this module for readers of the briefing only."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from chassis.keyring import KeyRing

from notification_service.briefings.models import Briefing, BriefingEdition


@dataclass(frozen=True, repr=False)
class Content:
    """One edition in plain text. Not shown by ``repr``, so that no log or trace can hold it."""

    title: str
    text: str
    reason: str | None = None


def seal_content(keys: KeyRing, briefing_id: UUID, number: int, content: Content) -> bytes:
    """Bound to its briefing and edition, so that it opens as no other."""
    return keys.seal(json.dumps(asdict(content), ensure_ascii=False).encode(), f"briefing:{briefing_id}:{number}")


def open_content(keys: KeyRing, edition: BriefingEdition) -> Content:
    """What an edition says."""
    plain = keys.open(edition.sealed, f"briefing:{edition.briefing_id}:{edition.number}")
    return Content(**json.loads(plain))


def seal_recall(keys: KeyRing, briefing_id: UUID, reason: str) -> bytes:
    """Why a briefing was withdrawn."""
    return keys.seal(reason.encode(), f"briefing_recall:{briefing_id}")


def open_recall(keys: KeyRing, briefing: Briefing) -> str | None:
    """Why a briefing was withdrawn; None where it was not."""
    if briefing.recall_sealed is None:
        return None
    return keys.open(briefing.recall_sealed, f"briefing_recall:{briefing.id}").decode()
