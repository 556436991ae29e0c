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
    available: bool | None = None


class RecusalTarget(Answer):
    unit_code: str | None = None


class RecusalVerdict(Answer):
    """Whether a cadre may deal with a target; ``code`` never tells a private ground."""

    cadre_id: UUID
    target: RecusalTarget
    verdict: str
    code: str | None = None


class LendingQuota(Answer):
    """How many a home unit may lend on one day, and the most it has lent on any day of the period."""

    home_unit: str
    quota: int
    lent: int
