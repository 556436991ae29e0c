"""How rows are cut into batches."""

import pytest
from chassis.broker import Message
from chassis.outbox import Unsent, runs_of_one_stream


@pytest.mark.parametrize(
    ("subjects", "runs"),
    [
        ([], []),
        (["evt.a", "evt.b"], [["evt.a", "evt.b"]]),
        (["evt.a", "dlq.c.evt.a", "evt.b"], [["evt.a"], ["dlq.c.evt.a"], ["evt.b"]]),
    ],
)
def test_a_batch_stays_within_one_stream_and_keeps_the_order(subjects: list[str], runs: list[list[str]]) -> None:
    rows = [Unsent(number, Message(subject, {}, b"")) for number, subject in enumerate(subjects)]
    assert [[row.message.subject for row in run] for run in runs_of_one_stream(rows)] == runs
