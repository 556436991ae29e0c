"""From the inbox to what is sent beside it: who wants it, by which channel, and when."""

from chassis.identity import SYSTEM
from chassis.service import Resources

from notification_service.outgoing_messages import repository
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.preferences.domain import Rhythm, send_after
from notification_service.preferences.models import Preference
from notification_service.preferences.repository import list_reachable

_BATCH = 2_000


async def plan_messages(resources: Resources) -> int:
    """Look through what has arrived in inboxes since the last time; how many deliveries that were."""
    channels = MessageSettings().channels
    looked = 0
    while True:
        async with resources.transactions(SYSTEM) as uow:
            after = await repository.lock_position(uow.session)
            arrived = await repository.list_arrived(uow.session, after, _BATCH)
            if not arrived:
                return looked
            wishes = {one.sub: one for one in await list_reachable(uow.session, {one.sub for one in arrived})}
            rows = [
                {
                    "sub": one.sub,
                    "delivery_id": one.delivery_id,
                    "channel": channel,
                    "state": "pending",
                    "send_after": send_after(rhythm_of(wishes[one.sub]), uow.now),
                    "attempts": 0,
                }
                for one in arrived
                if one.sub in wishes and one.kind not in wishes[one.sub].muted_kinds
                for channel in channels_of(wishes[one.sub])
                if channel in channels
            ]
            await repository.add_messages(uow.session, rows)
            await repository.move_position(uow.session, arrived[-1].seq)
        looked += len(arrived)


def rhythm_of(preference: Preference) -> Rhythm:
    """When the person wants messages."""
    return Rhythm(preference.timezone, preference.digest_at, preference.quiet_from, preference.quiet_to)


def channels_of(preference: Preference) -> list[str]:
    """By which channels the person can be reached now."""
    by_email = ["email"] if preference.email_state == "confirmed" else []
    return [*by_email, *(["chat"] if preference.chat is not None else [])]
