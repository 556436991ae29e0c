"""What is known about cadres and shown to nobody: relatives and identity numbers."""

import json
from collections.abc import Sequence
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres import repository
from personnel_pool_service.cadres.domain import RecusalFacts, Relative, relatives_to_json
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


async def recusal_facts(uow: Uow, keys: KeyRing, cadre_ids: Sequence[UUID]) -> dict[UUID, RecusalFacts]:
    """What may keep cadres from targets, relatives opened; unknown ids are absent. Never answer or log any of it."""
    sealed = await repository.list_sealed(uow.session, cadre_ids)
    posts = await repository.list_posts(uow.session, cadre_ids)
    facts = {}
    for cadre_id, name, home_unit, native_place in await repository.list_for_recusal(uow.session, cadre_ids):
        relatives = json.loads(keys.open(sealed[cadre_id], _facts_context(cadre_id))) if cadre_id in sealed else []
        facts[cadre_id] = RecusalFacts(
            cadre_id=cadre_id,
            name=name,
            home_unit=home_unit,
            native_place=native_place,
            posts=tuple(posts[cadre_id]),
            relative_units=frozenset(relative["unit_code"] for relative in relatives),
        )
    return facts


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
