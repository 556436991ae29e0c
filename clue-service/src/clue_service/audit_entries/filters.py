"""What a list of audit entries can be narrowed by."""

from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditFilter:
    """None: not narrowed by it. ``since`` is included, ``until`` is not."""

    object_type: str | None = None
    object_id: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def given(self) -> list[str]:
        """The names of what the list is narrowed by, for the log of reading the log."""
        return sorted(name for name, value in asdict(self).items() if value is not None)
