"""Why a re-clustering does not run."""


class ReclusteringStopped(Exception):
    """A run that could not begin or did not come to its end; says why."""


class BatchExtraMissing(ReclusteringStopped):
    """Splink and DuckDB are not installed."""

    def __init__(self) -> None:
        super().__init__("re-clustering needs Splink on DuckDB: pip install 'clue-service[batch]'")


class ReclusteringRunning(ReclusteringStopped):
    """Another process is at it."""

    def __init__(self) -> None:
        super().__init__("another re-clustering is running")


class ReclusteringTooLong(ReclusteringStopped):
    """The time allowed is over; nothing was proposed."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"stopped after {minutes} minutes (HELI_RECLUSTER_MINUTES); nothing was proposed")
