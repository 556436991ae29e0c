"""What is known about cadres and shown to nobody: relatives and identity numbers."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres import repository
from personnel_pool_service.cadres.domain import CadreFacts, RecusalFacts, Relative, relatives_to_json
from personnel_pool_service.cadres.errors import CadreExists
from personnel_pool_service.cadres.identity import IdNumber


async def seal_relatives(uow: Uow, keys: KeyRing, cadre_id: UUID, relatives: Sequence[Relative]) -> None:
    """Keep a cadre's relatives, replacing those known before."""
    await repository.store_sealed(uow.session, cadre_id, sealed_relatives(keys, cadre_id, relatives))


def sealed_relatives(keys: KeyRing, cadre_id: UUID, relatives: Sequence[Relative]) -> bytes:
    """Relatives as they are stored."""
    plain = json.dumps(relatives_to_json(relatives), ensure_ascii=False).encode()
    return keys.seal(plain, _facts_context(cadre_id))


async def seal_id_number(uow: Uow, keys: KeyRing, cadre_id: UUID, number: IdNumber) -> None:
    """Keep a cadre's identity number; raises ``CadreExists`` if it is somebody else's."""
    digest = number.digest(keys)
    owner = await repository.find_by_digest(uow.session, digest)
    if owner not in (None, cadre_id):
        raise CadreExists(members={"cadre_id": str(owner)})
    await repository.store_identity(uow.session, cadre_id, digest, sealed_id_number(keys, cadre_id, number))


def sealed_id_number(keys: KeyRing, cadre_id: UUID, number: IdNumber) -> bytes:
    """An identity number as it is stored."""
    return keys.seal(number.text.encode(), f"cadre_identity:{cadre_id}")


async def cadre_facts(uow: Uow, cadre_ids: Sequence[UUID]) -> dict[UUID, CadreFacts]:
    """What cadres' own rows and posts say; unknown ids are absent."""
    posts = await repository.list_posts(uow.session, cadre_ids)
    rows = await repository.list_for_recusal(uow.session, cadre_ids)
    return {one.id: CadreFacts(one.id, one.name, one.home_unit, one.native_place, tuple(posts[one.id])) for one in rows}


async def recusal_facts(
    uow: Uow, keys: KeyRing, cadre_ids: Sequence[UUID], known: Mapping[UUID, CadreFacts] | None = None
) -> dict[UUID, RecusalFacts]:
    """What may keep cadres from targets, relatives opened; unknown ids are absent. Never answer or log any of it.

    Args:
        uow: The present unit of work.
        keys: Opens relatives.
        cadre_ids: Whom it is about.
        known: What ``cadre_facts`` says of them, where somebody has just read it.
    """
    sealed = await repository.list_sealed(uow.session, cadre_ids)
    facts = await cadre_facts(uow, cadre_ids) if known is None else known
    return {
        one.cadre_id: RecusalFacts(
            one.cadre_id,
            one.name,
            one.home_unit,
            one.native_place,
            one.posts,
            relative_units=_units_of_relatives(keys, one.cadre_id, sealed.get(one.cadre_id)),
        )
        for one in facts.values()
    }


def _units_of_relatives(keys: KeyRing, cadre_id: UUID, sealed: bytes | None) -> frozenset[str]:
    if sealed is None:
        return frozenset()
    return frozenset(one["unit_code"] for one in json.loads(keys.open(sealed, _facts_context(cadre_id))))


async def open_relatives(uow: Uow, keys: KeyRing, cadre_ids: Sequence[UUID]) -> dict[UUID, tuple[Relative, ...]]:
    """Cadres' relatives, to compare them with what a roster says. Never answer or log any of it."""
    return {
        cadre_id: tuple(
            Relative(one["relation"], one["unit_code"], one["name"])
            for one in json.loads(keys.open(sealed, _facts_context(cadre_id)))
        )
        for cadre_id, sealed in (await repository.list_sealed(uow.session, cadre_ids)).items()
    }


def _facts_context(cadre_id: UUID) -> str:
    return f"recusal_fact:{cadre_id}"
