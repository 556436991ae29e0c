"""Use cases of principals."""

from collections.abc import Collection
from uuid import UUID

from chassis.directory import store_principal
from chassis.errors import FieldError, NotFound, StaleVersion
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres.errors import UnknownCadre
from personnel_pool_service.principals import repository
from personnel_pool_service.principals.domain import PrincipalDraft, PrincipalFacts
from personnel_pool_service.principals.errors import CadreLinkedElsewhere
from personnel_pool_service.principals.events import principal_upserted
from personnel_pool_service.principals.models import PrincipalRow


async def upsert_principal(
    uow: Uow, keys: KeyRing, draft: PrincipalDraft, *, seen_version: int | None
) -> tuple[PrincipalFacts, bool]:
    """Create or change a principal; what changes nothing bumps nothing and tells nobody.

    Returns:
        The principal and whether it is new.

    Raises:
        StaleVersion: it is not at ``seen_version``.
        CadreLinkedElsewhere: another account belongs to the cadre.
        UnknownCadre: there is no such cadre.
    """
    row, created = await repository.lock_or_add(uow.session, draft.sub, uow.now)
    if created and seen_version is not None:
        raise StaleVersion
    row.require_version(seen_version)
    before = _facts(row, keys)
    row.unit, row.roles, row.clearance = draft.unit, list(draft.roles), draft.clearance
    if "name" in draft.given:
        row.name = draft.given["name"]
    if draft.given.get("contact", before.contact) != before.contact:
        contact = draft.given["contact"]
        row.contact = None if contact is None else keys.seal(contact.encode(), _contact_context(draft.sub))
    if "cadre_id" in draft.given:
        await _link(uow, row, draft.given["cadre_id"])
    if created or _facts(row, keys) != before:
        await _record(uow, row, created=created)
    return _facts(row, keys), created


async def link_cadre(uow: Uow, sub: str, cadre_id: UUID, unit: str) -> None:
    """Make ``sub`` the account of a cadre; an account that is not known yet is created in the cadre's unit.

    Raises:
        CadreLinkedElsewhere: the account belongs to another cadre, or the cadre has another account.
    """
    row, created = await repository.lock_or_add(uow.session, sub, uow.now)
    if row.cadre_id == cadre_id:
        return
    if row.cadre_id is not None:
        raise CadreLinkedElsewhere
    await _link(uow, row, cadre_id)
    if created:
        row.unit = unit
    await _record(uow, row, created=created)


async def unlink_cadre(uow: Uow, cadre_id: UUID) -> None:
    """Take the account from a cadre, if it has one."""
    sub = await repository.find_sub_of_cadre(uow.session, cadre_id)
    if sub is not None:
        row, _ = await repository.lock_or_add(uow.session, sub, uow.now)
        row.cadre_id = None
        await _record(uow, row, created=False)


async def subs_of(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, str]:
    """Cadre id → sub, for the cadres that have an account."""
    return await repository.list_subs(uow.session, cadre_ids) if cadre_ids else {}


async def owners_of(uow: Uow, subs: Collection[str]) -> dict[str, UUID]:
    """Sub → cadre id, for the accounts that belong to a cadre."""
    return await repository.list_owners(uow.session, subs) if subs else {}


async def get_principal(uow: Uow, keys: KeyRing, sub: str) -> PrincipalFacts:
    """The principal; raises ``NotFound``."""
    row = await repository.find_principal(uow.session, sub)
    if row is None:
        raise NotFound
    return _facts(row, keys)


async def list_principals(
    uow: Uow, *, unit: str | None, role: str | None, after: str | None, limit: int
) -> list[PrincipalRow]:
    """Principals by sub, one more than ``limit`` if there are more."""
    return await repository.list_principals(uow.session, unit=unit, role=role, after=after, limit=limit)


async def _link(uow: Uow, row: PrincipalRow, cadre_id: UUID | None) -> None:
    if cadre_id is not None and not await repository.has_cadre(uow.session, cadre_id):
        raise UnknownCadre(errors=[FieldError("/cadre_id", "unknown_cadre", UnknownCadre.title)])
    if cadre_id is not None and await repository.find_sub_of_cadre(uow.session, cadre_id) not in (None, row.sub):
        raise CadreLinkedElsewhere
    row.cadre_id = cadre_id


async def _record(uow: Uow, row: PrincipalRow, *, created: bool) -> None:
    if not created:
        row.touch(uow.now)
    event = principal_upserted(row)
    await uow.session.flush()
    await store_principal(uow.session, {**event.model_dump(), "version": row.version})
    await uow.emit(event, aggregate_id=row.sub, version=row.version)
    await uow.audit("create_principal" if created else "change_principal", "principal", row.sub)


def _facts(row: PrincipalRow, keys: KeyRing) -> PrincipalFacts:
    contact = None if row.contact is None else keys.open(row.contact, _contact_context(row.sub)).decode()
    return PrincipalFacts(
        sub=row.sub,
        unit=row.unit,
        roles=tuple(row.roles),
        clearance=row.clearance,
        cadre_id=row.cadre_id,
        name=row.name,
        contact=contact,
        version=row.version,
    )


def _contact_context(sub: str) -> str:
    return f"principal:{sub}:contact"
