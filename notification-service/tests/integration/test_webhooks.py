"""Webhooks from registration to the receiver: what is sent, to whom, how often, and what never is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from chassis.testing.harness import Harness
from fastapi import FastAPI
from notification_service.webhooks.models import WebhookDelivery
from sqlalchemy import select, text
from standardwebhooks import Webhook as Verifier
from starlette.responses import Response

from contracts import clue, inspection, pool

from .conftest import Owners, Receiver

Headers = Callable[..., dict[str, str]]
Sending = Callable[[], Awaitable[None]]


@pytest.fixture
def mine(headers: Headers) -> dict[str, str]:
    return headers("handler-inv", "inv-a", "handler")


async def register(outside: httpx2.AsyncClient, who: dict[str, str], url: str, *types: str) -> dict[str, Any]:
    answer = await outside.post("/v1/webhooks", json={"url": url, "event_types": list(types or ["*"])}, headers=who)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, Any] = answer.json()
    return made


async def deliveries(outside: httpx2.AsyncClient, who: dict[str, str], hook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await outside.get(f"/v1/webhooks/{hook['id']}/deliveries", headers=who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def hook_now(outside: httpx2.AsyncClient, who: dict[str, str], hook: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await outside.get(f"/v1/webhooks/{hook['id']}", headers=who)).json()
    return found


def path_of(event: Any) -> str:
    return f"/v1/clues/{event.clue_id}/access"


async def test_an_event_is_signed_and_sent_once_to_whoever_may_read_its_subject(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    hook = await register(outside, mine, receiver.url, "clue.clue.*")
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    owners.allow("handler-inv", path_of(event))
    envelope = await city.deliver(event, commission="cdi-a")
    await sending()
    await sending()
    (got,) = receiver.got
    assert got.headers["webhook-id"] == str(envelope.id) == got.event["id"]
    assert got.event["type"] == "clue.clue.assigned.v1"
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    assert Verifier(hook["secret"]).verify(got.body, got.headers) == got.event
    (sent,) = await deliveries(outside, mine, hook)
    assert (sent["state"], sent["attempts"], sent["last_status"]) == ("delivered", 1, 204)


async def test_whoever_may_not_read_the_subject_hears_nothing_and_learns_nothing(
    outside: httpx2.AsyncClient,
    city: Harness,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    hook = await register(outside, mine, receiver.url)
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"), commission="cdi-a")
    assert await deliveries(outside, mine, hook) == [], "what was not checked yet is not shown either"
    await sending()
    assert (receiver.got, await deliveries(outside, mine, hook)) == ([], [])
    async with city.resources.database.sessions() as session:
        (row,) = (await session.scalars(select(WebhookDelivery))).all()
    for path, method in ((f"deliveries/{row.id}", "GET"), (f"deliveries/{row.id}/redeliver", "POST")):
        answer = await outside.request(method, f"/v1/webhooks/{hook['id']}/{path}", headers=mine)
        assert answer.status_code == 404


async def test_types_that_serve_the_platform_alone_never_leave(
    outside: httpx2.AsyncClient, city: Harness, receiver: Receiver, sending: Sending, mine: dict[str, str]
) -> None:
    await register(outside, mine, receiver.url, "*")
    changed = pool.PrincipalUpserted(sub="another", unit="inv-a", roles=("handler",), version=1)
    await city.deliver(changed, aggregate_id="another")
    async with city.resources.database.sessions() as session:
        stored = await session.scalar(text("select count(*) from outward_event"))
    await sending()
    assert (stored, receiver.got) == (0, [])


async def test_open_events_reach_the_commission_they_belong_to_without_asking(
    outside: httpx2.AsyncClient, city: Harness, owners: Owners, receiver: Receiver, sending: Sending, headers: Headers
) -> None:
    await register(outside, headers("system-a", "cmo-a", "integrator"), receiver.url, "inspection.matter.*")
    await register(outside, headers("system-b", "cmo-b", "integrator"), receiver.url, "inspection.matter.*")
    matter = inspection.MatterDecided.model_validate(
        {"supervision_matter_id": uuid4(), "state": "decided", "lead_office": "insp", "lead_unit": "su-1"}
    )
    await city.deliver(matter, commission="cdi-a")
    await sending()
    assert receiver.types() == ["inspection.matter.decided.v1"], (
        "the other commission's system was asked for, and not sent to"
    )
    assert owners.asked == 1, "for the other commission's system, which may not read it"


async def test_a_failing_receiver_is_tried_again_with_the_same_id_until_it_takes_the_message(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    hook = await register(outside, mine, receiver.url)
    receiver.answers = [Response(status_code=500), Response(status_code=503, headers={"Retry-After": "120"})]
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    owners.allow("handler-inv", path_of(event))
    await city.deliver(event)
    await sending()
    await sending()
    assert len(receiver.got) == 1, "not before its time"
    clock.advance(seconds=7)
    await sending()
    clock.advance(seconds=90)
    await sending()
    assert len(receiver.got) == 2, "the receiver asked for two minutes"
    clock.advance(seconds=31)
    await sending()
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert len(receiver.got) == 3
    (sent,) = await deliveries(outside, mine, hook)
    log = (await outside.get(f"/v1/webhooks/{hook['id']}/deliveries/{sent['id']}", headers=mine)).json()["log"]
    assert [(one["code"], one["status"]) for one in log] == [("answered", 500), ("answered", 503), ("delivered", 204)]
    assert (await hook_now(outside, mine, hook))["failing_since"] is None


async def test_a_receiver_that_fails_for_28_hours_is_switched_off_its_owner_told_and_nothing_lost(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
    inbox: Any,
) -> None:
    hook = await register(outside, mine, receiver.url)
    receiver.answers = [Response(status_code=500) for _ in range(12)]
    event = clue_event(clue.ClueAssigned, lead_unit="inv-b")
    owners.allow("handler-inv", path_of(event))
    await city.deliver(event)
    for _ in range(9):
        await sending()
        clock.advance(hours=15)
    assert (await hook_now(outside, mine, hook))["disabled_because"] == "failing"
    told = [one["kind"] for one in await inbox("handler-inv")]
    assert told == ["webhook_disabled"]
    tried = len(receiver.got)
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-b"), version=2)
    await sending()
    assert len(receiver.got) == tried
    receiver.answers = []
    assert (await outside.post(f"/v1/webhooks/{hook['id']}/enable", headers=mine)).status_code == 200
    await sending()
    assert receiver.types()[tried:] == ["clue.clue.assigned.v1", "clue.clue.extended.v1"]


async def test_a_receiver_that_is_gone_is_switched_off_at_once(
    outside: httpx2.AsyncClient, receiver: Receiver, sending: Sending, mine: dict[str, str]
) -> None:
    hook = await register(outside, mine, receiver.url)
    receiver.answers = [Response(status_code=410)]
    assert (await outside.post(f"/v1/webhooks/{hook['id']}/test", headers=mine)).status_code == 202
    await sending()
    assert (await hook_now(outside, mine, hook))["disabled_because"] == "gone"


async def test_a_receiver_that_hangs_holds_up_no_other(
    outside: httpx2.AsyncClient,
    outward_app: FastAPI,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    mine: dict[str, str],
    headers: Headers,
    clue_event: Any,
) -> None:
    from notification_service.webhooks.delivering import send_due

    hanging, other = asyncio.Event(), headers("cmo-a", "cmo-a", "case_supervisor")

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.close()
        await writer.wait_closed()

    slow = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = slow.sockets[0].getsockname()[1]
    stuck = await register(outside, mine, f"http://127.0.0.1:{port}/hook")
    await register(outside, other, receiver.url)
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    for sub in ("handler-inv", "cmo-a"):
        owners.allow(sub, path_of(event))
    await city.deliver(event)
    resources = outward_app.state.resources
    await send_due(resources)
    waiting = list(resources.own.turns.values())
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(pending), len(receiver.got)) == (1, 1, 1)
    await asyncio.gather(*pending)
    (sent,) = await deliveries(outside, mine, stuck)
    assert (sent["state"], sent["last_code"]) == ("pending", "timed_out")
    hanging.set()
    slow.close()
    await slow.wait_closed()


async def test_while_an_owner_cannot_be_asked_nothing_is_sent_and_nothing_lost(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    await register(outside, mine, receiver.url)
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    owners.allow("handler-inv", path_of(event))
    owners.away = True
    await city.deliver(event)
    await sending()
    assert receiver.got == []
    owners.away = False
    clock.advance(seconds=3)
    await sending()
    assert receiver.types() == ["clue.clue.assigned.v1"]


async def test_two_processes_send_a_message_once(
    outside: httpx2.AsyncClient,
    outward_app: FastAPI,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    """Twenty messages, four deliverers at once that know nothing of each other."""
    from notification_service.webhooks.delivering import Deliverer

    await register(outside, mine, receiver.url)
    event = clue_event(clue.ClueExtended, lead_unit="inv-a")
    owners.allow("handler-inv", path_of(event))
    for version in range(1, 21):
        await city.deliver(event, version=version)
    resources = outward_app.state.resources
    processes = [Deliverer(resources.own.rights, resources.own.poster, {}) for _ in range(4)]
    await asyncio.gather(*(one.start_due(resources) for one in processes))
    await asyncio.gather(*(one.finish() for one in processes))
    ids = [one.headers["webhook-id"] for one in receiver.got]
    assert len(ids) == len(set(ids)) == 20


async def test_a_message_in_hand_when_its_process_dies_is_sent_after_its_lease(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    await register(outside, mine, receiver.url)
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    owners.allow("handler-inv", path_of(event))
    await city.deliver(event)
    async with city.resources.database.sessions.begin() as session:
        await session.execute(text("update webhook_delivery set locked_until = now() + interval '1 hour'"))
    await sending()
    assert receiver.got == []
    async with city.resources.database.sessions.begin() as session:
        await session.execute(text("update webhook_delivery set locked_until = now() - interval '1 second'"))
    await sending()
    assert len(receiver.got) == 1


async def test_after_a_rotation_both_secrets_verify_for_a_day(
    outside: httpx2.AsyncClient, receiver: Receiver, sending: Sending, mine: dict[str, str], clock: Any
) -> None:
    hook = await register(outside, mine, receiver.url)
    rotated = (await outside.post(f"/v1/webhooks/{hook['id']}/rotate", headers=mine)).json()
    assert rotated["secret"] != hook["secret"]
    await outside.post(f"/v1/webhooks/{hook['id']}/test", headers=mine)
    await sending()
    for secret in (hook["secret"], rotated["secret"]):
        Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    clock.advance(hours=25)
    await outside.post(f"/v1/webhooks/{hook['id']}/test", headers=mine)
    await sending()
    assert len(receiver.got[1].headers["webhook-signature"].split(" ")) == 1
    Verifier(rotated["secret"]).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_a_settled_message_can_be_sent_again_with_its_id(
    outside: httpx2.AsyncClient, receiver: Receiver, sending: Sending, mine: dict[str, str]
) -> None:
    hook = await register(outside, mine, receiver.url)
    made = (await outside.post(f"/v1/webhooks/{hook['id']}/test", headers=mine)).json()
    again = f"/v1/webhooks/{hook['id']}/deliveries/{made['id']}/redeliver"
    assert (await outside.post(again, headers=mine)).json()["code"] == "move_refused"
    await sending()
    assert (await outside.post(again, headers=mine)).status_code == 202
    await sending()
    assert [one.headers["webhook-id"] for one in receiver.got] == [made["message_id"]] * 2


async def test_redirects_are_not_followed(
    outside: httpx2.AsyncClient, receiver: Receiver, sending: Sending, mine: dict[str, str]
) -> None:
    hook = await register(outside, mine, receiver.url)
    receiver.answers = [Response(status_code=307, headers={"Location": "http://127.0.0.1:1/inward"})]
    await outside.post(f"/v1/webhooks/{hook['id']}/test", headers=mine)
    await sending()
    (sent,) = await deliveries(outside, mine, hook)
    assert (sent["last_code"], sent["last_status"], len(receiver.got)) == ("answered", 307, 1)


async def test_the_secret_is_shown_once_and_stored_sealed(
    outside: httpx2.AsyncClient, city: Harness, receiver: Receiver, mine: dict[str, str]
) -> None:
    keyed = {**mine, "Idempotency-Key": "k-1"}
    body = {"url": receiver.url, "event_types": ["*"]}
    made = (await outside.post("/v1/webhooks", json=body, headers=keyed)).json()
    again = await outside.post("/v1/webhooks", json=body, headers=keyed)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert "secret" not in again.json()
    assert "secret" not in (await hook_now(outside, mine, made))
    async with city.resources.database.sessions() as session:
        row = (await session.execute(text("select w::text from webhook w"))).scalar_one()
    assert made["secret"] not in row
    assert made["secret"].encode().hex() not in row


async def test_a_webhook_is_its_owners_alone(
    outside: httpx2.AsyncClient, receiver: Receiver, mine: dict[str, str], headers: Headers
) -> None:
    hook = await register(outside, mine, receiver.url)
    other = headers("chief-a", "cdi-a", "principal_leader", "platform_admin")
    calls = [
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/disable"), ("POST", "/enable"), ("POST", "/rotate"),
        ("POST", "/test"), ("GET", "/deliveries"),
    ]  # fmt: skip
    for method, path in calls:
        body = {"description": "x"} if method == "PATCH" else None
        answer = await outside.request(
            method, f"/v1/webhooks/{hook['id']}{path}", json=body, headers={**other, "If-Match": '"1"'}
        )
        assert answer.status_code == 404, (method, path)
    assert (await outside.get("/v1/webhooks", headers=other)).json()["items"] == []


BAD = [
    ({"url": "http://10.0.0.8/hook", "event_types": ["*"]}, "webhook_url_refused"),
    ({"url": "https://169.254.169.254/latest", "event_types": ["*"]}, "webhook_url_refused"),
    ({"url": "https://localhost.invalid/hook", "event_types": ["*"]}, "webhook_url_unknown"),
    ({"url": "file:///etc/passwd", "event_types": ["*"]}, "webhook_url_refused"),
    ({"url": "https://93.184.216.34/", "event_types": []}, "invalid_request"),
    ({"url": "https://93.184.216.34/", "event_types": ["no.such.type.v1"]}, "invalid_request"),
    ({"url": "https://93.184.216.34/", "event_types": ["pool.principal.upserted.v1"]}, "invalid_request"),
    ({"url": "https://93.184.216.34/", "event_types": ["*"], "secret": "mine"}, "invalid_request"),
    ({"event_types": ["*"]}, "invalid_request"),
]


@pytest.mark.parametrize(("body", "code"), BAD)
async def test_bad_webhooks_are_refused_with_a_reason(
    outside: httpx2.AsyncClient, mine: dict[str, str], body: dict[str, Any], code: str
) -> None:
    answer = await outside.post("/v1/webhooks", json=body, headers=mine)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_changed_address_is_checked_and_versions_guard_changes(
    outside: httpx2.AsyncClient, receiver: Receiver, mine: dict[str, str]
) -> None:
    hook = await register(outside, mine, receiver.url)
    path = f"/v1/webhooks/{hook['id']}"
    refused = await outside.patch(path, json={"url": "https://10.0.0.1/"}, headers={**mine, "If-Match": '"1"'})
    assert refused.json()["code"] == "webhook_url_refused"
    assert (await outside.patch(path, json={"description": "a"}, headers=mine)).status_code == 428
    changed = await outside.patch(path, json={"event_types": ["clue.*"]}, headers={**mine, "If-Match": '"1"'})
    assert (changed.json()["event_types"], changed.headers["etag"]) == (["clue.*"], '"2"')
    assert (await outside.delete(path, headers={**mine, "If-Match": '"1"'})).status_code == 412
    assert (await outside.delete(path, headers={**mine, "If-Match": '"2"'})).status_code == 204
    assert (await outside.get(path, headers=mine)).status_code == 404


async def test_of_many_registrations_at_once_no_more_than_twenty_succeed(
    outside: httpx2.AsyncClient, receiver: Receiver, mine: dict[str, str]
) -> None:
    body = {"url": receiver.url, "event_types": ["*"]}
    answers = await asyncio.gather(*(outside.post("/v1/webhooks", json=body, headers=mine) for _ in range(26)))
    codes = [one.status_code for one in answers]
    assert (codes.count(201), codes.count(409)) == (20, 6)


async def test_old_events_are_forgotten_with_their_deliveries(
    outside: httpx2.AsyncClient,
    outward_app: FastAPI,
    city: Harness,
    receiver: Receiver,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    from notification_service.outward_events.service import forget_old_events

    await register(outside, mine, receiver.url)
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    clock.advance(days=29)
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
    clock.advance(days=2)
    await forget_old_events(outward_app.state.resources)
    async with city.resources.database.sessions() as session:
        kept = list(await session.scalars(select(WebhookDelivery.event_type)))
        events = await session.scalar(text("select count(*) from outward_event"))
    assert (kept, events) == (["clue.clue.extended.v1"], 1)
