"""Lists of clues: narrowed, sorted and paged, the same set as a look at every clue would give."""

import random
from datetime import date
from typing import Any

import pytest
from chassis.db import Database
from chassis.embedded import ServiceDatabase
from chassis.service import Resources
from clue_service.access.policy import Viewer
from clue_service.access.row_security import engine_session
from clue_service.clues import finding
from clue_service.clues.filters import ClueOrder
from clue_service.clues.listing import first_of, sets_visible_to
from clue_service.clues.models import Clue
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import asyncpg

OFFICER = "officer@pet-dh"
SUPERVISOR = "supervisor@cmo-dh"


@pytest.fixture
async def clues(register: Any, bring: Any, resources: Resources) -> list[dict[str, Any]]:
    """Twelve clues of one commission and two of another, unlike in everything a list asks for."""
    made = [
        await register(
            OFFICER if number % 3 else SUPERVISOR,
            source_code="PETITION" if number % 2 else "AUDIT",
            channel="letter" if number % 4 else "visit",
            received_on=date(2026, 11, 1 + (number * 5) % 12).isoformat(),
            subjects=[{"name": f"测试{number}", "unit_code": "su-housing" if number % 2 else "su-health"}],
            origin_ref=f"list:{number}",
        )
        for number in range(12)
    ]
    for number in range(2):
        await register("officer@pet-xs", origin_ref=f"list:{number}")
    for number, to in ((1, "accepted"), (2, "assigned"), (3, "assigned"), (4, "proposed"), (5, "assigned")):
        await bring(made[number], to, lead="sup1-dh" if number == 3 else None)
    async with engine_session(resources) as session:
        for number, day in ((3, "2026-12-01"), (2, "2026-12-03"), (5, "2026-11-20")):
            await session.execute(
                update(Clue)
                .where(Clue.id == made[number]["id"])
                .values(due_at=text(f"timestamptz '{day} 12:00+08'"), clock_stopped_at=None)
            )
    return made


async def listed(call: Any, query: str, who: str = SUPERVISOR, limit: int = 4) -> list[str]:
    """The refs of all pages, in order."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = await call(who, "GET", f"/v1/clues?limit={limit}&{query}{more}")
        assert page.status_code == 200, page.text
        found += [one["origin_ref"].removeprefix("list:") for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    return found


async def test_every_filter_narrows_and_pages_leave_nothing_out(call: Any, clues: list[dict[str, Any]]) -> None:
    numbers = range(12)
    for query, expected in {
        "": [*numbers],
        "source=AUDIT": [n for n in numbers if n % 2 == 0],
        "channel=visit": [0, 4, 8],
        "status=assigned": [2, 3, 5],
        "status=assigned&source=AUDIT": [2],
        "lead_unit=sup1-dh": [3],
        "subject_unit=su-housing": [n for n in numbers if n % 2],
        "receiving_unit=cmo-dh": [0, 3, 6, 9],
        "received_from=2026-11-05&received_to=2026-11-08": [n for n in numbers if 5 <= 1 + (n * 5) % 12 <= 8],
        "due_to=2026-12-02T00:00:00Z&status=assigned": [3, 5],
        "due_from=2026-12-02T00:00:00Z&status=assigned": [2],
        "overdue=true": [5],
        f"clue_no={clues[7]['clue_no']}": [7],
        "clue_no=cdi-dh-2026-00001": [9, 10, 11],
        "clue_no=cdi_dh": [],
        "category=C1": [],
        f"matter_id={clues[0]['id']}": [],
    }.items():
        assert await listed(call, query) == [str(n) for n in reversed(expected)], query


async def test_every_order_is_kept_over_the_pages(call: Any, clues: list[dict[str, Any]]) -> None:
    by_receipt = sorted(range(12), key=lambda n: ((n * 5) % 12, n))
    assert await listed(call, "sort=oldest") == [str(n) for n in range(12)]
    assert await listed(call, "sort=received_first") == [str(n) for n in by_receipt]
    assert await listed(call, "sort=received_last") == [str(n) for n in reversed(by_receipt)]
    due = await listed(call, "sort=due_first", limit=2)
    assert due[0] == "5"
    assert [one for one in due if one in {"2", "3", "5"}] == ["5", "3", "2"]
    assert set(due) <= {"2", "3", "4", "5"}


async def test_a_cursor_of_another_order_or_none_is_refused(call: Any, clues: list[dict[str, Any]]) -> None:
    page = (await call(SUPERVISOR, "GET", "/v1/clues?limit=2&sort=received_last")).json()
    for query in (f"cursor={page['next_cursor']}", "cursor=WyJuZXdlc3QiLCAiIiwgIngiXQ", "cursor=x"):
        answer = await call(SUPERVISOR, "GET", f"/v1/clues?{query}")
        assert answer.json()["code"] == "invalid_cursor", query


async def test_each_caller_is_listed_what_they_may_see(call: Any, clues: list[dict[str, Any]]) -> None:
    assert await listed(call, "", OFFICER) == [str(n) for n in reversed(range(12))]
    assert await listed(call, "", "handler@inv1-dh") == ["5", "4", "2"]
    assert await listed(call, "", "leader@sup1-dh") == ["3"]
    assert await listed(call, "", "leader@cdi-dh") == ["5", "4", "3", "2", "1"]
    assert await listed(call, "sort=received_first", "handler@inv1-dh") == ["5", "4", "2"]
    assert await listed(call, "", "officer@pet-xs") == ["1", "0"]
    assert await listed(call, "", "auditor@cdi-dh") == []


@pytest.mark.usefixtures("clues")
async def test_the_sets_of_a_list_are_found_by_indexes(resources: Resources) -> None:
    # A commission of few clues: for one that holds nearly all of them, walking the newest back is the better plan.
    wanted = {
        "commission = 'cdi-rare' order by id desc limit 50": "ix_clue_commission_id",
        "commission = 'cdi-rare' and source_code = 'AUDIT' order by id desc limit 50": "ix_clue_commission_source_code",
        "commission = 'cdi-rare' order by received_on, id limit 50": "ix_clue_commission_received_on",
        "commission = 'cdi-rare' and due_at is not null and clock_stopped_at is null order by due_at, id limit 50": (
            "ix_clue_commission_due_at"
        ),
        "registered_via = 'svc:x' order by id desc limit 50": "ix_clue_registered_via",
        "approvers @> '{a}'": "ix_clue_approvers",
        "co_units && '{a}'": "ix_clue_co_units",
        # Where text is ordered by bytes, as here, the unique index serves a prefix too; elsewhere only the other does.
        "clue_no like 'cdi-dh-2026-00001%'": "clue_clue_no",
    }
    async with engine_session(resources) as session:
        await session.execute(text("set local enable_seqscan = off"))
        await session.execute(text("set local enable_sort = off"))
        for condition, index in wanted.items():
            plan = "\n".join(await session.scalars(text(f"explain select id from clue where {condition}")))
            assert index in plan, (condition, plan)


# The plan for any values, as a connection keeps it after some executions.
_KEPT_PLAN = """
create function pg_temp.kept_plan(said text) returns setof text language plpgsql as
$$ begin return query execute 'explain (generic_plan) ' || said; end $$
"""


@pytest.mark.parametrize("is_long", [False, True])
async def test_a_leader_is_listed_by_an_index_of_what_leaders_see(
    service_database: ServiceDatabase, *, is_long: bool
) -> None:
    leader = Viewer("p1", frozenset({"leader"}), leads="cdi-rare")
    led = [one for one in sets_visible_to(leader) if one.commission is not None]
    page = first_of(led, [], ClueOrder.NEWEST, 50, is_long=is_long)
    asked = str(page.compile(dialect=asyncpg.dialect(), compile_kwargs={"render_postcompile": True}))
    owner = Database(service_database.owner)
    async with owner.sessions.begin() as session:
        for said in (_KEPT_PLAN, "set local enable_seqscan = off", "set local enable_sort = off"):
            await session.execute(text(said))
        plan = list(await session.scalars(text("select * from pg_temp.kept_plan(:asked)"), {"asked": asked}))
    await owner.close()
    assert any("ix_clue_led" in line for line in plan), plan


async def searched(call: Any, who: str, wanted: dict[str, Any]) -> list[list[str]]:
    """The ids of every page of a search."""
    pages: list[list[str]] = []
    cursor: str | None = None
    while cursor is not None or not pages:
        answer = await call(who, "POST", "/v1/clue-searches", {**wanted, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        pages.append([one["id"] for one in answer.json()["items"]])
        cursor = answer.json()["next_cursor"]
    return pages


_SAID = "甲乙丙甲乙AbC 一万%_\\元"


@pytest.mark.parametrize("read_first", [1, 3, 2_000])
async def test_a_search_finds_what_stands_in_a_clue_whether_read_or_looked_up(
    call: Any, register: Any, monkeypatch: pytest.MonkeyPatch, read_first: int
) -> None:
    monkeypatch.setattr(finding, "_READ_FIRST", read_first)
    monkeypatch.setattr(finding, "_READ_ON", read_first)
    chance = random.Random(20261128)
    said = {}
    for number in range(14):
        name, words = ("".join(chance.choices(_SAID, k=chance.randint(2, 9))) for _ in range(2))
        summary = "".join(chance.choices(_SAID, k=3)) if number % 3 == 0 else None
        subject = {"name": name, "unit_name": "".join(chance.choices(_SAID, k=4))} if number % 4 else {"name": name}
        form = {"subjects": [subject], "allegations": [{"text": words}], "summary": summary}
        clue = await register(OFFICER, **form, origin_ref=f"said:{number}")
        shown = (await call(OFFICER, "GET", f"/v1/clues/{clue['id']}")).json()
        said[clue["id"]] = (
            [value for one in shown["subjects"] for value in (one["name"], one["unit_name"])],
            [one["text"] for one in shown["allegations"]] + [shown["summary"]],
        )

    def holding(place: int, part: str) -> list[str]:
        return [
            clue for clue, texts in said.items() if any(part.lower() in (one or "").lower() for one in texts[place])
        ]

    for _ in range(40):
        part, other = (
            "".join(chance.choices(_SAID, k=chance.choice((1, 1, 2, 2, 3)))).strip() or "甲" for _ in range(2)
        )
        both = [clue for clue in holding(0, part) if clue in holding(1, other)]
        for wanted, expected in (
            ({"subject": part}, holding(0, part)),
            ({"text": part}, holding(1, part)),
            ({"subject": part, "text": other}, both),
        ):
            for limit in (2, 50):
                pages = await searched(call, SUPERVISOR, {**wanted, "limit": limit})
                assert [clue for page in pages for clue in page] == expected[::-1], (wanted, limit)


async def test_a_single_character_is_looked_for_page_by_page_in_what_one_may_see(
    call: Any, register: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_READ_FIRST", 2)
    monkeypatch.setattr(finding, "_READ_ON", 1)
    said = ["岳", "甲", "乙", "丙", "丁", "岳", "岳"]
    mine = [
        await register(OFFICER, allegations=[{"text": f"反映{one}某"}], origin_ref=f"said:{number}")
        for number, one in enumerate(said)
    ]
    first, old, new = (mine[place]["id"] for place in (0, 5, 6))
    assert await searched(call, SUPERVISOR, {"text": "岳"}) == [[new, old], [], [first]]
    assert await searched(call, SUPERVISOR, {"text": "岳", "limit": 1}) == [[new], [old], [first]]
    assert await searched(call, SUPERVISOR, {"text": "龘"}) == [[], [], []], "its pages end"
    others = await register("officer@pet-xs", allegations=[{"text": "反映岳某"}], origin_ref="said:elsewhere")
    assert await searched(call, SUPERVISOR, {"text": "岳"}) == [[new, old], [], [first]], "pages tell of no other clue"
    assert await searched(call, "supervisor@cmo-xs", {"text": "岳"}) == [[others["id"]]]
    await bring(mine[0], "assigned")
    assert await searched(call, "handler@inv1-dh", {"text": "岳"}) == [[first]], "its own few are read at once"
    assert await searched(call, "handler@inv1-xs", {"text": "岳"}) == [[]]


@pytest.mark.parametrize("read_first", [2, 2_000])
async def test_a_search_skips_nothing_where_one_sees_clues_for_several_reasons(
    call: Any, register: Any, monkeypatch: pytest.MonkeyPatch, read_first: int
) -> None:
    """Of what one registered the oldest fit; of the office's, which are newer, those that are not read at once too."""
    monkeypatch.setattr(finding, "_READ_FIRST", read_first)
    monkeypatch.setattr(finding, "_READ_ON", read_first)
    wanted: list[str] = []
    for number in range(8):
        registrar, level = (SUPERVISOR, "secret") if number < 2 else (OFFICER, "internal")
        fits = number < 2 or number % 2 == 0
        allegations = [{"text": "反映虚报问题" if fits else "反映其他问题"}]
        clue = await register(registrar, allegations=allegations, secrecy_level=level, origin_ref=f"said:{number}")
        wanted = [clue["id"], *wanted] if fits else wanted
    for part in ("虚报", "虚"):
        pages = await searched(call, SUPERVISOR, {"text": part, "limit": 2})
        assert [clue for page in pages for clue in page] == wanted, part
