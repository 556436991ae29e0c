"""The kill matrix: its judge sees every harm, its proxy harms, and a short run of it; the whole of it by proof."""

import asyncio
import contextlib
import os
import time
from pathlib import Path

import pytest
from chassis.testing.counting import judge
from heli_local.faults import report
from heli_local.faults.command import BASELINE_TITLES, TITLES
from heli_local.faults.matrix import BASELINE, BY_NAME, MATRIX, Pace, run_blocks
from heli_local.faults.proxy import FaultProxy

GOOD = [("a", 1), ("b", 1), ("a", 2), ("a", 3)]


@pytest.mark.parametrize(
    ("effects", "answered", "verdict"),
    [
        (GOOD, {"a": 3}, (0, 0, 0)),
        (GOOD[:-1], {}, (1, 0, 0)),
        ([*GOOD, ("b", 1)], {}, (0, 1, 0)),
        ([("a", 2), ("b", 1), ("a", 1), ("a", 3)], {}, (0, 0, 1)),
        ([("a", 2), ("a", 2), ("b", 1), ("a", 3)], {}, (1, 1, 0)),
        (GOOD, {"a": 4}, (1, 0, 0)),
        (GOOD, {"c": 2}, (2, 0, 0)),
    ],
    ids=["good", "lost", "twice", "out of order", "lost and twice", "answered and gone", "a whole aggregate gone"],
)
def test_the_judge_sees_every_harm(
    effects: list[tuple[str, int]], answered: dict[str, int], verdict: tuple[int, int, int]
) -> None:
    found = judge({"a": 3, "b": 1}, effects, answered)
    assert (found.lost, found.doubled, found.disordered) == verdict
    assert found.is_good == (verdict == (0, 0, 0))


async def test_the_proxy_passes_on_goes_silent_and_cuts() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = FaultProxy(server.sockets[0].getsockname()[1])
    await proxy.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"one")
    assert await reader.read(3) == b"one"
    proxy.go_silent()
    writer.write(b"two")
    answer = asyncio.create_task(reader.read(3))
    done, _ = await asyncio.wait({answer}, timeout=0.2)
    assert not done
    proxy.heal()
    with contextlib.suppress(ConnectionError):  # reset instead of closed: as good
        assert await answer == b""
    writer.close()
    again, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    proxy.delay_s = 0.2
    began = time.monotonic()
    writer.write(b"three")
    assert await again.read(5) == b"three"
    assert time.monotonic() - began >= 0.4
    writer.close()
    await proxy.close()
    server.close()


def test_a_report_grows_and_says_it_as_a_page(tmp_path: Path) -> None:
    faults = (*MATRIX, *BASELINE)
    blocks = [report.Block(one.name, one.careless, 5, 1000, int(one.careless), 0, 0, 1.5, 9.0) for one in faults]
    report.write(tmp_path / "r.json", blocks)
    assert report.read(tmp_path / "r.json") == blocks
    page = report.page([*blocks, *blocks], TITLES, BASELINE_TITLES)
    ours, careless = len(MATRIX), len(BASELINE)
    assert f"| **all** | {10 * ours} | {2000 * ours:,} | 0 | 0 | 0 | 1.5 s |" in page
    assert f"| **all** | {10 * careless} | {2000 * careless:,} | {2 * careless} | 0 | 0 | 1.5 s |" in page
    assert len(TITLES) == ours


async def test_a_few_rounds_lose_nothing_double_nothing_and_keep_the_order() -> None:
    blocks: list[report.Block] = []
    names = ("consumer-killed", "network-cut")
    await run_blocks([BY_NAME[name] for name in names], Pace(rounds=1, events=40, rate=60), blocks.append)
    assert [one.fault for one in blocks] == list(names)
    assert all(one.is_good for one in blocks), blocks
    assert min(one.committed for one in blocks) >= 40


@pytest.mark.proof
@pytest.mark.timeout(0)
async def test_the_whole_matrix_loses_nothing_and_commit_then_publish_does() -> None:
    """200 rounds and 100,000 events through the outbox; the baseline must show that the faults bite."""
    faults = [fault for fault in MATRIX if os.geteuid() == 0 or not fault.needs_small_disks]
    blocks: list[report.Block] = []
    await run_blocks([*faults, *BASELINE], Pace(rounds=10, events=500), blocks.append)
    ours, careless = ([one for one in blocks if one.careless is kind] for kind in (False, True))
    assert all(one.is_good for one in ours), ours
    assert sum(one.rounds for one in ours) >= 10 * len(faults)
    assert sum(one.committed for one in ours) >= 5000 * len(faults)
    assert sum(one.lost for one in careless) > 0
