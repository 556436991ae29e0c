"""A small city with two commissions, people in it, and events as the other services would send them."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.service import Service
from chassis.testing.harness import Harness
from contracts.envelope import Event
from notification_service.main import SERVICE

from contracts import clue, pool


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


def unit(code: str, unit_type: str, parent: str | None, **more: Any) -> dict[str, Any]:
    return {"code": code, "unit_type": unit_type, "parent_code": parent, "level": "city", **more}


CITY = (
    unit("pc", "party_committee", None),
    unit("cdi-a", "cdi", "pc"),
    unit("cmo-a", "case_management_office", "cdi-a"),
    unit("pet-a", "petition_office", "cdi-a"),
    unit("sup1-a", "supervision_office", "cdi-a"),
    unit("sup2-a", "supervision_office", "cdi-a"),
    unit("inv-a", "investigation_office", "cdi-a"),
    unit("insp", "inspection_office", "pc"),
    unit("org", "organisation_department", "pc"),
    unit("su-1", "supervised_unit", "pc", linked_office="sup1-a"),
    unit("dg-1", "dispatched_group", "cdi-a", host_units=["su-1"]),
    unit("cdi-b", "cdi", "cdi-a"),
    unit("cmo-b", "case_management_office", "cdi-b"),
    unit("insp-b", "inspection_office", "pc-b"),
)

PEOPLE: dict[str, tuple[str, str]] = {
    "cmo-a": ("cmo-a", "case_supervisor"),
    "petition-a": ("pet-a", "intake_officer"),
    "chief-a": ("cdi-a", "principal_leader"),
    "handler-inv": ("inv-a", "handler"),
    "handler-linked": ("sup1-a", "handler"),
    "handler-other": ("sup2-a", "handler"),
    "handler-group": ("dg-1", "handler"),
    "office": ("insp", "inspection_office"),
    "pool": ("org", "pool_manager"),
    "approver": ("sup1-a", "home_unit_approver"),
    "cmo-b": ("cmo-b", "case_supervisor"),
    "admin": ("cdi-a", "platform_admin"),
    "clerk-of-cmo": ("cmo-a", "auditor"),
}


@pytest.fixture
async def city(harness: Harness) -> Harness:
    """The units and people of the city."""
    await harness.add_units(*CITY)
    for sub, (code, role) in PEOPLE.items():
        await harness.add_principal(sub, code, role)
    return harness


ClueOf = Callable[..., Event]


@pytest.fixture
def clue_event() -> ClueOf:
    """``clue_event(ClueAssigned, lead_unit="inv-a")`` → an event of one clue of commission A."""
    clue_id = uuid4()

    def make(event_type: type[clue.ClueEvent], **more: Any) -> Event:
        return event_type.model_validate(
            {
                "clue_id": clue_id,
                "clue_no": "A-2026-00001",
                "status": "registered",
                "commission": "cdi-a",
                "receiving_unit": "pet-a",
                "subject_units": ["su-1"],
                "source_code": "PETITION",
                "registered_by": "petition-a",
                "outcome": "first_form",
                "method": "talk_inquiry",
                **more,
            }
        )

    return make


def secondment(event_type: type[pool.SecondmentEvent], **more: Any) -> Event:
    return event_type.model_validate(
        {
            "secondment_id": uuid4(),
            "request_ref": "team:0",
            "purpose": "inspection",
            "period_from": "2026-12-01",
            "period_to": "2026-12-14",
            "state": "reserved",
            "home_units": ["sup1-a"],
            "decided_by": "sup1-a",
            **more,
        }
    )


@pytest.fixture
def secondment_event() -> Callable[..., Event]:
    return secondment


Inbox = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def inbox(client: httpx2.AsyncClient, headers: Callable[..., dict[str, str]]) -> Inbox:
    """``await inbox("cmo-a", query="?unread=true")`` → that person's notices."""

    async def read(sub: str, query: str = "", language: str = "en") -> list[dict[str, Any]]:
        who = {**headers(sub, None), "Accept-Language": language}
        answer = await client.get(f"/v1/notifications{query}", headers=who)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return read


@pytest.fixture
def told(inbox: Inbox) -> Callable[[], Awaitable[dict[str, list[str]]]]:
    """``await told()`` → who holds notices of which kinds, newest first; people without any are left out."""

    async def look() -> dict[str, list[str]]:
        held = {sub: [one["kind"] for one in await inbox(sub)] for sub in PEOPLE}
        return {sub: kinds for sub, kinds in held.items() if kinds}

    return look


@pytest.fixture
def some_id() -> UUID:
    return uuid4()
