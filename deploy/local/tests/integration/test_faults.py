"""The kill matrix: its judge sees every harm, its proxy harms, short runs of it; the whole of it by proof."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from chassis.testing.counting import judge
from heli_local.faults import report, skew
from heli_local.faults.campaign import Campaign, next_order, orders
from heli_local.faults.command import BASELINE_TITLES, INTERRUPTED, TITLES
from heli_local.faults.lane import Lane
from heli_local.faults.matrix import BASELINE, MATRIX, find
from heli_local.faults.proxy import FaultProxy
from heli_local.faults.rounds import Order
from heli_local.faults.world import Kind
from heli_local.running import HELI

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
    blocks = [
        report.Block(one.name, one.kind.careless, 5, 1000, int(one.kind.careless), 0, 0, 1.5, 9.0) for one in faults
    ]
    report.write(tmp_path / "r.json", blocks)
    assert report.read(tmp_path / "r.json") == blocks
    page = report.page([*blocks, *blocks], TITLES, BASELINE_TITLES, "heli faults")
    ours, careless = len(MATRIX), len(BASELINE)
    assert f"| **all** | {10 * ours} | {2000 * ours:,} | 0 | 0 | 0 | 1.5 s |" in page
    assert f"| **all** | {10 * careless} | {2000 * careless:,} | {2 * careless} | 0 | 0 | 1.5 s |" in page
    assert len(TITLES) == ours


async def test_a_few_rounds_lose_nothing_double_nothing_and_keep_the_order() -> None:
    async with Lane() as lane:
        blocks = [await lane.run(Order(name, False, 1, 40, 60)) for name in ("consumer-killed", "network-cut")]
    assert all(one.is_good for one in blocks), blocks
    assert min(one.committed for one in blocks) >= 40


def test_what_the_report_has_is_not_done_again_and_a_seed_draws_the_same_order() -> None:
    campaign, faults = Campaign(rounds=10), [*MATRIX, *BASELINE]
    whole = orders(campaign, faults, [])
    assert whole == orders(campaign, faults, [])
    assert whole != orders(Campaign(rounds=10, seed=2), faults, [])
    assert sum(one.rounds for one in whole if not one.careless) == 10 * len(MATRIX)
    done = [report.Block(one.fault, one.careless, one.rounds, 1, 0, 0, 0, 0.0, 1.0) for one in whole[:7]]
    unsettled = report.Block("relay-killed", False, 5, 0, 0, 0, 0, 1.0, 300.0, unsettled="not within 300 s")
    left = orders(campaign, faults, [*done, unsettled])
    assert Counter(one.fault for one in left) + Counter(one.fault for one in whole[:7]) == Counter(
        one.fault for one in whole
    )
    taken: list[Kind] = []
    before: Order | None = None
    while left:
        before = next_order(left, before)
        taken.append(find(before.fault, careless=before.careless).kind)
    assert taken == sorted(taken), "a lane makes a world of each kind once"


def test_a_block_that_did_not_settle_is_no_good_one() -> None:
    block = report.Block("relay-killed", False, 5, 900, 0, 0, 0, 1.0, 9.0, unsettled="its lane ended with -9")
    assert not block.is_good
    assert (report.total([block]).rounds, report.total([block]).committed) == (0, 0)
    assert "**did not settle**: relay-killed: its lane ended with -9" in report.page([block], TITLES, {}, "heli faults")


@pytest.mark.proof
def test_an_interrupted_run_leaves_its_report_and_no_process(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    # A shell's job in the background is told to overlook interrupts, and what it starts inherits that.
    interruptible = ["env", "--default-signal=INT", HELI, "faults", "--report", file]
    command = [*interruptible, "--rounds", "400", "--events", "20", "--lanes", "1"]
    with subprocess.Popen([*command, "--only", "consumer-killed"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        assert "consumer-killed: 5 rounds" in first
        running.send_signal(signal.SIGINT)
        said = running.stdout.read()
    assert running.returncode == INTERRUPTED
    assert "rounds are left" in said
    blocks = report.read(file)
    assert sum(one.rounds for one in blocks) >= 5
    assert all(one.is_good for one in blocks)
    assert "consumer" in file.with_suffix(".md").read_text()


@pytest.mark.skipif(skew.library() is None, reason="NOT RUN: libfaketime is not there (Debian: faketime)")
def test_a_turned_clock_reaches_a_process_and_leaves_its_waiting_alone(tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    skew.turn(offset, -86400)
    program = (
        "import asyncio, time; began = time.monotonic(); asyncio.run(asyncio.sleep(.2));"
        " print(time.time(), time.monotonic() - began)"
    )
    env = {"PATH": os.environ["PATH"], **skew.environment(offset)}
    told = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True).stdout
    now, waited = map(float, told.split())
    assert abs(time.time() - 86400 - now) < 600
    assert 0.2 <= waited < 600


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[report.Block]:
    """The command as people give it, once; it says of each block how it went."""
    file = tmp_path_factory.mktemp("faults") / "faults.json"
    done = subprocess.run([HELI, "faults", "--report", file], check=False)
    assert done.returncode == 0
    return report.read(file)


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_two_hundred_rounds_lose_nothing_and_commit_then_publish_does(
    whole: list[report.Block], record_property: Callable[[str, int], None]
) -> None:
    ours, careless = ([one for one in whole if one.careless is kind] for kind in (False, True))
    assert all(one.is_good for one in ours), ours
    assert not any(one.unsettled for one in whole), whole
    assert sum(one.rounds for one in ours) >= 200
    assert sum(one.committed for one in ours) >= 100_000
    lost = sum(one.lost for one in careless)
    assert lost > 0, "or the faults do not bite"
    record_property("rounds of faults", sum(one.rounds for one in ours))
    record_property("committed events, none lost, doubled or out of order", sum(one.committed for one in ours))
    record_property("events lost by commit-then-publish, the baseline", lost)


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN, full disks: only root can mount disks small enough to fill")
def test_full_disks_were_among_them(whole: list[report.Block]) -> None:
    assert sum(one.rounds for one in whole if find(one.fault, careless=one.careless).kind.small_disks) >= 20


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.skipif(skew.library() is None, reason="NOT RUN, the system's clock: libfaketime is not there")
def test_a_turned_system_clock_was_among_them(whole: list[report.Block]) -> None:
    assert sum(one.rounds for one in whole if find(one.fault, careless=one.careless).kind.skewed) >= 10
