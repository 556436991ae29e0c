"""Webhooks over HTTP: each account has its own and sees no others."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, RequiredIfMatch, UowDep, answer_resource, check_version, set_etag
from fastapi import APIRouter, Query, Request, Response

from notification_service.notices.schemas import NothingIn
from notification_service.resources import own_of
from notification_service.webhooks import service
from notification_service.webhooks.models import Webhook
from notification_service.webhooks.schemas import (
    DeliveryOut,
    DeliveryWithAttemptsOut,
    WebhookIn,
    WebhookOut,
    WebhookPatch,
    WebhookWithSecretOut,
)

router = APIRouter(tags=["webhooks"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


def _path(webhook: Webhook) -> str:
    return f"/v1/webhooks/{webhook.id}"


def _with_secret(response: Response, webhook: Webhook, secret: str) -> WebhookWithSecretOut:
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretOut.model_validate({**WebhookOut.model_validate(webhook).model_dump(), "secret": secret})


@router.post("/v1/webhooks", status_code=201)
async def create_webhook(
    body: WebhookIn, request: Request, response: Response, caller: Caller, uow: UowDep
) -> WebhookWithSecretOut:
    """Have events sent to an address of yours. The answer shows the signing secret, this once.

    Messages are CloudEvents in JSON, signed as Standard Webhooks says. You are told only of what you could read
    yourself when the message is sent; content is never in it. Answer 2xx quickly and remember `webhook-id`: after an
    error or silence the same message comes again, eight times over at least 28 hours.
    """
    resources = resources_of(request)
    await own_of(resources).poster.check(body.url)
    webhook, secret = await service.add_webhook(uow, resources, caller, body)
    answer_resource(response, uow, _path(webhook), webhook.version, created=True)
    return _with_secret(response, webhook, secret)


@router.get("/v1/webhooks")
async def list_webhooks(
    _caller: Caller, uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[WebhookOut]:
    """Your webhooks, oldest first."""
    found = await service.list_webhooks(uow, id_of_cursor(cursor), limit)
    page = found[:limit]
    return Page(
        items=[WebhookOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/webhooks/{webhook_id}")
async def get_webhook(webhook_id: UUID, response: Response, _caller: Caller, uow: UowDep) -> WebhookOut:
    """One of your webhooks."""
    webhook = await service.get_webhook(uow, webhook_id)
    set_etag(response, webhook.version)
    return WebhookOut.model_validate(webhook)


@router.patch("/v1/webhooks/{webhook_id}")
async def change_webhook(
    webhook_id: UUID,
    body: WebhookPatch,
    request: Request,
    response: Response,
    caller: Caller,
    uow: UowDep,
    if_match: RequiredIfMatch,
) -> WebhookOut:
    """Change address, event types or description."""
    if body.url is not None:
        await own_of(resources_of(request)).poster.check(body.url)
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    check_version(if_match, webhook.version)
    await service.change_webhook(uow, caller, webhook, body)
    set_etag(response, webhook.version)
    return WebhookOut.model_validate(webhook)


@router.delete("/v1/webhooks/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: UUID, _caller: Caller, uow: UowDep, if_match: RequiredIfMatch) -> None:
    """Delete a webhook; what waits for it is not sent any more."""
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    check_version(if_match, webhook.version)
    await service.remove_webhook(uow, webhook)


async def _switch(
    webhook_id: UUID, verb: str, response: Response, caller: Caller, uow: UowDep, if_match: int | None
) -> WebhookOut:
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    check_version(if_match, webhook.version)
    await service.switch(uow, caller, webhook, verb)
    answer_resource(response, uow, _path(webhook), webhook.version)
    return WebhookOut.model_validate(webhook)


@router.post("/v1/webhooks/{webhook_id}/disable")
async def disable_webhook(
    webhook_id: UUID, response: Response, caller: Caller, uow: UowDep, if_match: IfMatch, _body: NothingIn | None = None
) -> WebhookOut:
    """Send nothing for now. What comes meanwhile waits as long as events are kept."""
    return await _switch(webhook_id, "disable", response, caller, uow, if_match)


@router.post("/v1/webhooks/{webhook_id}/enable")
async def enable_webhook(
    webhook_id: UUID, response: Response, caller: Caller, uow: UowDep, if_match: IfMatch, _body: NothingIn | None = None
) -> WebhookOut:
    """Send again, what has waited first."""
    return await _switch(webhook_id, "enable", response, caller, uow, if_match)


@router.post("/v1/webhooks/{webhook_id}/rotate")
async def rotate_webhook_secret(
    webhook_id: UUID,
    request: Request,
    response: Response,
    _caller: Caller,
    uow: UowDep,
    if_match: IfMatch,
    _body: NothingIn | None = None,
) -> WebhookWithSecretOut:
    """A new secret, shown this once. For 24 hours messages carry a signature under the old one as well."""
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    check_version(if_match, webhook.version)
    secret = await service.rotate_secret(uow, resources_of(request), webhook)
    answer_resource(response, uow, _path(webhook), webhook.version)
    return _with_secret(response, webhook, secret)


@router.post("/v1/webhooks/{webhook_id}/test", status_code=202)
async def send_webhook_test(
    webhook_id: UUID, response: Response, _caller: Caller, uow: UowDep, _body: NothingIn | None = None
) -> DeliveryOut:
    """Send a message about nothing, of type `heli.webhook.test.v1`; follow it under `deliveries`."""
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    delivery = await service.add_test(uow, webhook)
    path = f"{_path(webhook)}/deliveries/{delivery.id}"
    response.headers["Location"] = path
    uow.outcome(202, path)
    return DeliveryOut.model_validate(delivery)


@router.get("/v1/webhooks/{webhook_id}/deliveries")
async def list_webhook_deliveries(
    webhook_id: UUID,
    _caller: Caller,
    uow: UowDep,
    state: Literal["pending", "delivered", "exhausted"] | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[DeliveryOut]:
    """What was sent or tried, newest first."""
    webhook = await service.get_webhook(uow, webhook_id)
    found = await service.list_deliveries(uow, webhook, state=state, before=id_of_cursor(cursor), limit=limit)
    page = found[:limit]
    return Page(
        items=[DeliveryOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def get_webhook_delivery(
    webhook_id: UUID, delivery_id: UUID, _caller: Caller, uow: UowDep
) -> DeliveryWithAttemptsOut:
    """One delivery with every attempt."""
    webhook = await service.get_webhook(uow, webhook_id)
    delivery = await service.get_delivery(uow, webhook, delivery_id)
    log = await service.list_attempts(uow, delivery)
    return DeliveryWithAttemptsOut.model_validate(
        {**DeliveryOut.model_validate(delivery).model_dump(), "log": log}, from_attributes=True
    )


@router.post("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver_webhook_delivery(
    webhook_id: UUID,
    delivery_id: UUID,
    response: Response,
    _caller: Caller,
    uow: UowDep,
    _body: NothingIn | None = None,
) -> DeliveryOut:
    """Send a settled message again, with the same `webhook-id`."""
    webhook = await service.get_webhook(uow, webhook_id, lock=True)
    delivery = await service.get_delivery(uow, webhook, delivery_id, lock=True)
    await service.redeliver(uow, webhook, delivery)
    path = f"{_path(webhook)}/deliveries/{delivery.id}"
    response.headers["Location"] = path
    uow.outcome(202, path)
    return DeliveryOut.model_validate(delivery)
