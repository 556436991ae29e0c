"""Proof of the audit log: every seal is measured again and compared; the command ``verify-audit``."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated

import typer
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.commands import counting_bar, opened_resources, operator
from chassis.db import Database
from chassis.keyring import KeyRing
from chassis.seals import ORIGIN, Seal, audit_seal, begins_after, count_waiting, measure, seal_of_row
from chassis.service import Service

_PAGE = 200

Progress = Callable[[int, int], None]
"""Gets seals proved, and seals there are."""


@dataclass(frozen=True)
class Fault:
    """What does not fit. ``kind``: entries_missing, entries_added, entries_changed (edited or put in another order),
    seal_changed, seal_missing (one in between is gone), head_missing (the end of the chain was cut off or made anew).
    """

    seal: int
    kind: str


@dataclass
class Proof:
    """What a verification found. ``waiting`` entries have no seal yet; ``head`` is worth noting down elsewhere."""

    seals: int = 0
    entries: int = 0
    waiting: int = 0
    head: str = ORIGIN.head
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_proven(self) -> bool:
        """Whether nothing was found that does not fit."""
        return not self.faults


async def prove(database: Database, keys: KeyRing, heads: list[str], progress: Progress = lambda *_: None) -> Proof:
    """Measure every seal anew, on one snapshot of the database.

    Args:
        heads: Heads noted down earlier (``number:hexadecimal``), which the chain must still contain.
    """
    proof = Proof()
    async with database.sessions.begin() as session:
        await session.execute(text("set transaction isolation level repeatable read, read only"))
        total = int(await session.scalar(select(func.count()).select_from(audit_seal)) or 0)
        ends = await _ends(session)
        last, known = ORIGIN, set(heads)
        while page := await _page(session, last.id):
            for seal in page:
                end = next((entry for number, entry in ends if number >= seal.id), None)
                proof.faults += await _faults(session, keys, last, seal, end)
                proof.seals, proof.entries = proof.seals + 1, proof.entries + seal.entries
                known.discard(seal.head)
                last = seal
                progress(proof.seals, total)
        proof.faults += [Fault(int(head.partition(":")[0]), "head_missing") for head in sorted(known)]
        proof.waiting = await count_waiting(session)
    proof.head = last.head
    return proof


async def _page(session: AsyncSession, after: int) -> list[Seal]:
    query = select(audit_seal).where(audit_seal.c.id > after).order_by(audit_seal.c.id).limit(_PAGE)
    return [seal_of_row(row) for row in (await session.execute(query)).mappings()]


async def _ends(session: AsyncSession) -> list[tuple[int, int]]:
    """Seals that closed off what came from another server, with its last entry: earlier ranges end there too."""
    query = select(audit_seal.c.id, audit_seal.c.up_to_entry).where(audit_seal.c.up_to_entry.is_not(None))
    return [(number, entry) for number, entry in await session.execute(query.order_by(audit_seal.c.id))]


async def _faults(session: AsyncSession, keys: KeyRing, last: Seal, seal: Seal, end: int | None) -> list[Fault]:
    begin = begins_after(last)
    found = []
    if seal.id != begin.id:
        return [Fault(number, "seal_missing") for number in range(begin.id, seal.id)]
    begins_there = (seal.after_entry, seal.from_transaction) == (begin.after_entry, begin.from_transaction)
    if not begins_there or seal.chain != seal.chained(keys, last.chain):
        found.append(Fault(seal.id, "seal_changed"))
    now = await measure(session, keys, replace(seal, up_to_entry=end))
    if now.entries != seal.entries:
        found.append(Fault(seal.id, "entries_missing" if now.entries < seal.entries else "entries_added"))
    elif now.digest != seal.digest:
        found.append(Fault(seal.id, "entries_changed"))
    return found


def verify_audit_command(service: Service) -> Callable[..., None]:
    """The command ``verify-audit`` of a service."""

    def verify_audit(
        head: Annotated[
            list[str] | None,
            typer.Option(help="a head noted earlier (from this command or the log), which must still be there"),
        ] = None,
        by: Annotated[str | None, typer.Option(help="who verifies, for the log; else the login")] = None,
    ) -> None:
        """Prove that no audited row was edited, deleted, added or put in another order since it was sealed.

        Prints one JSON object; ends with 0 if the chain is proven, with 1 if something does not fit.
        """
        heads = head or []
        if any(not one.partition(":")[0].isdigit() for one in heads):
            raise typer.BadParameter("a head looks like 12:9f86d0…", param_hint="--head")
        with counting_bar("proving seals") as progress:
            proof = asyncio.run(_verify(service, heads, by, progress))
        typer.echo(json.dumps({"proven": proof.is_proven, **asdict(proof)}))
        raise typer.Exit(0 if proof.is_proven else 1)

    return verify_audit


async def _verify(service: Service, heads: list[str], by: str | None, progress: Progress) -> Proof:
    async with opened_resources(service) as resources:
        proof = await prove(resources.database, resources.keys, heads, progress)
        async with resources.transactions(operator(by)) as uow:
            detail = {"proven": proof.is_proven, "seals": proof.seals, "faults": len(proof.faults)}
            await uow.audit("verify", "audit_log", "-", detail=detail)
        return proof
