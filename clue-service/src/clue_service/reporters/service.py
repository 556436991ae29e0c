"""The reporters' vault: puts identities in; takes one out for an unsealing that two people agreed on."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.uow import Uow
from sqlalchemy import insert

from clue_service.reporters import repository
from clue_service.reporters.models import Reporter


def reporter_digest(keys: KeyRing, identity: Mapping[str, str]) -> bytes:
    """A keyed digest of name and contact: the same for a reporter who writes again, of no use without the key ring."""
    return keys.digest("reporter", identity.get("name", "").encode(), identity.get("contact", "").encode())


async def keep_reporter(uow: Uow, keys: KeyRing, clue_id: UUID, identity: Mapping[str, str]) -> None:
    """Seal a reporter's name and contact beside the clue."""
    uow.session.add(Reporter(**_record(uow, keys, clue_id, identity)))
    await uow.audit("keep_reporter", "clue", clue_id)


async def keep_reporters(uow: Uow, keys: KeyRing, identities: Mapping[UUID, Mapping[str, str]]) -> None:
    """The same for the reporters of many clues."""
    if not identities:
        return
    rows = [_record(uow, keys, clue_id, identity) for clue_id, identity in identities.items()]
    await uow.session.execute(insert(Reporter), rows)
    await uow.audit_many("keep_reporter", "clue", list(identities))


def _record(uow: Uow, keys: KeyRing, clue_id: UUID, identity: Mapping[str, str]) -> dict[str, Any]:
    sealed = keys.seal(json.dumps(dict(identity), ensure_ascii=False).encode(), f"reporter:{clue_id}")
    return {
        "clue_id": clue_id,
        "sealed": sealed,
        "sealed_under": keys.key_of(sealed),
        "digest": reporter_digest(keys, identity),
        "created_at": uow.now,
    }


async def open_reporter(uow: Uow, keys: KeyRing, clue_id: UUID) -> dict[str, str] | None:
    """The identity kept for a clue, or None. For unsealings only; the caller checks and logs."""
    sealed = await repository.find_sealed(uow.session, clue_id)
    if sealed is None:
        return None
    identity: dict[str, str] = json.loads(keys.open(sealed, f"reporter:{clue_id}"))
    return identity
