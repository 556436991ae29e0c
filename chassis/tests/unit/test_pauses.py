"""How long a leader waits after a failure: longer while it fails at once, not for the failures of its whole life."""

import pytest
from chassis.leadership import Pauses


@pytest.mark.parametrize(
    ("worked", "pauses"),
    [
        ((0, 0, 0, 0, 0, 0, 0, 0), (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)),
        ((60, 60, 60), (0.1, 0.1, 0.1)),
        ((0, 0, 0, 10, 0), (0.1, 0.2, 0.4, 0.1, 0.2)),
        ((0, 0, 0.3, 0.3), (0.1, 0.2, 0.4, 0.8)),
    ],
    ids=["at once", "after a while", "work in between", "little work"],
)
def test_the_pause_grows_only_while_nothing_works(worked: tuple[float, ...], pauses: tuple[float, ...]) -> None:
    waiting = Pauses()
    assert tuple(waiting.after(one) for one in worked) == pytest.approx(pauses)


def test_after_work_that_ended_well_the_pause_is_the_first_one() -> None:
    waiting = Pauses()
    assert [waiting.after(0), waiting.after(0)] == pytest.approx([0.1, 0.2])
    waiting.reset()
    assert waiting.after(0) == pytest.approx(0.1)
