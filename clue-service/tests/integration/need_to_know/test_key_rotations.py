"""Keys rotate while values are read and written; a run that dies in the middle is run again, and a key can go."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from chassis.identity import SYSTEM
from chassis.key_rotations import count_other, rotate_keys
from chassis.keyring import KeyRing
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.clue_imports.models import ClueImport, ClueImportPiece
from clue_service.clue_imports.service import piece_context
from clue_service.main import SERVICE, main
from clue_service.reporters.models import Reporter
from clue_service.sealed import SEALED
from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from typer.testing import CliRunner

from chassis import key_rotations

OLD, NEW = "k2", "k3"


class Killed(BaseException):
    """The process is gone: no handler of ordinary errors may meet it."""


@pytest.fixture
def use_ring(resources: Resources) -> Callable[..., None]:
    """``use_ring("k3", "k2", "k3")``: as if every process were restarted; the first key, which digests, is kept."""
    first = dict(resources.keys._keys)

    def use(current: str, *names: str) -> None:
        keys = first | {name: name.encode() * 16 for name in names}
        vars(resources.keys).update(vars(KeyRing(current, keys)))

    use(OLD, OLD)
    return use


@dataclass
class Kept:
    """Sealed values of every kind, and how to read them all again over HTTP or as the service does."""

    unsealing: str
    transfer: str
    consultation: str
    upload: Any


@pytest.fixture
async def kept(use_ring: Any, register: Any, marked: Any, convened: Any, call: Any, resources: Resources) -> Kept:
    for n in range(5):
        await register(
            "officer@pet-xs", origin_ref=f"k:{n}",
            reporter={"identity_type": "real_name", "name": f"举报人{n}", "contact": "1"},
            subjects=[{"name": f"某甲{n}", "id_number": "110101199003070011"}],
        )  # fmt: skip
    gone = await register("officer@pet-xs", origin_ref="k:gone")
    body = {"to_unit": "cmo-lh", "reason": "r"}
    sent = await call("supervisor@cmo-xs", "POST", f"/v1/clues/{gone['id']}/forward", body)
    assert sent.status_code == 200, sent.text
    await call("officer@pet-dh", "POST", f"/v1/clues/{marked.clue['id']}/accept")
    item = await convened("opened")
    for who, verb in (("leader@cdi-dh", "approve"), ("officer@pet-dh", "make")):
        done = await call(who, "POST", f"/v1/clue-exports/{marked.ids['clue-exports']}/{verb}")
        assert done.status_code == 200, done.text
    upload = await store_pieces(resources)
    return Kept(marked.ids["unsealing_id"], sent.json()["transfer_id"], item["id"], upload)


async def store_pieces(resources: Resources) -> Any:
    upload, now = uuid4(), resources.clock.now()
    async with engine_session(resources) as session:
        session.add(
            ClueImport(
                id=upload, form="csv", is_dry_run=False, status="receiving", received_bytes=5, rows_total=None,
                created_by="x", caller="x", unit=None, roles=[], clearance="internal", request_id="r",
                created_at=now, updated_at=now,
            )
        )  # fmt: skip
        await session.flush()
        for start in range(5):
            sealed = resources.keys.seal(b"piece", piece_context(upload, start))
            session.add(ClueImportPiece(import_id=upload, start=start, size=1, sealed=sealed))
    return upload


async def counts_under(resources: Resources, key: str) -> tuple[int, int]:
    """Values sealed under a key, and under others."""
    async with engine_session(resources) as session:
        other = sum([await count_other(session, column, key) for column in SEALED])
        every = sum([await count_other(session, column, "no such key") for column in SEALED])
    return every - other, other


async def read_all(call: Any, resources: Resources, kept: Kept) -> None:
    """Every sealed value opens with the ring in use."""
    asked = await call("officer@pet-dh", "GET", f"/v1/unsealings/{kept.unsealing}")
    assert asked.json()["reason"].endswith("须核实")
    seen = await call("supervisor@cmo-dh", "GET", f"/v1/consultations/{kept.consultation}")
    assert {one["text"] for one in seen.json()["opinions"]} == {"同意䶮三"}
    keys = resources.keys
    async with engine_session(resources) as session:
        names = [
            json.loads(keys.open(one.sealed, f"reporter:{one.clue_id}"))["name"]
            for one in await session.scalars(select(Reporter))
        ]
        pieces = (await session.scalars(select(ClueImportPiece).order_by(ClueImportPiece.start))).all()
        for column in SEALED:
            for row in await key_rotations.take_other(session, column, "no such key", after=None, limit=1_000):
                assert keys.open(row[0], column.context_of(row))
                with pytest.raises(InvalidTag):
                    keys.open(row[0], f"{column.context_of(row)}!")
    assert sorted(names) == [*(f"举报人{n}" for n in range(5)), "举报人墨痕"]
    assert [keys.open(one.sealed, piece_context(kept.upload, one.start)) for one in pieces] == [b"piece"] * 5


@pytest.mark.parametrize("done", [1, 4, 7, 12])
async def test_a_run_that_dies_in_the_middle_is_run_again_and_then_the_old_key_can_go(
    done: int, kept: Kept, use_ring: Any, call: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotations, "_AT_ONCE", 2)
    use_ring(NEW, OLD, NEW)
    with monkeypatch.context() as dying:
        dying.setattr(key_rotations, "put", _dies_after(done))
        with pytest.raises(Killed):
            await rotate_keys(SERVICE, resources, SYSTEM)
    anew, left = await counts_under(resources, NEW)
    assert left > 0
    assert done - 2 < anew <= done, "what was committed stays; the batch in hand is as it was"
    await read_all(call, resources, kept)
    outcome = await rotate_keys(SERVICE, resources, SYSTEM)
    assert (outcome.key, outcome.remaining, sum(outcome.resealed.values())) == (NEW, 0, left)
    use_ring(NEW, NEW)
    await read_all(call, resources, kept)
    received = await call("officer@pet-lh", "POST", f"/v1/clue-transfers/{kept.transfer}/receive")
    assert received.status_code == 200, received.text


def _dies_after(count: int) -> Callable[..., Awaitable[None]]:
    put, done = key_rotations.put, 0

    async def put_or_die(*args: Any) -> None:
        nonlocal done
        if done == count:
            raise Killed
        done += 1
        await put(*args)

    return put_or_die


async def test_runs_at_once_and_writes_meanwhile_leave_nothing_behind(
    kept: Kept, use_ring: Any, call: Any, register: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotations, "_AT_ONCE", 3)
    _, before = await counts_under(resources, NEW)
    use_ring(NEW, OLD, NEW)
    path = f"/v1/consultations/{kept.consultation}"
    *outcomes, _, reading = await asyncio.gather(
        rotate_keys(SERVICE, resources, SYSTEM),
        rotate_keys(SERVICE, resources, SYSTEM),
        register("officer@pet-dh", origin_ref="k:new", subjects=[{"name": "某乙", "id_number": "110101199003070011"}]),
        call("supervisor@cmo-dh", "GET", path),
    )
    assert {one["text"] for one in reading.json()["opinions"]} == {"同意䶮三"}
    assert [one.remaining for one in outcomes] == [0, 0]
    assert sum(sum(one.resealed.values()) for one in outcomes) == before
    kinds = {one.kind: sum(outcome.resealed[one.kind] for outcome in outcomes) for one in SEALED}
    assert min(kinds.values()) > 0, kinds
    assert sum((await rotate_keys(SERVICE, resources, SYSTEM)).resealed.values()) == 0
    async with engine_session(resources) as session:
        assert set(await session.scalars(select(Reporter.sealed_under))) == {NEW}


async def test_a_process_that_was_not_restarted_is_noticed(
    kept: Kept, use_ring: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_ring(NEW, OLD, NEW)
    late = KeyRing(OLD, dict(resources.keys._keys))
    count, done = key_rotations.count_other, 0

    async def count_after_a_late_write(*args: Any) -> int:
        nonlocal done
        done += 1
        if done == len(SEALED) + 1:
            async with engine_session(resources) as session:
                row = (await session.scalars(select(ClueImportPiece).limit(1))).one()
                row.sealed = late.seal(b"piece", piece_context(row.import_id, row.start))
        return await count(*args)

    monkeypatch.setattr(key_rotations, "count_other", count_after_a_late_write)
    assert (await rotate_keys(SERVICE, resources, SYSTEM)).remaining == 1


def test_the_command_is_there() -> None:
    shown = CliRunner().invoke(main, ["rotate-keys", "--help"])
    assert shown.exit_code == 0
    assert "current key" in shown.stdout
