"""Sends what is due: all that waits for a person by a channel in one message, many people at once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chassis.identity import SYSTEM
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from chassis.uow import Uow
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from notification_service.message_templates.service import render_message
from notification_service.notices.addresses import Address, Relation
from notification_service.notices.items import Item, link_of
from notification_service.notices.service import Draft, announce
from notification_service.notices.wording import title_of
from notification_service.outgoing_messages import repository
from notification_service.outgoing_messages.channels import Letter, SendFailed, send_chat, send_email
from notification_service.outgoing_messages.domain import MESSAGE_MOVES, next_attempt
from notification_service.outgoing_messages.planning import channels_of, plan_messages, rhythm_of
from notification_service.outgoing_messages.repository import Content, Due
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.preferences import repository as preferences
from notification_service.preferences.domain import after_quiet
from notification_service.preferences.models import Preference
from notification_service.preferences.service import chat_of, code_of, email_of
from notification_service.resources import own_of

SENT = Counter(
    "heli_messages_sent", "Messages beside the inbox by channel and outcome", ["channel", "outcome"], registry=REGISTRY
)

_PEOPLE = 16
_MOST_NOTICES = 200
_LEASE = timedelta(seconds=180)

log = get_logger(__name__)


async def send_messages(resources: Resources) -> None:
    """The timer's way here: plan what has arrived, then reach everybody for whom something is due."""
    await plan_messages(resources)
    while True:
        async with resources.database.sessions() as session:
            due = await repository.list_due(session, resources.clock.now(), (), _PEOPLE)
        if not due or not any(await asyncio.gather(*(_reach(resources, one) for one in due))):
            return


async def send_confirmation(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Job: send the code to a new address, unless it was confirmed or replaced meanwhile. Raises ``SendFailed``."""
    settings = MessageSettings()
    async with resources.transactions(SYSTEM) as uow:
        preference = await preferences.find(uow.session, payload["sub"])
        if preference is None:
            return
        code, address = code_of(resources, preference), email_of(resources, preference)
        if code is None or address is None or preference.email_state != "unconfirmed":
            return
        subject, body = await render_message(uow.session, "confirmation", preference.language, {"code": code})
        letter = Letter(f"confirmation-{preference.version}", address, subject, body)
    try:
        await send_email(settings, letter)
    except SendFailed as error:
        if not error.is_final:
            raise
        async with resources.transactions(SYSTEM) as uow:
            await _note_refused_address(uow, resources, payload["sub"])


async def _reach(resources: Resources, due: Due) -> bool:
    """Send one person what is due by one channel; whether anything was taken."""
    try:
        async with resources.transactions(SYSTEM) as uow:
            contents = await repository.take(uow.session, due, uow.now, _LEASE, _MOST_NOTICES)
            preference = await preferences.find(uow.session, due.sub)
            wanted, unwanted = _sort(contents, preference, due.channel)
            await _settle(uow, unwanted, "drop")
            if not wanted or preference is None:
                return bool(contents)
            awake_at = after_quiet(rhythm_of(preference), uow.now)
            if awake_at > uow.now:  # planned before an outage, or before the person asked for quiet
                await repository.settle(uow.session, [one.message.id for one in wanted], send_after=awake_at)
                return True
            letter = await _letter(uow, resources, preference, due.channel, wanted)
        await _send(resources, due, letter, wanted)
    except (SQLAlchemyError, OSError) as error:
        log.warning("message_broken_off", exc_info=error)  # what was taken comes again when the lease is over
    return True


def _sort(
    contents: Sequence[Content], preference: Preference | None, channel: str
) -> tuple[list[Content], list[Content]]:
    """What is still to be sent, and what is not: read meanwhile, muted, withheld, or the channel given up."""
    reachable = preference is not None and channel in channels_of(preference)
    muted = preference.muted_kinds if preference is not None else []
    wanted = [
        one
        for one in contents
        if reachable and one.is_open and one.delivery.read_at is None and one.notice.kind not in muted
    ]
    kept = {one.message.id for one in wanted}
    return wanted, [one for one in contents if one.message.id not in kept]


async def _letter(
    uow: Uow, resources: Resources, preference: Preference, channel: str, contents: Sequence[Content]
) -> Letter:
    base = (MessageSettings().message_link_base or resources.settings.public_url).rstrip("/")
    zone = ZoneInfo(preference.timezone)
    notices = [
        {
            "title": title_of(one.notice.kind, one.notice.item_no, preference.language),
            "due": one.notice.due_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if one.notice.due_at else None,
            "link": base + link_of(one.notice.item_type, one.notice.item_id),
            "kind": one.notice.kind,
        }
        for one in contents
    ]
    subject, body = await render_message(uow.session, "notices", preference.language, {"notices": notices})
    address = email_of(resources, preference) if channel == "email" else chat_of(resources, preference)
    return Letter(str(contents[0].message.id), address or "", subject, body)


async def _send(resources: Resources, due: Due, letter: Letter, contents: Sequence[Content]) -> None:
    try:
        await (
            send_email(MessageSettings(), letter) if due.channel == "email" else send_chat(MessageSettings(), letter)
        )
    except SendFailed as error:
        SENT.labels(due.channel, error.code).inc()
        log.warning("message_not_taken", channel=due.channel, code=error.code, is_final=error.is_final)
        async with resources.transactions(SYSTEM) as uow:
            await _note_failure(uow, resources, due, contents, is_final=error.is_final)
        return
    SENT.labels(due.channel, "sent").inc()
    async with resources.transactions(SYSTEM) as uow:
        await _settle(uow, contents, "send")


async def _settle(uow: Uow, contents: Sequence[Content], verb: str) -> None:
    target = MESSAGE_MOVES.take(verb, "pending").target
    sent_at = uow.now if verb == "send" else None
    await repository.settle(uow.session, [one.message.id for one in contents], state=target, sent_at=sent_at)


async def _note_failure(
    uow: Uow, resources: Resources, due: Due, contents: Sequence[Content], *, is_final: bool
) -> None:
    preference = await preferences.find(uow.session, due.sub)
    for one in contents:
        attempts = one.message.attempts + 1
        again = None if is_final else next_attempt(attempts, uow.now)
        if again is None or preference is None:
            await _settle(uow, [one], "give_up")
        else:
            awake_at = after_quiet(rhythm_of(preference), again)
            await repository.settle(uow.session, [one.message.id], attempts=attempts, send_after=awake_at)
    if is_final and due.channel == "email":
        await _note_refused_address(uow, resources, due.sub)


async def _note_refused_address(uow: Uow, resources: Resources, sub: str) -> None:
    """The mail server will never take this address: nothing more is sent there, and its owner is told in the inbox."""
    preference = await preferences.find(uow.session, sub, lock=True)
    if preference is None or preference.email_state == "failing":
        return
    preference.email_state = "failing"
    preference.version += 1
    item = Item("preference", sub, None, None)
    draft = Draft(await repository.new_id(uow.session), "email_failing", item, is_lasting=False)
    await announce(uow, own_of(resources), draft, [Address(Relation.PERSON, sub, frozenset(), unit=None)])
