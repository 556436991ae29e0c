"""Who is in the talent pool, how they came in and left, and when somebody's recusal turned."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Reference, UnitCode


class CadreEvent(Event):
    """A cadre of the talent pool, by id and qualifications."""

    key: ClassVar[str] = "cadre_id"

    cadre_id: UUID
    home_unit: UnitCode
    state: Code
    pool_kinds: tuple[Code, ...] = ()


class CadreEntered(CadreEvent):
    """Key cadre_id. The cadre is active and can be lent."""

    type: ClassVar[str] = "pool.cadre.entered.v1"


class CadreExited(CadreEvent):
    """Key cadre_id. The cadre left the pool; the reason stays in the pool."""

    type: ClassVar[str] = "pool.cadre.exited.v1"


class CadreSuspended(CadreEvent):
    """Key cadre_id. The cadre cannot be lent for the time being; the reason stays in the pool."""

    type: ClassVar[str] = "pool.cadre.suspended.v1"


class CadreResumed(CadreEvent):
    """Key cadre_id. The cadre can be lent again."""

    type: ClassVar[str] = "pool.cadre.resumed.v1"


class CadreChanged(CadreEvent):
    """Key cadre_id. Facts, home unit or pools changed: whoever needs them reads them anew."""

    type: ClassVar[str] = "pool.cadre.changed.v1"


class EntryEvent(Event):
    """A cadre's place in one pool."""

    key: ClassVar[str] = "entry_id"
    egress: ClassVar[Egress] = Egress.NEVER

    entry_id: UUID
    cadre_id: UUID
    home_unit: UnitCode
    pool_kind: Code
    state: Code


class EntryNominated(EntryEvent):
    """Key entry_id. The home unit nominated the cadre; the qualification check is due."""

    type: ClassVar[str] = "pool.entry.nominated.v1"


class EntryChecked(EntryEvent):
    """Key entry_id. The qualification check was made; ``state`` is ``checked`` whatever came of it."""

    type: ClassVar[str] = "pool.entry.checked.v1"


class EntryAdmitted(EntryEvent):
    """Key entry_id. The cadre belongs to the pool."""

    type: ClassVar[str] = "pool.entry.admitted.v1"


class EntryRefused(EntryEvent):
    """Key entry_id. The nomination was rejected or withdrawn; ``state`` says which."""

    type: ClassVar[str] = "pool.entry.refused.v1"


class EntrySuspended(EntryEvent):
    """Key entry_id. Out of the pool for the time being."""

    type: ClassVar[str] = "pool.entry.suspended.v1"


class EntryResumed(EntryEvent):
    """Key entry_id. Back in the pool."""

    type: ClassVar[str] = "pool.entry.resumed.v1"


class EntryExitProposed(EntryEvent):
    """Key entry_id. Somebody else must decide whether the cadre leaves the pool."""

    type: ClassVar[str] = "pool.entry.exit_proposed.v1"


class EntryExited(EntryEvent):
    """Key entry_id. The cadre left the pool; the ground stays there."""

    type: ClassVar[str] = "pool.entry.exited.v1"


class EntryReviewDue(EntryEvent):
    """Key entry_id. The yearly review is due."""

    type: ClassVar[str] = "pool.entry.review_due.v1"
    due_on: date


class EntryReviewed(EntryEvent):
    """Key entry_id. The yearly review is concluded; ``state`` is what came of it, ``next_due_on`` the next one."""

    type: ClassVar[str] = "pool.entry.reviewed.v1"
    next_due_on: date | None = None


class RecusalTurned(Event):
    """Key watch_id. A verdict somebody relies on (``ref``) has turned: ask again. Neither direction nor ground."""

    type: ClassVar[str] = "pool.recusal.turned.v1"
    key: ClassVar[str] = "watch_id"
    egress: ClassVar[Egress] = Egress.NEVER

    watch_id: UUID
    ref: Reference
    """Who relies on it, such as ``team:<id>``."""
    cadre_id: UUID
    unit_code: UnitCode
