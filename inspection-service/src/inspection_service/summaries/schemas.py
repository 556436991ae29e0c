"""What callers get about a round as a whole."""

from uuid import UUID

from chassis.web import ResponseModel


class SummaryOut(ResponseModel):
    """Figures of a round. ``clues_handed_over`` counts findings whose clue exists; ``days`` counts both ends."""

    round_id: UUID
    state: str
    days: int
    targets: int
    teams: int
    teams_by_state: dict[str, int]
    findings: int
    findings_by_severity: dict[str, int]
    findings_by_state: dict[str, int]
    clues_handed_over: int
    clues_by_status: dict[str, int]
