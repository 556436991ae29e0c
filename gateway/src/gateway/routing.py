"""Which service answers which path: one table, by the first segment under ``/v1``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SERVICES = ("clue", "pool", "inspection", "notification")

INSIDE = frozenset(
    {"consultation-referrals", "dossier-extracts", "integrity-checks", "team-separations", "visibility-checks"}
)
"""Segments that answer services only and never pass the gateway."""

_SEGMENTS: dict[str, tuple[str, ...]] = {
    "clue": (
        "clues",
        "clue-searches",
        "clue-imports",
        "operations",
        "clue-transfers",
        "clue-deletions",
        "clue-exports",
        "candidates",
        "overlap-alerts",
        "sealed-receipts",
        "due-rules",
        "jurisdiction-objections",
        "accusation-findings",
        "working-calendars",
        "matters",
        "matching-models",
        "shares",
        "reporters",
        "reporter-notices",
        "clue-clocks",
        "periodic-duties",
        "unsealings",
        "clarifications",
        "protection-requests",
        "interference-records",
        "consultations",
        "consultation-actions",
        "outcome-notices",
        "advice",
        "supervised-handlings",
        "library-items",
        "library-searches",
        "library-requests",
        "attachments",
        "unit-profiles",
        "trend-reports",
        "statistics",
        "ledgers",
        "audit-entries",
        "audit-seals",
        "recusals",
    ),
    "pool": (
        "units",
        "principals",
        "token-revocations",
        "supervised-persons",
        "supervised-person-imports",
        "cadres",
        "cadre-searches",
        "cadre-imports",
        "cadre-authority-queries",
        "pool-entries",
        "tags",
        "unlisted-tags",
        "unit-imports",
        "pool-entry-states",
        "recusal-checks",
        "recusal-declaration-form",
        "recusal-declarations",
        "recusal-requests",
        "recusal-unsealings",
        "recusal-waivers",
        "availability",
        "availability-queries",
        "fairness-figures",
        "secondments",
        "lending-quotas",
        "support-requests",
        "directed-supports",
        "appraisals",
    ),
    "inspection": (
        "rounds",
        "assembly-runs",
        "teams",
        "findings",
        "rectifications",
        "joint-case-teams",
        "briefing-requests",
        "cooperation-zones",
        "coverage",
        "coverage-plans",
        "dossiers",
        "entry-notices",
        "feedbacks",
        "replacement-plans",
        "rule-sets",
        "coordination-reports",
        "inspection-statistics",
        "supervision-matters",
        "reports",
    ),
    "notification": (
        "notifications",
        "stream-tickets",
        "webhooks",
        "webhook-deliveries",
        "briefings",
        "bulletins",
        "preferences",
        "message-templates",
        "deadlines",
        "events",
    ),
}
SERVICE_OF_OPERATION: Mapping[str, str] = MappingProxyType({"assembly-run": "inspection"})
"""Long work that is not of the service ``operations`` belongs to, by the kind before the colon of its id."""

SERVICE_OF_SEGMENT: Mapping[str, str] = MappingProxyType(
    {segment: service for service, segments in _SEGMENTS.items() for segment in segments}
)

TICKET_PATHS = frozenset({"/v1/notifications/stream"})
"""Streams that take a one-use ticket in the query instead of a token, for browsers' EventSource."""

DEV_PATHS = frozenset({"/dev/token", "/dev/clock"})
"""Forwarded to the local issuer; on a production gateway they do not exist."""

_PREFIX = "/v1/"


@dataclass(frozen=True)
class Route:
    """Where a request goes, and whether it may carry a file."""

    service: str
    takes_upload: bool = False


def route_of(path: str) -> Route | None:
    """The route of a percent-decoded path; None where nothing answers.

    Paths with dot segments or backslashes are refused: some server on the way might resolve them to another address.
    """
    if not path.startswith(_PREFIX) or "\\" in path:
        return None
    segments = path[len(_PREFIX) :].split("/")
    if "." in segments or ".." in segments:
        return None
    service = SERVICE_OF_SEGMENT.get(segments[0])
    if segments[0] == "operations" and len(segments) > 1:
        service = SERVICE_OF_OPERATION.get(segments[1].partition(":")[0], service)
    if service is None:
        return None
    takes_upload = segments[0].endswith("-imports") or "attachments" in segments
    return Route(service, takes_upload)
