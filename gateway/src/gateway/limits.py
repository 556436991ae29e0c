"""How much one caller may ask: GCRA, one number per caller, in this process."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

_MAX_CALLERS = 50_000
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and what the caller's headers say."""

    allowed: bool
    remaining: int
    reset_s: int
    """Until the whole burst is available again; for a refused request, until one is."""


class RateLimiter:
    """Generic cell rate algorithm: ``rate`` requests per second for long, ``burst`` at once."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._step = 1.0 / rate
        self._span = burst / rate
        self._now = now
        self._full_at: dict[str, float] = {}
        self.policy = f'"default";q={burst};w={math.ceil(self._span)}'

    def take(self, caller: str) -> Verdict:
        """Count one request of ``caller``."""
        now = self._now()
        full_at = max(self._full_at.get(caller, now), now) + self._step
        if full_at - now > self._span + _ROUNDING:
            return Verdict(allowed=False, remaining=0, reset_s=max(1, math.ceil(full_at - now - self._span)))
        if len(self._full_at) >= _MAX_CALLERS:
            self._forget_idle(now)
        self._full_at[caller] = full_at
        return Verdict(
            allowed=True,
            remaining=int((self._span - (full_at - now)) / self._step + 1e-6),
            reset_s=math.ceil(full_at - now),
        )

    def _forget_idle(self, now: float) -> None:
        self._full_at = {caller: at for caller, at in self._full_at.items() if at > now}
        while len(self._full_at) >= _MAX_CALLERS:
            del self._full_at[next(iter(self._full_at))]
