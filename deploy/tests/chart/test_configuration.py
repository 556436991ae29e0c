"""The environment of each pod is what the program in it reads: nothing misspelt, nothing missing, all accepted."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from chassis.settings import PlatformSettings
from clue_service.main import SERVICE as CLUE
from gateway.settings import GatewaySettings
from heli_local.reference import CHART_SCHEMA, NOT_FREE
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import make_url

SERVICES = {service.short: service for service in (CLUE, INSPECTION, NOTIFICATION, POOL)}
# Read by OpenSSL, asyncpg, the store of objects and the interpreter; DATABASE_PASSWORD and NATS_PASSWORD are woven into
# addresses.
NOT_OURS = {
    "SSL_CERT_FILE",
    "PGSSLROOTCERT",
    "PYTHONUNBUFFERED",
    "MALLOC_ARENA_MAX",
    "DATABASE_PASSWORD",
    "NATS_PASSWORD",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
}
LOCAL_ONLY = {"HELI_CLOCK_FILE", "HELI_ISSUER_URL"}


def expanded(entries: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The variables as the kubelet sets them: `$(NAME)` stands for one that came before."""
    variables: dict[str, str] = {}
    for entry in entries:
        text = entry.get("value", "secret")
        variables[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda found: variables[found[1]], text)
    return variables


def environments(rendered: Any) -> dict[str, dict[str, str]]:
    """`component` → variables; what comes from a secret reads `secret`."""
    found: dict[str, dict[str, str]] = {}
    for pod in rendered.pods().values():
        component = pod["labels"]["app.kubernetes.io/component"]
        if component == "smoke-test":
            continue
        found[component] = expanded(pod["spec"]["containers"][0]["env"])
    return found


def kinds_of(short: str) -> Sequence[type[BaseSettings]]:
    return (GatewaySettings,) if short == "gateway" else (PlatformSettings, *SERVICES[short].settings)


def names_read_by(short: str) -> set[str]:
    return {f"HELI_{name.upper()}" for kind in kinds_of(short) for name in kind.model_fields}


def test_names_are_read_by_somebody(rendered: Any) -> None:
    seen = environments(rendered)
    assert len(seen) >= 9
    for component, variables in seen.items():
        short = component.split("-")[0]
        assert set(variables) - NOT_OURS <= names_read_by(short), component


def test_values_are_accepted(rendered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for component, variables in environments(rendered).items():
        short = component.split("-")[0]
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            settings = [kind() for kind in kinds_of(short)]
        platform = settings[0]
        assert isinstance(platform, PlatformSettings)
        assert not platform.is_local
        if component.endswith("-migrate"):
            continue
        assert platform.bind_host == "0.0.0.0"
        assert platform.issuer
        if short != "gateway":
            assert platform.keys_file
            url = make_url(platform.database_url.get_secret_value())
            assert (url.username, url.password, url.database) == (f"{short}_app", "secret", short)
            assert SERVICES[short].name == platform.client_id


def test_everything_is_set_by_the_chart_or_free_to_set(production: Any, minimal: Any) -> None:
    """A setting that a service gains is one that operators may set, unless the chart sets it itself."""
    with_everything, plain = environments(production), environments(minimal)
    for short, service in SERVICES.items():
        pods = [f"{short}-{role}" for role in ("api", "worker", "migrate")]
        known = names_read_by(short)
        addresses = {f"HELI_{other.upper()}_URL" for other in SERVICES}
        set_by_chart = {name for pod in pods for name in with_everything[pod]}
        assert known & NOT_FREE <= set_by_chart | LOCAL_ONLY | addresses, service.name
        assert not (known - NOT_FREE) & {name for pod in pods for name in plain[pod]}, service.name


def secret_settings() -> set[str]:
    """The variables of all programs that hold a secret."""
    kinds = {kind for short in (*SERVICES, "gateway") for kind in kinds_of(short)}
    fields = [(name, field) for kind in kinds for name, field in kind.model_fields.items()]
    return {f"HELI_{name.upper()}" for name, field in fields if isinstance(field.default, SecretStr)}


def test_secrets_stand_in_no_manifest(rendered: Any) -> None:
    """Each comes from a Secret, or is an address whose only password does."""
    secrets = secret_settings()
    assert {"HELI_CLIENT_SECRET", "HELI_NATS_URL", "HELI_SMTP_PASSWORD"} <= secrets
    for name, pod in rendered.pods().items():
        entries = {entry["name"]: entry for entry in pod["spec"]["containers"][0].get("env", [])}
        by_reference = {key for key, entry in entries.items() if "secretKeyRef" in entry.get("valueFrom", {})}
        for key in secrets & set(entries) - by_reference:
            password = make_url(entries[key]["value"]).password
            assert password in {f"$({one})" for one in by_reference}, f"{name}: {key}"
        assert not {key for key in entries if re.search("PASSWORD|SECRET|TOKEN$", key)} - by_reference, name
    assert rendered.of_kind("Secret") == []


def test_no_setting_that_holds_a_secret_is_free_to_set(root: Path) -> None:
    definitions = json.loads((root / CHART_SCHEMA).read_text())["definitions"]
    free = {
        name for key, one in definitions.items() if key.startswith("settings-") for name in one["propertyNames"]["enum"]
    }
    assert len(free) > 40
    assert not free & secret_settings()
    assert secret_settings() <= NOT_FREE


def test_external_secrets_bring_every_key_that_pods_ask_for(production: Any) -> None:
    brought = {
        (one["spec"]["target"]["name"], entry["secretKey"])
        for one in production.of_kind("ExternalSecret")
        for entry in one["spec"]["data"]
    }
    asked = set()
    for pod in production.pods().values():
        for entry in pod["spec"]["containers"][0].get("env", []):
            if reference := entry.get("valueFrom", {}).get("secretKeyRef"):
                asked.add((reference["name"], reference["key"]))
        for volume in (one["secret"] for one in pod["spec"].get("volumes", []) if "secret" in one):
            asked |= {(volume["secretName"], item["key"]) for item in volume["items"]}
    assert ("heli-notification", "smtp-password") in asked
    assert brought == asked


def test_workers_alone_know_the_broker_and_migrations_alone_the_owner(rendered: Any) -> None:
    for component, variables in environments(rendered).items():
        assert ("HELI_NATS_URL" in variables) == component.endswith("-worker"), component
        assert ("HELI_DATABASE_OWNER_URL" in variables) == component.endswith("-migrate"), component
        assert ("HELI_CLIENT_SECRET" in variables) == component.endswith(("-api", "-worker")), component


def test_connections_are_encrypted_unless_values_say_otherwise(rendered: Any) -> None:
    encrypted = rendered.name != "by-hand"
    for component, variables in environments(rendered).items():
        for name in ("HELI_DATABASE_URL", "HELI_DATABASE_OWNER_URL"):
            if name in variables:
                mode = make_url(variables[name]).query["ssl"]
                assert mode == ("verify-full" if encrypted else "disable"), component
        if "HELI_NATS_URL" in variables:
            assert variables["HELI_NATS_URL"].startswith("tls://" if encrypted else "nats://")
