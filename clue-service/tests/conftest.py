"""The clue service under test, a small city of units, and desks to call it from."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import httpx2
import pytest
from chassis.service import Resources, Service
from chassis.statements import watched
from chassis.testing.harness import Harness
from clue_service.main import SERVICE
from sqlalchemy import event

Document = dict[str, Any]
Call = Callable[..., Awaitable[httpx2.Response]]
Register = Callable[..., Awaitable[Document]]


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


def _commission(key: str, parent: str) -> list[Mapping[str, Any]]:
    cdi = f"cdi-{key}"
    offices = {
        f"cmo-{key}": "case_management_office",
        f"pet-{key}": "petition_office",
        f"sup1-{key}": "supervision_office",
        f"inv1-{key}": "investigation_office",
    }
    return [
        {"code": cdi, "unit_type": "cdi", "parent_code": parent, "contact": f"line-{key}"},
        *({"code": code, "unit_type": kind, "parent_code": cdi} for code, kind in offices.items()),
    ]


CITY: tuple[Mapping[str, Any], ...] = (
    {"code": "pc-xn", "name": "中共夏宁市委", "unit_type": "party_committee", "parent_code": None},
    *_commission("xn", "pc-xn"),
    {"code": "dg-build", "unit_type": "dispatched_group", "parent_code": "cdi-xn", "host_units": ["su-housing"]},
    *_commission("dh", "cdi-xn"),
    *_commission("xs", "cdi-xn"),
    *_commission("lh", "cdi-xn"),
    {
        "code": "su-housing",
        "name": "夏宁市住房和城乡建设局",
        "unit_type": "supervised_unit",
        "parent_code": "pc-xn",
        "aliases": ["市住建局", "夏宁市住建局"],
        "linked_office": "sup1-xn",
    },
    {"code": "su-health", "name": "夏宁市卫生健康委员会", "unit_type": "supervised_unit", "parent_code": "pc-xn"},
)


@pytest.fixture
def city_units() -> tuple[Mapping[str, Any], ...]:
    return CITY


@pytest.fixture
async def city(harness: Harness) -> None:
    """The units of ``CITY``, and the two leaders of each commission."""
    await harness.add_units(*CITY)
    for unit in (unit["code"] for unit in CITY if unit["unit_type"] == "cdi"):
        await harness.add_principal(f"principal@{unit}", unit, "principal_leader")
        await harness.add_principal(f"deputy@{unit}", unit, "deputy_leader")


ROLES = {
    "officer": "intake_officer",
    "supervisor": "case_supervisor",
    "handler": "handler",
    "leader": "leader",
    "principal": "principal_leader",
    "deputy": "deputy_leader",
    "service": "service",
    "admin": "platform_admin",
    "auditor": "auditor",
}


@pytest.fixture
def call(client: httpx2.AsyncClient, headers: Callable[..., dict[str, str]], city: None) -> Call:
    """``await call("officer@pet-dh", "POST", path, body)`` → the response. The sub is what comes before the @."""

    async def send(who: str, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        sub, _, unit = who.partition("@")
        role = ROLES[sub.rstrip("0123456789").split(":", maxsplit=1)[0]]
        clearance = more.pop("clearance", "internal")
        sent = {**headers(more.pop("sub", who), unit or None, role, clearance=clearance), **more.pop("headers", {})}
        if "content" in more:
            return await client.request(method, path, headers=sent, **more)
        if method == "POST" and body is None:
            body = {}
        return await client.request(method, path, headers=sent, json=body, **more)

    return send


# Whether units or the model changed is asked every few seconds, by whichever request comes then.
BY_THE_CLOCK = ("sum(unit_copy.version)", "SELECT matching_model.number")


@pytest.fixture
def statements(resources: Resources) -> Iterator[list[str]]:
    """The SQL statements of the service since the list was last cleared.

    Transaction control is not counted, nor what the clock alone asks for: on a slow machine it would come in anywhere.
    """
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not any(asked in statement for asked in BY_THE_CLOCK):
            seen.append(statement)

    engine = resources.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    with watched(lambda statement: note(None, None, statement)):
        yield seen
    event.remove(engine, "before_cursor_execute", note)


MATTER: tuple[Document, ...] = (
    {
        "source_code": "PETITION",
        "channel": "letter",
        "received_on": "2026-11-20",
        "subjects": [{"name": "钟国梁", "unit_name": "夏宁市住房和城乡建设局", "post": "局长"}],
        "allegations": [
            {
                "category_code": "C1",
                "text": "住建局局长钟国梁于2024年3月在滨河路改造工程招标前，收受承建商宏远建筑公司现金20万元，"
                "随后该公司以最高价中标。",
                "occurred_from": "2024-03-01",
                "amount_cny": 200000,
            }
        ],
    },
    {
        "source_code": "PETITION",
        "channel": "phone",
        "received_on": "2026-11-21",
        "subjects": [{"name": "钟国梁", "unit_name": "市住建局", "post": "局长"}],
        "allegations": [
            {
                "text": "来电反映：市住建局一把手钟局长前年春天拿了宏远建筑老板二十万好处费，"
                "滨河路改造的标就给了宏远，价格比别家都高。",
                "amount_cny": 200000,
            }
        ],
    },
    {
        "source_code": "INSPECTION",
        "received_on": "2026-11-22",
        "subjects": [{"name": "钟国梁", "unit_name": "夏宁市住建局", "unit_code": "su-housing", "post": "党组书记"}],
        "allegations": [
            {
                "category_code": "C1",
                "text": "巡察移交：夏宁市住建局主要负责人钟国梁涉嫌在滨河路改造项目中为宏远建筑公司中标提供帮助，"
                "2024年3月前后收受财物约20万元。",
                "amount_cny": 200000,
            }
        ],
    },
)
"""One matter in three wordings."""

OTHER_MATTER: Document = {
    "source_code": "PETITION",
    "received_on": "2026-11-20",
    "subjects": [{"name": "白秋菊", "unit_name": "夏宁市卫生健康委员会", "post": "副主任"}],
    "allegations": [{"category_code": "D6", "text": "白秋菊长期在上班时间打麻将，多次被群众看到。"}],
}


@pytest.fixture
def register(call: Call) -> Register:
    """``await register("officer@pet-dh", MATTER[0], **changes)`` → the clue as answered."""

    async def post(who: str, form: Document = OTHER_MATTER, **changes: Any) -> Document:
        answer = await call(who, "POST", "/v1/clues", {**form, **changes})
        assert answer.status_code == 201, answer.text
        clue: Document = answer.json()
        return clue

    return post


@pytest.fixture
def matter() -> tuple[Document, ...]:
    return MATTER


Bring = Callable[..., Awaitable[Document]]


@pytest.fixture
def bring(call: Call) -> Bring:
    """``await bring(clue, "proposed")`` → the clue, moved there by its people; lead unit inv1 or as given."""

    async def go(clue: Document, to: str, *, lead: str | None = None, method: str = "talk_inquiry") -> Document:
        key = clue["commission"].removeprefix("cdi-")
        unit = lead or f"inv1-{key}"
        steps: list[tuple[str, str, Document]] = [
            ("accepted", f"supervisor@cmo-{key} accept", {}),
            (
                "assigned",
                f"supervisor@cmo-{key} assign",
                {"lead_unit": unit, "co_units": [], "approved_by": f"principal@cdi-{key}"},
            ),
            ("proposed", f"handler@{unit} propose-disposition", {"method": method, "reason": "r"}),
            ("approved", f"principal@cdi-{key} approve-disposition", {}),
        ]
        for reached, step, body in steps:
            who, verb = step.split()
            answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
            assert answer.status_code == 200, answer.text
            if reached == to:
                return dict(answer.json())
        raise AssertionError(to)

    return go
