"""Relatives are in no answer, no event, no log line and no table in plain text, for any role."""

from typing import Any

import pytest
from chassis.runtime import openapi_document
from chassis.service import Resources
from personnel_pool_service.cadres.models import RecusalFactRow
from personnel_pool_service.main import SERVICE
from sqlalchemy import select, text

MARKER = "䶮"
NAME = f"何{MARKER}宁"
KIN = [{"relation": "kin-of-somebody", "unit_code": "su-coop", "name": NAME}]
ROLES = (
    "intake_officer", "case_supervisor", "handler", "leader", "principal_leader", "deputy_leader", "org_department",
    "inspection_office", "inspector", "pool_manager", "home_unit_approver", "auditor", "integrator", "platform_admin",
    "service",
)  # fmt: skip
HIDDEN = (MARKER, MARKER.encode().hex(), "kin-of-somebody", b"kin-of-somebody".hex(), repr(MARKER.encode())[2:-1])


def leaks(place: str) -> list[str]:
    escaped = MARKER.encode("unicode_escape").decode()
    return [mark for mark in (*HIDDEN, escaped) if mark in place]


async def test_relatives_are_found_nowhere(
    call: Any, new_cadre: Any, lend: Any, resources: Resources, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    cadre_id = await new_cadre("sup1-xn", relatives=KIN, sub="user-k")
    path = f"/v1/cadres/{cadre_id}"
    answers = []
    for who in (f"{role}@sup1-xn" for role in ROLES):
        answers += [
            await call(who, "GET", path),
            await call(who, "GET", "/v1/cadres"),
            await call(who, "POST", "/v1/cadre-searches", json={"text": MARKER}),
            await call(who, "POST", "/v1/cadre-searches", json={}),
            await call(who, "PATCH", path, json={"relatives": KIN}, headers={"If-Match": "*"}),
            await call(who, "GET", "/v1/principals/user-k"),
            await call(who, "GET", "/v1/team-separations"),
            await call(
                who, "POST", "/v1/recusal-checks", json={"targets": [{"unit_code": "su-coop"}], "cadre_ids": [cadre_id]}
            ),
            await call(who, "POST", "/v1/cadres", json={"relatives": [{**KIN[0], "unit_code": "nowhere"}]}),
            await call(who, "POST", "/v1/cadres", json={"relatives": [{**KIN[0], "name": f"{NAME}\x00"}]}),
        ]
    answers.append(await lend([cadre_id]))
    assert {answer.status_code for answer in answers} >= {200, 201, 403, 422}
    assert [answer.text for answer in answers if leaks(answer.text)] == []
    captured = capfd.readouterr()
    assert leaks(captured.out + captured.err + caplog.text) == []
    async with resources.database.sessions() as session:
        tables = list(await session.scalars(text("select tablename from pg_tables where schemaname = 'public'")))
        for table in tables:
            rows = await session.scalars(text(f'select row_to_json(t)::text from "{table}" t'))
            assert [table for row in rows if leaks(row)] == []
        outbox = [bytes(data).decode() for data in await session.scalars(text("select data from outbox"))]
    assert outbox
    assert [data for data in outbox if leaks(data)] == []


def _asked(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("+".join(ROLES), id="all roles at once"),
        pytest.param("handler", id="handler"),
        *(pytest.param(role, id=role, marks=pytest.mark.proof) for role in ROLES if role != "handler"),
    ],
)
async def test_no_route_lets_a_role_read_relatives_or_declared_ties(
    who: str, call: Any, new_cadre: Any, app: Any, capfd: pytest.CaptureFixture[str], resources: Resources
) -> None:
    cadre_id = await new_cadre("sup1-xn", relatives=KIN, sub="user-k")
    tie = {"kind": "kinship", "unit_code": "su-coop", "note": f"{NAME} kin-of-somebody"}
    body = {"occasion_ref": "round:1", "ties": [tie]}
    declared = await call("handler@sup1-xn", "POST", "/v1/recusal-declarations", sub="user-k", json=body)
    unsealing = {"cadre_id": cadre_id, "unit_code": "su-coop", "reason": "人选复核"}
    opened = await call("inspection_office@insp-xn", "POST", "/v1/recusal-unsealings", json=unsealing)
    await call("principal_leader@pc-xn", "POST", f"{opened.headers['location']}/approve")
    ids = {
        "cadre_id": cadre_id,
        "item_id": opened.headers["location"].rpartition("/")[2],
        "declaration_id": declared.json()["id"],
        "code": "su-coop",
        "sub": "user-k",
        "secondment_id": cadre_id,
    }
    operations = [
        (method.upper(), _asked(path, ids))
        for path, methods in openapi_document(SERVICE)["paths"].items()
        for method in methods
    ]
    assert len(operations) > 60, "the walk sees the whole service"
    bodies = (None, {}, {"targets": [{"unit_code": "su-coop"}], "cadre_ids": [cadre_id]}, {"as_of": "2026-12-01"})
    answers = []
    for method, path in operations:
        asked = f"{path}?from=2026-12-01&to=2026-12-31&as_of=2026-12-01" if method == "GET" else path
        for sent in bodies if method == "POST" and path.endswith(("es", "s", "grounds")) else (None,):
            more = {"json": sent} if sent is not None else {}
            answers.append(await call(f"{who}@pc-xn", method, asked, **more))
    assert {answer.status_code for answer in answers} >= {200, 404, 422}
    assert [str(answer.request.url) for answer in answers if leaks(answer.text)] == []
    captured = capfd.readouterr()
    assert leaks(captured.out + captured.err) == []
    async with resources.database.sessions() as session:
        for table in list(await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))):
            rows = await session.scalars(text(f'select row_to_json(t)::text from "{table}" t'))
            assert [table for row in rows if leaks(row)] == []


async def test_the_search_is_sharp_enough_to_find_a_leak(new_cadre: Any, resources: Resources) -> None:
    await new_cadre("sup1-xn", name=NAME)
    async with resources.database.sessions() as session:
        row = await session.scalar(text("select row_to_json(c)::text from cadre c"))
    assert leaks(str(row)) == [MARKER]


async def test_a_sealed_record_opens_for_its_own_cadre_only(new_cadre: Any, resources: Resources) -> None:
    from cryptography.exceptions import InvalidTag

    one, two = await new_cadre("sup1-xn", relatives=KIN), await new_cadre("sup1-xn")
    async with resources.database.sessions() as session:
        sealed = {str(row.cadre_id): row.sealed for row in await session.scalars(select(RecusalFactRow))}
    assert NAME in resources.keys.open(sealed[one], f"recusal_fact:{one}").decode()
    with pytest.raises(InvalidTag):
        resources.keys.open(sealed[one], f"recusal_fact:{two}")
