"""Clues that came in are followed in runs: what is owed for each is owed once, and names the event it follows from."""

from typing import Any

from chassis.testing.harness import Harness
from contracts.clue import ClueRegistered
from contracts.envelope import Envelope

OFFICER = "officer@pet-xn"
REPORTER = {"identity_type": "real_name", "name": "申䶮", "contact": "139䶮"}


async def test_a_run_owes_what_its_events_owe_each_with_its_own_cause(
    register: Any, matter: Any, harness: Harness
) -> None:
    named = [await register(OFFICER, origin_ref=f"n:{n}", reporter=REPORTER) for n in range(2)]
    await register(OFFICER, origin_ref="a:1")
    inspected = await register("officer@pet-dh", matter[2])
    run = await registered(harness)
    await harness.deliver_together(run)
    await harness.deliver_together(run)
    for envelope, event in run:
        await harness.deliver(event, aggregate_id=envelope.aggregate_id, version=envelope.version)
    told = {event.clue_no: envelope for envelope, event in run}
    owed = await harness.staged_events("clue.reporter_notice.owed.")
    started = await harness.staged_events("clue.clue_clock.started.")
    assert sorted(one.data["clue_no"] for one in owed) == [clue["clue_no"] for clue in named], "once each"
    assert [one.data["clue_no"] for one in started] == [inspected["clue_no"]]
    for one in (*owed, *started):
        cause = told[one.data["clue_no"]]
        assert (one.headers["heli-causation"], one.headers["heli-correlation"]) == (str(cause.id), cause.correlation_id)


async def registered(harness: Harness) -> list[tuple[Envelope, ClueRegistered]]:
    """The events of all clues that came in, as they lie in the outbox."""
    return [
        (Envelope.from_headers(one.headers), ClueRegistered.model_validate(one.data))
        for one in await harness.staged_events(ClueRegistered.type)
    ]
