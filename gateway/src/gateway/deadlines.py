"""How long an exchange may take in all. Most are over before anybody looks at the clock."""

import asyncio


class Deadline:
    """Ends the task it is made in after ``seconds``, from when it is told to ``watch``; ``is_over`` says that it did.

    What ``asyncio.timeout`` does, without a timer for exchanges that are over before they are watched.
    """

    __slots__ = ("_at", "_loop", "_task", "_timer", "is_over")

    def __init__(self, seconds: float, task: "asyncio.Task[object]") -> None:
        self._loop = asyncio.get_running_loop()
        self._task = task
        self._at: float | None = self._loop.time() + seconds
        self._timer: asyncio.TimerHandle | None = None
        self.is_over = False

    @property
    def left_ms(self) -> int:
        """Milliseconds that are left; none once it is lifted."""
        return max(0, int((self._at - self._loop.time()) * 1000)) if self._at is not None else 0

    def watch(self) -> None:
        """End the task when the time is up."""
        if self._at is not None:
            self._timer = self._loop.call_at(self._at, self._end)

    def lift(self) -> None:
        """The exchange may take as long as it likes from now on, or is over."""
        self._at = None
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        self._task.cancel()
