"""Lists and single reads follow one policy; what is hidden is as if it were not there."""

from dataclasses import replace
from typing import Any

import pytest
from chassis.errors import NotFound
from chassis.identity import SYSTEM, Principal
from chassis.service import Resources
from clue_service.access.policy import Viewer, access_to
from clue_service.access.row_security import as_engine, ask_as, engine_session
from clue_service.clues.filters import ClueFilter
from clue_service.clues.finding import list_clues
from clue_service.clues.models import Allegation, Clue, Subject
from clue_service.matching.models import ClueKey
from clue_service.reporters.models import Reporter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError


async def test_a_hidden_clue_reads_like_none(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh")
    hidden = (await call("supervisor@cmo-xs", "GET", f"/v1/clues/{clue['id']}")).json()
    absent = (await call("supervisor@cmo-xs", "GET", "/v1/clues/00000000-0000-7000-8000-000000000000")).json()
    assert {**hidden, "request_id": ""} == {**absent, "request_id": ""}
    for path in ("candidates", "timeline"):
        assert (await call("supervisor@cmo-xs", "GET", f"/v1/clues/{clue['id']}/{path}")).status_code == 404
    for who in ("admin@cdi-dh", "auditor@cmo-dh", "handler@inv1-dh", "supervisor@nowhere"):
        assert (await call(who, "GET", f"/v1/clues/{clue['id']}")).status_code == 404
        assert (await call(who, "GET", "/v1/clues")).json() == {"items": [], "next_cursor": None}


async def test_a_list_is_filtered_and_paged(call: Any, register: Any, bring: Any) -> None:
    clues = [
        await register("officer@pet-dh", origin_ref=f"r:{n}", received_on=f"2026-11-{10 + n}", source_code=source)
        for n, source in enumerate(("AUDIT", "PETITION", "AUDIT", "OTHER"))
    ]
    await register("officer@pet-xs")
    await bring(clues[1], "assigned")
    ids = [clue["id"] for clue in reversed(clues)]

    async def listed(query: str) -> list[str]:
        answer = await call("supervisor@cmo-dh", "GET", f"/v1/clues{query}")
        assert answer.status_code == 200, answer.text
        return [clue["id"] for clue in answer.json()["items"]]

    assert await listed("") == ids
    assert await listed("?source=AUDIT") == [clues[2]["id"], clues[0]["id"]]
    assert await listed("?status=assigned") == [clues[1]["id"]]
    assert await listed("?lead_unit=inv1-dh&category=D6") == [clues[1]["id"]]
    assert await listed("?category=C1") == []
    assert await listed("?received_from=2026-11-11&received_to=2026-11-12") == [clues[2]["id"], clues[1]["id"]]
    first = (await call("supervisor@cmo-dh", "GET", "/v1/clues?limit=3")).json()
    rest = (await call("supervisor@cmo-dh", "GET", f"/v1/clues?limit=3&cursor={first['next_cursor']}")).json()
    assert [clue["id"] for clue in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    for wrong in ("?limit=0", "?limit=201", "?status=lost", "?cursor=%00", "?received_from=soon"):
        assert (await call("supervisor@cmo-dh", "GET", f"/v1/clues{wrong}")).status_code == 422


async def test_a_search_finds_names_and_text_and_only_what_is_visible(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh")
    await register("officer@pet-xs")

    async def found(who: str, body: Any) -> list[str]:
        answer = await call(who, "POST", "/v1/clue-searches", body)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await found("supervisor@cmo-dh", {"subject": "秋菊"}) == [clue["id"]]
    assert await found("supervisor@cmo-dh", {"text": "打麻将"}) == [clue["id"]]
    assert await found("supervisor@cmo-dh", {"text": "%"}) == []
    assert await found("supervisor@cmo-dh", {"subject": "秋菊", "source": "AUDIT"}) == []
    assert await found("handler@inv1-dh", {"subject": "秋菊"}) == []
    assert (await call("supervisor@cmo-dh", "POST", "/v1/clue-searches", {"name": "x"})).status_code == 422


async def test_a_secret_clue_needs_the_clearance(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh", secrecy_level="secret")
    path = f"/v1/clues/{clue['id']}"
    assert (await call("supervisor@cmo-dh", "GET", path)).status_code == 404
    assert (await call("supervisor@cmo-dh", "GET", path, clearance="secret")).status_code == 200
    assert (await call("officer@pet-dh", "GET", path)).status_code == 200


async def test_every_read_and_write_leaves_an_audit_row(call: Any, register: Any, resources: Resources) -> None:
    clue = await register("officer@pet-dh")
    await call("supervisor@cmo-dh", "GET", f"/v1/clues/{clue['id']}")
    await call("supervisor@cmo-dh", "GET", "/v1/clues")
    await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/accept")
    async with resources.database.sessions() as session:
        rows = (await session.execute(text("select actor, action, detail from audit_entry order by id"))).all()
    assert {(row.actor, row.action) for row in rows} >= {
        ("officer@pet-dh", "register"),
        ("supervisor@cmo-dh", "read"),
        ("supervisor@cmo-dh", "list"),
        ("supervisor@cmo-dh", "accept"),
    }
    (listing,) = [row.detail for row in rows if row.action == "list"]
    assert listing == {"clues": [clue["id"]]}
    assert "秋菊" not in str(rows)


UNITS = ("u1", "u2", "c1", "c2")
SUBS = ("p1", "p2")
some = st.sampled_from
sets = st.frozensets
VIEWERS = st.builds(
    Viewer,
    sub=some(SUBS),
    roles=sets(some(("handler", "leader", "intake_officer", "platform_admin")), max_size=2),
    unit=some(UNITS),
    commission=some(UNITS),
    service=some((None, None, None, "svc:a")),
    office_of=some((None, "c1", "c2")),
    leads=some((None, "c1")),
    units=sets(some(UNITS), max_size=2),
    cleared_for=some((frozenset({"internal"}), frozenset({"internal", "secret"}))),
)


async def test_lists_and_row_security_say_what_the_policy_says(register: Any, resources: Resources) -> None:
    for n in range(24):
        await register("officer@pet-dh", origin_ref=f"n:{n}")
    async with resources.transactions(SYSTEM) as uow:
        session = uow.session
        await session.execute(
            text(
                """
                update clue set
                  status = (array['registered', 'assigned', 'closed'])[1 + mod(n, 3)],
                  secrecy_level = (array['internal', 'secret'])[1 + mod(n / 3, 2)],
                  registered_by = (array['p1', 'p9'])[1 + mod(n, 2)],
                  registered_via = (array[null, 'svc:a'])[1 + mod(n / 2, 2)],
                  commission = (array['c1', 'c2'])[1 + mod(n / 4, 2)],
                  lead_unit = (array[null, 'u1', 'c1'])[1 + mod(n, 3)],
                  co_units = case when mod(n, 5) = 0 then array['u2'] else '{}' end,
                  members = case when mod(n, 4) = 1 then array['p2'] else '{}' end,
                  approvers = case when mod(n, 7) = 0 then array['p2'] else '{}' end,
                  recused = case when mod(n, 6) = 0 then array['p1', 'p2'] else '{}' end
                from (select id as of, row_number() over (order by id)::int as n from clue) numbered where of = id
                """
            )
        )
    async with engine_session(resources) as session:
        everything = list(await session.scalars(select(Clue)))
    cases: list[Viewer] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(VIEWERS)
    def collect(viewer: Viewer) -> None:
        cases.append(viewer)

    collect()
    seen = 0
    for viewer in {replace(one) for one in cases}:
        expected = {clue.id for clue in everything if access_to(viewer, clue) is not None}
        async with engine_session(resources) as session:
            listed = (await list_clues(session, viewer, ClueFilter(), after=None, limit=100)).clues
        assert {clue.id for clue in listed} == expected, viewer
        async with resources.database.sessions() as session:
            await ask_as(session, viewer)
            for column in _CLUE_OF_CONTENT:
                assert set(await session.scalars(select(column))) == expected, (viewer, column)
        seen += len(expected)
    assert 0 < seen < len(cases) * len(everything)


async def test_who_says_nothing_about_himself_sees_nothing_and_may_not_open_the_engines_tables(
    register: Any, resources: Resources
) -> None:
    await register("officer@pet-dh", reporter={"identity_type": "real_name", "name": "甲", "contact": "1"})
    async with resources.database.sessions() as session:
        for column in _CLUE_OF_CONTENT:
            assert list(await session.scalars(select(column))) == []
    for table in ("clue_key", "clue_feature", "matching_frequency", "reporter"):
        async with resources.database.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(f"select * from {table}"))
    async with engine_session(resources) as session:
        for column in (Clue.id, ClueKey.clue_id, Reporter.clue_id):
            assert len(list(await session.scalars(select(column)))) == 1


async def test_what_is_not_seen_is_neither_changed_nor_deleted(register: Any, resources: Resources) -> None:
    await register("officer@pet-dh")
    async with resources.database.sessions.begin() as session:
        await ask_as(session, Viewer(sub="somebody", office_of="cdi-xs", commission="cdi-xs"))
        for statement in ("update clue set summary = 'x'", "delete from clue_allegation", "delete from clue"):
            await session.execute(text(statement))
        await session.execute(text("select id from clue for update"))
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_allegation")) == 1
        assert await session.scalar(text("select summary from clue")) is None


async def test_the_engines_rights_end_with_the_block_and_with_the_transaction(
    register: Any, resources: Resources
) -> None:
    await register("officer@pet-dh")
    nobody = Principal(sub="nobody")
    count = text("select count(*) from clue")
    async with resources.transactions(nobody) as uow:
        async with as_engine(uow.session), as_engine(uow.session):
            assert await uow.session.scalar(count) == 1
        assert await uow.session.scalar(count) == 0
        with pytest.raises(NotFound):
            async with as_engine(uow.session):
                raise NotFound
        assert await uow.session.scalar(count) == 0
    for _ in range(30):  # every connection of the pool
        async with resources.transactions(nobody) as uow:
            assert await uow.session.scalar(count) == 0


_CLUE_OF_CONTENT = (Clue.id, Subject.clue_id, Allegation.clue_id)
