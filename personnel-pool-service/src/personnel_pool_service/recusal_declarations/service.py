"""Self-declaration: a cadre says what ties there are; the recusal engine alone opens what was said."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.principals import service as principals
from personnel_pool_service.recusal_declarations import repository
from personnel_pool_service.recusal_declarations.errors import NotACadre
from personnel_pool_service.recusal_declarations.models import DeclarationRow
from personnel_pool_service.recusals.grounds import Tie, TieKind
from personnel_pool_service.sealing import open_record, seal_record
from personnel_pool_service.tables import new_id
from personnel_pool_service.units.service import require_units


async def declare(
    uow: Uow, keys: KeyRing, sub: str, occasion_ref: str, ties: Sequence[tuple[Tie, str | None]]
) -> DeclarationRow:
    """Keep what a cadre declares; it takes the place of what was declared before.

    Args:
        uow: The present unit of work.
        keys: Seals what was said.
        sub: The account that declares.
        occasion_ref: What it is for, such as ``round:<id>``.
        ties: Each with a note, which nobody but a holder of the keys reads.

    Raises:
        NotACadre: the account is no cadre's.
        UnknownUnit: a unit that is not in the directory.
    """
    cadre_id = await cadre_of(uow, keys, sub)
    if cadre_id is None:
        raise NotACadre
    await require_units(uow, {f"/ties/{index}/unit_code": tie.unit_code for index, (tie, _) in enumerate(ties)})
    await cadres.lock_cadres(uow, [cadre_id])
    await repository.retire_standing(uow.session, cadre_id)
    declaration_id = await new_id(uow.session)
    record = [
        {"kind": tie.kind.value, "unit_code": tie.unit_code, "last": str(tie.last) if tie.last else None, "note": note}
        for tie, note in ties
    ]
    row = DeclarationRow(
        id=declaration_id,
        cadre_id=cadre_id,
        occasion_ref=occasion_ref,
        declared_by=sub,
        declared_at=uow.now,
        is_standing=True,
        sealed=seal_record(keys, record, _context(declaration_id)),
    )
    await repository.add(uow.session, row)
    await uow.audit("declare", "recusal_declaration", row.id)
    return row


async def ties_of(uow: Uow, keys: KeyRing, cadre_ids: Collection[UUID]) -> dict[UUID, tuple[Tie, ...]]:
    """Declared ties by cadre; cadres who declared none are absent. Never answer or log any of it."""
    found = {}
    for cadre_id, declaration_id, sealed in await repository.list_standing(uow.session, cadre_ids):
        record = open_record(keys, sealed, _context(declaration_id))
        ties = tuple(
            Tie(TieKind(one["kind"]), one["unit_code"], date.fromisoformat(one["last"]) if one["last"] else None)
            for one in record
        )
        if ties:
            found[cadre_id] = ties
    return found


async def get_declaration(
    uow: Uow, keys: KeyRing, declaration_id: UUID, sub: str, *, reads_all: bool
) -> DeclarationRow:
    """A declaration; raises ``NotFound``, also for somebody else's."""
    row = await repository.find_declaration(uow.session, declaration_id)
    if row is None or (not reads_all and row.cadre_id != await cadre_of(uow, keys, sub)):
        raise NotFound
    return row


async def list_declarations(
    uow: Uow, *, occasion_ref: str | None, cadre_id: UUID | None, after: UUID | None, limit: int
) -> list[DeclarationRow]:
    """Declarations by id, one more than ``limit`` if there are more."""
    return await repository.list_declarations(
        uow.session, occasion_ref=occasion_ref, cadre_id=cadre_id, after=after, limit=limit
    )


async def cadre_of(uow: Uow, keys: KeyRing, sub: str) -> UUID | None:
    """The cadre an account belongs to, if any."""
    try:
        return (await principals.get_principal(uow, keys, sub)).cadre_id
    except NotFound:
        return None


def _context(declaration_id: UUID) -> str:
    return f"recusal_declaration:{declaration_id}"
