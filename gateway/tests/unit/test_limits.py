"""The arithmetic of limits, on a clock of the test's own."""

from gateway.breaker import Breaker, RetryBudget
from gateway.limits import RateLimiter


class _Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_the_steady_rate() -> None:
    time = _Time()
    limiter = RateLimiter(10, 5, now=time)
    assert [limiter.take("a").allowed for _ in range(6)] == [True] * 5 + [False]
    time.now += 0.1
    assert [limiter.take("a").allowed for _ in range(2)] == [True, False]
    assert limiter.take("b").remaining == 4


def test_a_rested_caller_has_the_whole_burst_again() -> None:
    time = _Time()
    limiter = RateLimiter(10, 5, now=time)
    for _ in range(5):
        limiter.take("a")
    time.now += 60
    assert [limiter.take("a").remaining for _ in range(5)] == [4, 3, 2, 1, 0]


def test_the_breaker_opens_on_half_failures_and_closes_on_a_good_probe() -> None:
    time = _Time()
    breaker = Breaker(now=time)
    for _ in range(10):
        breaker.succeeded()
    for _ in range(10):
        assert breaker.admits()
        breaker.failed()
    assert not breaker.admits()
    time.now += 2.1
    assert breaker.admits()
    assert not breaker.admits(), "one probe at a time"
    breaker.succeeded()
    assert breaker.admits()
    assert not breaker.is_open


def test_a_failed_probe_keeps_the_breaker_open() -> None:
    time = _Time()
    breaker = Breaker(now=time)
    for _ in range(20):
        breaker.failed()
    time.now += 2.1
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()


def test_an_abandoned_probe_lets_the_next_one_through() -> None:
    time = _Time()
    breaker = Breaker(now=time)
    for _ in range(20):
        breaker.failed()
    time.now += 2.1
    assert breaker.admits()
    breaker.abandoned()
    assert breaker.admits()


def test_old_failures_are_forgotten() -> None:
    time = _Time()
    breaker = Breaker(now=time)
    for _ in range(19):
        breaker.failed()
    time.now += 11
    breaker.failed()
    assert breaker.admits()


def test_second_attempts_stay_a_tenth() -> None:
    budget = RetryBudget()
    spent = 0
    for _ in range(1000):
        budget.earn()
        spent += budget.spend()
    assert spent <= 110
