"""What personnel-pool-service tells about people: cadres, recusal verdicts, how many a home unit may lend."""

from datetime import date
from uuid import UUID

from pydantic import Field

from inspection_service.clients.reading import Answer


class WorkRow(Answer):
    """One row of a work history; ``until`` None is the present post."""

    unit_code: str | None = None
    post: str | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")


class CadreRecord(Answer):
    """A cadre by qualifications; ``available`` if active and free in all of the period asked about."""

    id: UUID
    home_unit: str
    rank: str
    gender: str = ""
    party_member: bool = False
    tags: tuple[str, ...] = ()
    pool_kinds: tuple[str, ...] = ()
    work_history: tuple[WorkRow, ...] = ()
    days_lent: int = 0
    clearance: str = "internal"
    last_grade: str | None = None
    available: bool | None = None


class RecusalTarget(Answer):
    unit_code: str | None = None


class RecusalVerdict(Answer):
    """Whether a cadre may deal with a target; ``code`` never tells a private ground."""

    cadre_id: UUID
    target: RecusalTarget
    verdict: str
    code: str | None = None


class TeamSeparation(Answer):
    """Two cadres who may not share a team; the pool tells nobody why."""

    cadre_ids: tuple[UUID, UUID]


class LendingQuota(Answer):
    """How many a home unit may lend on one day, and the most it has lent on any day of the period.

    ``members`` is how many of its people are in the pool.
    """

    home_unit: str
    members: int = 0
    quota: int
    lent: int

    @property
    def room(self) -> int:
        """How many more it may lend on every day of the period."""
        return max(0, self.quota - self.lent)
