"""The ways out: a mail server and chats. Each says whether the message was taken, or will never be."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from notification_service.outgoing_messages.settings import MessageSettings


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


async def send_chat(letter: Letter) -> None:
    """Hand a letter to a chat. Raises ``SendFailed``; the address, which holds a token, is in no error."""
    import apprise

    chat = apprise.Apprise()
    if not chat.add(letter.to):
        raise SendFailed("address", is_final=True)
    if not await chat.async_notify(title=letter.subject, body=letter.body):
        raise SendFailed("refused", is_final=False)
