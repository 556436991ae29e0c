"""One's own wishes: read, set, and an address confirmed."""

import hmac

from chassis.service import Resources
from chassis.uow import Uow

from notification_service.outgoing_messages.channels import is_chat
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.preferences import repository
from notification_service.preferences.domain import CODE_LIFETIME, CODE_TRIES, new_code
from notification_service.preferences.errors import ChannelNotOffered, ChatAddressRefused, ConfirmationInvalid
from notification_service.preferences.models import Preference
from notification_service.preferences.schemas import PreferencesIn, PreferencesOut

CONFIRM_EMAIL = "confirm_email"
"""Job: send the code to a new address."""


def default_preference(sub: str, timezone: str) -> Preference:
    """What holds for somebody who never said anything."""
    return Preference(
        sub=sub,
        language="zh-CN",
        timezone=timezone,
        digest_at=None,
        quiet_from=None,
        quiet_to=None,
        muted_kinds=[],
        email=None,
        email_state="none",
        code=None,
        code_until=None,
        code_tries=0,
        chat=None,
        version=0,
    )


async def get_preferences(uow: Uow, resources: Resources, *, lock: bool = False) -> Preference:
    """The caller's wishes."""
    found = await repository.find(uow.session, uow.actor.sub, lock=lock)
    return found or default_preference(uow.actor.sub, resources.settings.timezone)


async def check_addresses(settings: MessageSettings, wanted: PreferencesIn) -> None:
    """Look at addresses before anything is written.

    Raises:
        ChannelNotOffered: an address of a channel that the operator has not set up.
        ChatAddressRefused: no chat's address, or one inside.
    """
    if wanted.email is not None and not settings.offers_email:
        raise ChannelNotOffered(members={"channel": "email"})
    if wanted.chat is None:
        return
    if wanted.chat.split(":", 1)[0].lower() not in settings.chat_schemes:
        raise ChannelNotOffered(members={"channel": "chat", "offered": sorted(settings.chat_schemes)})
    if not await is_chat(settings, wanted.chat):
        raise ChatAddressRefused


async def set_preferences(uow: Uow, resources: Resources, preference: Preference, wanted: PreferencesIn) -> Preference:
    """Replace the caller's wishes; a new e-mail address is used only after it was confirmed."""
    for name in ("language", "timezone", "digest_at", "quiet_from", "quiet_to", "muted_kinds"):
        setattr(preference, name, getattr(wanted, name))
    preference.chat = None if wanted.chat is None else _seal(resources, preference.sub, "chat", wanted.chat)
    before = email_of(resources, preference)
    if wanted.email is None:
        preference.email, preference.email_state = None, "none"
        preference.code, preference.code_until = None, None
    elif wanted.email != before or preference.email_state in ("failing", "unconfirmed"):
        preference.email = _seal(resources, preference.sub, "email", wanted.email)
        preference.email_state = "unconfirmed"
        preference.code = _seal(resources, preference.sub, "code", new_code())
        preference.code_until, preference.code_tries = uow.now + CODE_LIFETIME, 0
        await uow.enqueue(CONFIRM_EMAIL, {"sub": preference.sub})
    preference.version += 1
    uow.session.add(preference)
    await uow.audit("set", "preference", preference.sub)
    return preference


async def confirm_email(uow: Uow, resources: Resources, code: str) -> bool:
    """Whether the code is the one that was sent; a wrong one counts as a try, so the caller must let it commit."""
    preference = await repository.find(uow.session, uow.actor.sub, lock=True)
    if preference is None or preference.code is None or preference.code_until is None:
        return False
    if preference.code_tries >= CODE_TRIES or uow.now >= preference.code_until:
        return False
    sent = resources.keys.open(preference.code, f"preference:code:{preference.sub}")
    if not hmac.compare_digest(sent, code.encode()):
        preference.code_tries += 1
        return False
    preference.email_state, preference.code, preference.code_until = "confirmed", None, None
    preference.version += 1
    await uow.audit("confirm_email", "preference", preference.sub)
    return True


def refuse_confirmation() -> ConfirmationInvalid:
    """The refusal that tells wrong, late and worn-out codes not apart."""
    return ConfirmationInvalid()


def email_of(resources: Resources, preference: Preference) -> str | None:
    """The address in plain text; None if there is none."""
    if preference.email is None:
        return None
    return resources.keys.open(preference.email, f"preference:email:{preference.sub}").decode()


def chat_of(resources: Resources, preference: Preference) -> str | None:
    """The chat's address in plain text; None if there is none."""
    if preference.chat is None:
        return None
    return resources.keys.open(preference.chat, f"preference:chat:{preference.sub}").decode()


def code_of(resources: Resources, preference: Preference) -> str | None:
    """The code that waits to be confirmed; None if there is none."""
    if preference.code is None:
        return None
    return resources.keys.open(preference.code, f"preference:code:{preference.sub}").decode()


def preferences_out(resources: Resources, settings: MessageSettings, preference: Preference) -> PreferencesOut:
    """The wishes as their owner sees them; the chat's address, which holds a token, is not shown again."""
    return PreferencesOut.model_validate(
        {
            "language": preference.language,
            "timezone": preference.timezone,
            "digest_at": preference.digest_at,
            "quiet_from": preference.quiet_from,
            "quiet_to": preference.quiet_to,
            "muted_kinds": preference.muted_kinds,
            "email": email_of(resources, preference),
            "email_state": preference.email_state,
            "has_chat": preference.chat is not None,
            "channels": settings.channels,
        }
    )


def _seal(resources: Resources, sub: str, name: str, value: str) -> bytes:
    return resources.keys.seal(value.encode(), f"preference:{name}:{sub}")
