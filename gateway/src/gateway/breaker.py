"""When to stop asking a service that fails, and how much may be asked twice."""

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 10.0
_LEAST = 20  # below this many exchanges a bad share says little
_SHARE = 0.5
_OPEN_S = 2.0  # a killed service is back within a second or two; longer would add to its outage


class Breaker:
    """Opens when half of the last exchanges failed; after a pause lets one through and judges by it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, bool]] = deque()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether the service is being spared."""
        return self._opened_at is not None

    def admits(self) -> bool:
        """Whether an exchange may start now."""
        if self._opened_at is None:
            return True
        if self._probing or self._now() - self._opened_at < _OPEN_S:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The service answered; what it answered is its own matter."""
        if self._opened_at is not None:
            self._opened_at = None
            self._probing = False
            self._seen.clear()
            self._failures = 0
        self._record(failed=False)

    def failed(self) -> None:
        """No connection, no answer in time, or a broken one."""
        self._record(failed=True)
        if self._opened_at is not None:
            self._opened_at = self._now()
            self._probing = False
        elif len(self._seen) >= _LEAST and self._failures >= _SHARE * len(self._seen):
            self._opened_at = self._now()

    def abandoned(self) -> None:
        """The exchange ended for the caller's reasons and says nothing about the service."""
        self._probing = False

    def _record(self, *, failed: bool) -> None:
        now = self._now()
        self._seen.append((now, failed))
        self._failures += failed
        while self._seen and now - self._seen[0][0] > _WINDOW_S:
            self._failures -= self._seen.popleft()[1]


class RetryBudget:
    """Second attempts are at most a tenth of all requests, so that retries cannot multiply an outage."""

    def __init__(self, share: float = 0.1, most: float = 10.0) -> None:
        self._share = share
        self._most = most
        self._tokens = most

    def earn(self) -> None:
        """One first attempt was made."""
        self._tokens = min(self._most, self._tokens + self._share)

    def spend(self) -> bool:
        """Whether one more second attempt may be made."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
