"""One's own preferences over HTTP."""

from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, check_version, set_etag
from fastapi import APIRouter, Request, Response

from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.preferences import service
from notification_service.preferences.schemas import ConfirmationIn, PreferencesIn, PreferencesOut

router = APIRouter(tags=["preferences"])


@router.get("/v1/preferences")
async def get_preferences(request: Request, response: Response, _caller: Caller, uow: UowDep) -> PreferencesOut:
    """How you want to be reached beside the inbox."""
    resources = resources_of(request)
    preference = await service.get_preferences(uow, resources)
    set_etag(response, preference.version)
    return service.preferences_out(resources, MessageSettings(), preference)


@router.put("/v1/preferences")
async def set_preferences(
    body: PreferencesIn, request: Request, response: Response, _caller: Caller, uow: UowDep, if_match: IfMatch
) -> PreferencesOut:
    """Say how you want to be reached. Messages carry what the inbox shows: title, due date and link, never content.

    A new e-mail address is used once you have confirmed the code that is sent to it. Sending the same unconfirmed
    address again sends a new code.
    """
    resources, settings = resources_of(request), MessageSettings()
    await service.check_addresses(settings, body)
    preference = await service.get_preferences(uow, resources, lock=True)
    check_version(if_match, preference.version)
    await service.set_preferences(uow, resources, preference, body)
    set_etag(response, preference.version)
    return service.preferences_out(resources, settings, preference)


@router.post("/v1/preferences/confirm-email")
async def confirm_email(body: ConfirmationIn, request: Request, caller: Caller) -> PreferencesOut:
    """Confirm the address by the code that was sent to it, within a day and at most five tries."""
    resources = resources_of(request)
    async with resources.transactions(caller, request.state.cause) as uow:
        is_right = await service.confirm_email(uow, resources, body.code)
    if not is_right:
        raise service.refuse_confirmation()
    async with resources.transactions(caller, request.state.cause) as uow:
        preference = await service.get_preferences(uow, resources)
    return service.preferences_out(resources, MessageSettings(), preference)
