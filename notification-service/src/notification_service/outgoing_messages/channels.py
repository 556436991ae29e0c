"""The ways out: a mail server and chats. Each says whether the message was taken, or will never be."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from notification_service.outgoing_messages.guarding import guarded
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.webhooks.targets import is_permitted


class SendFailed(Exception):
    """Not taken. ``is_final``: this address never will."""

    def __init__(self, code: str, *, is_final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


@dataclass(frozen=True)
class Letter:
    """What is sent: ``id`` is the same at every attempt, so that a repeat can be told."""

    id: str
    to: str
    subject: str
    body: str


async def send_email(settings: MessageSettings, letter: Letter) -> None:
    """Hand a letter to the mail server. Raises ``SendFailed``; addresses are in no error."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, letter.to, letter.subject
    message["Message-ID"] = f"<{letter.id}@{settings.smtp_from.rpartition('@')[2]}>"
    message["Date"] = formatdate()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    try:
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_tls == "implicit",
            start_tls=settings.smtp_tls == "starttls",
            username=settings.smtp_user or None,
            password=settings.smtp_password.get_secret_value() or None,
            timeout=settings.smtp_timeout_s,
        )
    except SMTPRecipientsRefused as error:
        raise SendFailed("refused", is_final=all(one.code >= 500 for one in error.recipients)) from None
    except SMTPResponseException as error:
        raise SendFailed(f"smtp_{error.code}", is_final=False) from None
    except (SMTPException, OSError) as error:
        raise SendFailed("unreachable", is_final=False) from error


async def send_chat(settings: MessageSettings, letter: Letter) -> None:
    """Hand a letter to a chat. Raises ``SendFailed``; the address, which holds a token, is in no error."""
    await asyncio.to_thread(_notify, settings, letter)


def _notify(settings: MessageSettings, letter: Letter) -> None:
    import apprise

    # One address is one chat: what is added as text may be several, of schemes that nobody checked.
    plugin = apprise.Apprise.instantiate(letter.to)
    if plugin is None:
        raise SendFailed("address", is_final=True)
    chat = apprise.Apprise()
    chat.add(plugin)
    with guarded(settings.chat_reach) as guard:
        is_taken = chat.notify(title=letter.subject, body=letter.body)
    if guard.has_refused:
        raise SendFailed("address_refused", is_final=True)
    if not is_taken:
        raise SendFailed("refused", is_final=False)


async def is_chat(settings: MessageSettings, address: str) -> bool:
    """Whether an address is a chat's, and not one inside: so that its owner hears it at once, not from silence.

    A name that nobody knows at present passes. Where a message really goes is checked again when it is sent.
    """
    host = await asyncio.to_thread(_host_of, address)
    if host is None:
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
    except (socket.gaierror, UnicodeError):
        return True
    return all(is_permitted(ipaddress.ip_address(one[4][0]), settings.chat_reach, "https") for one in found)


def _host_of(address: str) -> str | None:
    """The host that an address names; empty if its chat is always at the same one; None if it is no address."""
    import apprise

    plugin = apprise.Apprise.instantiate(address)
    if plugin is None:
        return None
    templates: Sequence[str] = plugin.templates
    names_host = any("{host}" in template for template in templates)
    return str(plugin.host or "").strip("[]") if names_host else ""
