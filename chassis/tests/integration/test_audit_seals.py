"""The audit log is chained: nothing final is left out, and whatever is done to the table shows."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chassis.audit_proof import Fault, Proof, prove
from chassis.embedded import ServiceDatabase
from chassis.identity import SYSTEM
from chassis.keyring import KeyRing
from chassis.seals import BATCH, ORIGIN, audit_seal, begins_after, measure, seal_entries
from chassis.service import Resources
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis import tables

AsOwner = Callable[..., Awaitable[None]]


@pytest.fixture
def as_owner(service_database: ServiceDatabase) -> AsOwner:
    """What somebody does who has the database in his hands."""

    async def execute(*statements: str) -> None:
        engine = create_async_engine(service_database.owner, poolclass=NullPool)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    return execute


async def write(resources: Resources, count: int, *, together: bool = False) -> None:
    """Audit ``count`` reads, each in a transaction of its own, or all in one."""
    if together:
        async with resources.transactions(SYSTEM) as uow:
            await uow.audit_many("read", "thing", list(range(count)))
        return
    for number in range(count):
        async with resources.transactions(SYSTEM) as uow:
            await uow.audit("read", "thing", f"t{number}", detail={"n": number, "text": "汉字"})


async def proof_of(resources: Resources, *heads: str) -> Proof:
    return await prove(resources.database, resources.keys, list(heads))


async def test_what_is_final_is_chained_once_and_proven(resources: Resources) -> None:
    await write(resources, 5)
    assert await seal_entries(resources.database, resources.keys) == 5
    assert await seal_entries(resources.database, resources.keys) == 0
    await write(resources, 3)
    assert (await proof_of(resources)).waiting == 3
    assert await seal_entries(resources.database, resources.keys) == 3
    proof = await proof_of(resources)
    assert (proof.faults, proof.seals, proof.entries, proof.waiting) == ([], 2, 8, 0)


TAMPERING = {
    "an edited actor": ("update audit_entry set actor = 'nobody' where id = 3", "entries_changed"),
    "an edited detail": ("""update audit_entry set detail = '{"n": 9}' where id = 3""", "entries_changed"),
    "an edited time": ("update audit_entry set at = at + interval '1 us' where id = 3", "entries_changed"),
    "a deleted row": ("delete from audit_entry where id = 3", "entries_missing"),
    "a row put in afterwards": (
        """insert into audit_entry (at, actor, action, object_type, object_id, detail, transaction_id)
        select at, actor, action, object_type, object_id, detail, transaction_id from audit_entry where id = 3""",
        "entries_added",
    ),
    "two rows in another order": (
        """with two as (select max(object_id) filter (where id = 2) as one, max(object_id) filter (where id = 3) as two
        from audit_entry) update audit_entry set object_id = case id when 2 then two.two else two.one end
        from two where id in (2, 3)""",
        "entries_changed",
    ),
    "a seal made to fit without the key": (
        "update audit_seal set digest = sha256('x'), entries = 5 where id = 1", "seal_changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_tampering_is_found(resources: Resources, as_owner: AsOwner, tampering: str) -> None:
    statement, kind = TAMPERING[tampering]
    for _ in range(2):
        await write(resources, 5)
        await seal_entries(resources.database, resources.keys)
    assert (await proof_of(resources)).is_proven
    await as_owner(statement)
    proof = await proof_of(resources)
    assert not proof.is_proven
    assert Fault(1, kind) in proof.faults
    assert all(fault.seal == 1 for fault in proof.faults)


async def test_a_missing_seal_is_found_and_a_cut_end_by_a_head_noted_down(
    resources: Resources, as_owner: AsOwner
) -> None:
    for _ in range(3):
        await write(resources, 2)
        await seal_entries(resources.database, resources.keys)
    head = (await proof_of(resources)).head
    assert (await proof_of(resources, head)).is_proven
    await as_owner(
        "delete from audit_entry where transaction_id >= (select from_transaction from audit_seal where id = 3)",
        "delete from audit_seal where id = 3",
    )
    assert (await proof_of(resources)).is_proven  # nothing inside the database can tell
    assert (await proof_of(resources, head)).faults == [Fault(3, "head_missing")]
    await as_owner("delete from audit_seal where id = 1")
    assert Fault(1, "seal_missing") in (await proof_of(resources)).faults


async def test_another_key_proves_nothing(resources: Resources) -> None:
    await write(resources, 2)
    await seal_entries(resources.database, resources.keys)
    proof = await prove(resources.database, KeyRing.ephemeral(), [])
    assert {fault.kind for fault in proof.faults} == {"seal_changed", "entries_changed"}


async def test_an_entry_that_commits_late_is_not_left_out(resources: Resources) -> None:
    async with resources.transactions(SYSTEM) as late:
        await late.audit("read", "thing", "late")
        await late.finish()
        await write(resources, 3)  # later numbers, committed earlier
        assert await seal_entries(resources.database, resources.keys) == 0
    assert await seal_entries(resources.database, resources.keys) == 4
    assert (await proof_of(resources)).is_proven


async def test_writers_and_sealers_at_once_leave_nothing_out(resources: Resources) -> None:
    done = asyncio.Event()

    async def seal_on() -> None:
        while not done.is_set():
            await seal_entries(resources.database, resources.keys)
            await asyncio.sleep(0)

    sealers = [asyncio.create_task(seal_on()) for _ in range(2)]
    await asyncio.gather(*(write(resources, 15) for _ in range(6)), write(resources, 40, together=True))
    done.set()
    await asyncio.gather(*sealers)
    await seal_entries(resources.database, resources.keys)
    proof = await proof_of(resources)
    assert (proof.faults, proof.entries, proof.waiting) == ([], 130, 0)
    assert proof.seals > 1


async def test_a_batch_is_bounded_but_keeps_a_transaction_together(resources: Resources) -> None:
    await write(resources, BATCH + 300, together=True)
    await write(resources, 1)
    await seal_entries(resources.database, resources.keys)
    async with resources.database.sessions() as session:
        sizes = list(await session.scalars(select(audit_seal.c.entries).order_by(audit_seal.c.id)))
    assert sizes == [BATCH + 300, 1]
    assert (await proof_of(resources)).is_proven


async def test_the_chain_goes_on_after_a_restore_to_a_server_that_counts_anew(
    resources: Resources, as_owner: AsOwner
) -> None:
    await write(resources, 4)
    await seal_entries(resources.database, resources.keys)
    async with resources.database.sessions() as session:
        (seal,) = (await session.execute(select(audit_seal))).mappings()
    # As if the first server had counted far: its chain is made with the numbers it had.
    far = 10**12
    await write(resources, 2)
    await as_owner(
        f"update audit_entry set transaction_id = transaction_id + {far}",
        "truncate audit_seal",
    )
    async with resources.database.sessions.begin() as session:
        draft = replace(begins_after(ORIGIN), to_transaction=seal["to_transaction"] + far)
        first = await measure(session, resources.keys, draft)
        first = replace(first, chain=first.chained(resources.keys, b""))
        await session.execute(insert(audit_seal).values({**first.__dict__}))
    await write(resources, 3)
    assert await seal_entries(resources.database, resources.keys) == 5
    proof = await proof_of(resources)
    assert (proof.faults, proof.entries, proof.waiting, proof.seals) == ([], 9, 0, 3)


async def test_the_runtime_role_can_add_seals_but_not_change_them(resources: Resources) -> None:
    for statement in ("update audit_seal set entries = 0", "delete from audit_seal", "truncate audit_seal"):
        async with resources.database.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(statement))


async def test_the_command_reports_as_json_ends_accordingly_and_is_logged(
    resources: Resources, as_owner: AsOwner, service_database: ServiceDatabase, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"current": "k1", "keys": {"k1": "A" * 43 + "="}}))
    await write(resources, 3)
    await seal_entries(resources.database, KeyRing.from_file(keys))

    def verify(*arguments: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-c", _COMMAND, "verify-audit", "--by", "审计员", *arguments]
        env = {**os.environ, "HELI_DATABASE_URL": service_database.app, "HELI_KEYS_FILE": str(keys)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    code, report = await asyncio.to_thread(verify)
    assert (code, report["proven"], report["seals"], report["entries"], report["faults"]) == (0, True, 1, 3, [])
    assert (await asyncio.to_thread(verify, "--head", report["head"]))[0] == 0
    assert (await asyncio.to_thread(verify, "--head", "nonsense"))[0] == 2
    await as_owner("delete from audit_entry where id = 2")
    code, report = await asyncio.to_thread(verify)
    assert (code, report["faults"]) == (1, [{"seal": 1, "kind": "entries_missing"}])
    async with resources.database.sessions() as session:
        entry = tables.audit_entry.c
        query = select(entry.actor, func.count()).where(entry.action == "verify").group_by(entry.actor)
        assert (await session.execute(query)).all() == [("operator:审计员", 3)]


_COMMAND = (
    "from chassis.runtime import service_cli; from chassis.testing.sample.service import SAMPLE; service_cli(SAMPLE)()"
)
