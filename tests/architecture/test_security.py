"""What the documents on security say is what is configured, and what is secret is shown by nothing."""

import io
import json
import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from chassis.logging import configure_logging, get_logger
from chassis.runtime import reference_document
from chassis.service import Service
from chassis.settings import PlatformSettings
from clue_service.main import SERVICE as CLUE
from gateway.settings import GatewaySettings
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

ROOT = Path(__file__).resolve().parents[2]
SERVICES: tuple[Service, ...] = (CLUE, POOL, INSPECTION, NOTIFICATION)
SETTINGS: tuple[type[BaseSettings], ...] = (
    PlatformSettings,
    GatewaySettings,
    *(kind for service in SERVICES for kind in service.settings),
)
REFERENCE = {one["name"]: one for one in reference_document(*SETTINGS)["settings"]}
SECRETS = {"HELI_DATABASE_URL", "HELI_DATABASE_OWNER_URL", "HELI_NATS_URL", "HELI_CLIENT_SECRET", "HELI_SMTP_PASSWORD"}
MAY_HOLD_ONE = re.compile(r"SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|DATABASE.*URL|NATS.*URL")
"""Addresses of PostgreSQL and NATS carry a password."""
LIMIT = re.compile(r"LIMIT|RATE|BURST|CONNECTIONS|TIMEOUT|MAX|POOL_(SIZE|OVERFLOW)")
NO_DOOR = re.compile(r"RECLUSTER|LENDING|STREAM_MAX_BYTES")
"""Bounds of a night's work, of the rules of lending and of the broker's disk: no limit on what comes from outside."""
MARK = "mark-of-a-secret"


def test_every_setting_that_may_hold_a_secret_is_one() -> None:
    assert {name for name in REFERENCE if MAY_HOLD_ONE.search(name)} == SECRETS
    assert {name for name, one in REFERENCE.items() if one["secret"]} == SECRETS


def test_nobody_but_the_settings_reads_a_secret_from_the_environment() -> None:
    read = re.compile(r"(?:environ(?:\.get)?|getenv)\W+[\"'](HELI_\w+)")
    found = {
        (name, str(path.relative_to(ROOT)))
        for folder in ("chassis", "gateway", *(service.name for service in SERVICES))
        for path in (ROOT / folder / "src").rglob("*.py")
        for name in read.findall(path.read_text())
        if name in SECRETS
    }
    assert found == set()


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, f"postgresql+asyncpg://user:{MARK}@host/{MARK}")


@pytest.mark.parametrize("kind", SETTINGS, ids=lambda kind: kind.__name__)
def test_settings_show_no_secret_however_they_are_shown(kind: type[BaseSettings], marked: None) -> None:
    settings = kind()
    hidden = [name for name in type(settings).model_fields if isinstance(getattr(settings, name), SecretStr)]
    assert all(MARK in getattr(settings, name).get_secret_value() for name in hidden)
    shown = [repr(settings), str(settings), f"{settings!s:>5}", settings.model_dump_json(), str(settings.model_dump())]
    assert [text for text in shown if MARK in text] == []


def test_a_setting_that_is_refused_is_told_without_the_secrets_beside_it(
    marked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELI_BIND_PORT", "eighty")
    with pytest.raises(ValidationError) as refused:
        PlatformSettings()
    assert MARK not in str(refused.value)
    assert "bind_port" in str(refused.value)


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("test", "debug")
    stream = io.StringIO()
    logging.StreamHandler.setStream(root.handlers[0], stream)  # type: ignore[arg-type] # what was just put there
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_a_log_line_with_the_settings_or_with_an_error_that_quotes_one_shows_none(
    marked: None, log_lines: io.StringIO
) -> None:
    settings = PlatformSettings()
    get_logger("test").info("started", settings=settings.model_dump(mode="json"), url=str(settings.database_url))
    try:
        raise ConnectionError(settings.database_url.get_secret_value())
    except ConnectionError:
        logging.getLogger("library").exception("gone")
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["started", "gone"]
    assert lines[1]["exception"]["chain"][0]["type"] == "builtins.ConnectionError"
    assert MARK not in log_lines.getvalue()


def test_the_reference_shows_no_default_of_a_secret() -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text()
    for name in SECRETS:
        assert f"| `{name}` | *secret* |" in page
        assert REFERENCE[name]["default"] == ""


def test_the_limits_in_the_hardening_guide_are_the_configured_ones() -> None:
    page = (ROOT / "docs/operators/hardening.md").read_text()
    told = dict(re.findall(r"^\| `(HELI_\w+)` \| `([^`]+)` \|", page, re.MULTILINE))
    configured = {
        name: one["default"] for name, one in REFERENCE.items() if LIMIT.search(name) and not NO_DOOR.search(name)
    }
    assert told == configured


@cache
def names_of_tests() -> frozenset[str]:
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return frozenset(path.name for folder in folders for path in folder.rglob("test_*.py"))


@pytest.mark.parametrize(
    "document",
    ["SECURITY.md", "docs/security/threat-model.md", "docs/retention.md", *sorted(
        str(path.relative_to(ROOT)) for path in (ROOT / "docs/operators").glob("*.md")
    )],
)  # fmt: skip
def test_every_test_a_document_leans_on_is_there(document: str) -> None:
    text = (ROOT / document).read_text()
    assert set(re.findall(r"\btest_\w+\.py\b", text)) - names_of_tests() == set()
    paths = re.findall(r"`((?:deploy|chassis|tests|[a-z-]+-service|gateway)/[\w./-]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    verbs = set(re.findall(r"`make (\w+)`", text))
    assert verbs <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
