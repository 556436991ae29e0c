"""Everything this service seals lies under the new key after a rotation, and opens as before once the old is gone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.identity import SYSTEM
from chassis.key_rotations import count_other, rotate_keys, take_other
from chassis.keyring import KeyRing
from chassis.service import Resources
from chassis.testing.harness import Harness
from cryptography.exceptions import InvalidTag
from notification_service.briefings.contents import open_content, open_recall
from notification_service.briefings.models import Briefing, BriefingEdition
from notification_service.main import SERVICE
from notification_service.preferences.models import Preference
from notification_service.preferences.service import chat_of, email_of
from notification_service.webhooks.models import Webhook

OLD, NEW = "k2", "k3"
WORDS = "通报正文䶮"


@pytest.fixture
def use_ring(resources: Resources) -> Callable[..., None]:
    """``use_ring("k3", "k2", "k3")``: as if every process were restarted; the first key, which digests, is kept."""
    first = dict(resources.keys._keys)

    def use(current: str, *names: str) -> None:
        keys = first | {name: name.encode() * 16 for name in names}
        vars(resources.keys).update(vars(KeyRing(current, keys)))

    use(OLD, OLD)
    return use


@pytest.fixture
async def kept(use_ring: Any, client: Any, headers: Any, city: Harness, resources: Resources) -> tuple[UUID, UUID]:
    """A value of every kind; the ids of the briefing and of the webhook."""
    officer, chief = headers("petition-a", "pet-a", "intake_officer"), headers("chief-a", "cdi-a", "principal_leader")

    async def done(who: Any, method: str, path: str, body: Any = None) -> Any:
        answer = await client.request(method, path, json=body, headers=who)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json() if answer.content else None

    draft = {
        "kind": "petition_situation", "title": WORDS, "text": WORDS, "period_from": "2026-07-01",
        "period_to": "2026-09-30", "scope_units": ["su-1"], "recipients": [{"person": "handler-inv"}],
        "ack_due_on": "2026-11-30",
    }  # fmt: skip
    briefing = (await done(officer, "POST", "/v1/briefings", draft))["id"]
    for who, verb, body in ((chief, "review", None), (officer, "issue", None), (chief, "withdraw", {"reason": WORDS})):
        await done(who, "POST", f"/v1/briefings/{briefing}/{verb}", body)
    keys, hook = resources.keys, uuid4()
    async with resources.transactions(SYSTEM) as uow:
        uow.session.add(
            Webhook(
                id=hook, owner_sub="li", claimed={}, url="https://receiver.test", event_types=["*"], description=None,
                state="active", disabled_because=None, secret=keys.seal(b"new", f"webhook:{hook}"),
                old_secret=keys.seal(b"old", f"webhook:{hook}"), old_secret_until=uow.now, failures=0,
                failing_since=None, resting_until=None, created_at=uow.now, version=1,
            )
        )  # fmt: skip
        sealed = {name: keys.seal(f"li@{name}".encode(), f"preference:{name}:li") for name in ("email", "code", "chat")}
        uow.session.add(
            Preference(
                sub="li", language="en", timezone="Asia/Shanghai", digest_at=None, quiet_from=None, quiet_to=None,
                muted_kinds=[], email_state="confirmed", code_until=uow.now, code_tries=0, version=1, **sealed,
            )
        )  # fmt: skip
    return UUID(briefing), hook


async def test_everything_is_sealed_anew_and_read_once_the_old_key_is_gone(
    kept: Any, use_ring: Any, resources: Resources
) -> None:
    async with resources.database.sessions() as session:
        stored = {one.value.key: await count_other(session, one, "no such key") for one in SERVICE.sealed}
    assert min(stored.values()) > 0, stored
    use_ring(NEW, OLD, NEW)
    outcome = await rotate_keys(SERVICE, resources, SYSTEM)
    assert (outcome.key, outcome.remaining) == (NEW, 0)
    assert sum(outcome.resealed.values()) == sum(stored.values()) == len(SERVICE.sealed)
    use_ring(NEW, NEW)
    briefing_id, hook_id = kept
    async with resources.database.sessions() as session:
        for column in SERVICE.sealed:
            for row in await take_other(session, column, "no such key", after=None, limit=100):
                with pytest.raises(InvalidTag):
                    resources.keys.open(row[0], f"{column.context_of(row)}!")
        edition = await session.get_one(BriefingEdition, (briefing_id, 1))
        assert open_content(resources.keys, edition).text == WORDS
        assert open_recall(resources.keys, await session.get_one(Briefing, briefing_id)) == WORDS
        preference = await session.get_one(Preference, "li")
        assert (email_of(resources, preference), chat_of(resources, preference)) == ("li@email", "li@chat")
        hook = await session.get_one(Webhook, hook_id)
        assert [resources.keys.open(one, f"webhook:{hook_id}") for one in (hook.secret, hook.old_secret or b"")] == [
            b"new",
            b"old",
        ]
