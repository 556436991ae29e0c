"""E-mail against a mail server that is a process of its own, with TLS, and dies."""

import mailbox
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.embedded import free_port
from chassis.testing.harness import Harness
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from notification_service.outgoing_messages.sending import send_messages
from sqlalchemy import text

from contracts import clue

PATIENCE_S = 90


@dataclass
class MailServer:
    """``python -m aiosmtpd`` that takes no mail without STARTTLS and keeps what it takes in a folder."""

    folder: Path
    certificate: Path
    key: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}"),
                *("--tlscert", str(self.certificate), "--tlskey", str(self.key)),
                *("-c", "aiosmtpd.handlers.Mailbox", str(self.folder)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def letters(self) -> list[Any]:
        return list(mailbox.Maildir(self.folder))


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - TLS looks at the real time
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture
def mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail", *_certificate(tmp_path), port=free_port())
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(server.port)), ("TLS", "starttls"), ("TIMEOUT_S", "5")):
        monkeypatch.setenv(f"HELI_SMTP_{name}", value)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def wants_mail(client: httpx2.AsyncClient, city: Harness, headers: Any) -> Callable[[], Awaitable[None]]:
    async def set_up() -> None:
        await send_messages(city.resources)
        who = headers("handler-inv", "inv-a", "handler")
        answer = await client.put("/v1/preferences", json={"language": "en", "email": "a@unit.test"}, headers=who)
        assert answer.status_code == 200
        async with city.resources.database.sessions.begin() as session:
            await session.execute(text("update preference set email_state = 'confirmed', code = null"))

    return set_up


async def test_mail_goes_through_tls_and_waits_while_the_server_is_dead(
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    wants_mail: Callable[[], Awaitable[None]],
    city: Harness,
    clue_event: Any,
    clock: Any,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.certificate))
    await wants_mail()
    for version, kind in enumerate((clue.ClueAssigned, clue.ClueExtended), 1):
        await city.deliver(clue_event(kind, lead_unit="inv-a"), version=version)
        await send_messages(city.resources)
        assert len(mail_server.letters()) == 1, "the second waits"
        mail_server.kill()
    mail_server.start()
    for _ in range(3):
        clock.advance(hours=1)
        await send_messages(city.resources)
    subjects = sorted(one["Subject"] for one in mail_server.letters())
    assert subjects == [
        "[Heli] Clue A-2026-00001 was assigned to your office",
        "[Heli] The due date of clue A-2026-00001 was extended",
    ]


async def test_a_server_nobody_vouches_for_gets_nothing(
    mail_server: MailServer, wants_mail: Callable[[], Awaitable[None]], city: Harness, clue_event: Any
) -> None:
    await wants_mail()
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await send_messages(city.resources)
    assert mail_server.letters() == []
    async with city.resources.database.sessions() as session:
        rows = (await session.execute(text("select state, attempts from outgoing_message"))).all()
    assert [tuple(row) for row in rows] == [("pending", 1)]
