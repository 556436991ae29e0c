"""Clues leave as a file only by two people, only what both may see, only for a time, and every step is written down."""

import asyncio
import base64
import csv
import hashlib
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from chassis.clock import FixedClock
from chassis.service import Resources
from clue_service.access.paging import any_of
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from clue_service.clue_exports import repository, service
from clue_service.clue_exports.models import ClueExport, ClueExportClue, ClueExportFile
from sqlalchemy import func, select, text

PATH = "/v1/clue-exports"
ASKER, LEADER, OFFICE = "officer@pet-dh", "leader@cdi-dh", "supervisor@cmo-dh"
MARK = "导出标记䶮"
FORM = {"basis": "meeting", "reason": f"{MARK}会议"}


@pytest.fixture
def accepted(register: Any, call: Any) -> Any:
    """``await accepted(n)`` → a clue that leaders see."""

    async def make(number: int = 0, who: str = ASKER, **changes: Any) -> Any:
        form = {
            "origin_ref": f"out:{number}",
            "summary": f"{MARK}{number}",
            "subjects": [{"name": f"某{'甲乙丙丁戊己'[number % 6]}", "id_number": "110101199003070134"}],
            "reporter": {"identity_type": "real_name", "name": "反映人墨", "contact": "13900000000"},
            **changes,
        }
        clue = await register(who, **form)
        key = clue["commission"].removeprefix("cdi-")
        assert (await call(f"supervisor@cmo-{key}", "POST", f"/v1/clues/{clue['id']}/accept")).status_code == 200
        return clue

    return make


@pytest.fixture
def ask(call: Any) -> Any:
    async def go(who: str = ASKER, expect: int = 201, **more: Any) -> Any:
        answer = await call(who, "POST", PATH, {**FORM, **more})
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def act(call: Any) -> Any:
    async def go(who: str, item: Any, verb: str, expect: int = 200) -> Any:
        body = {"reason": "不同意"} if verb == "refuse" else None
        answer = await call(who, "POST", f"{PATH}/{item['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def made(ask: Any, act: Any) -> Any:
    """``await made(filter={…})`` → an export whose file waits to be fetched."""

    async def make(who: str = ASKER, **more: Any) -> Any:
        item = await ask(who, **more)
        await act(LEADER, item, "approve")
        return await act(who, item, "make")

    return make


async def count(resources: Resources, model: Any) -> int:
    async with engine_session(resources) as session:
        return int(await session.scalar(select(func.count()).select_from(model)) or 0)


async def test_two_people_take_a_clue_out_and_every_step_is_logged(
    accepted: Any, ask: Any, act: Any, call: Any, resources: Resources
) -> None:
    clue = await accepted()
    item = await ask(clue_id=clue["id"])
    assert (item["state"], item["clues"], item["allowed_moves"]) == ("requested", 1, ["withdraw"])
    await act(ASKER, item, "make", expect=409)
    assert (await act(ASKER, item, "approve", expect=403))["code"] == "role_required"
    assert (await act("leader@cdi-xs", item, "approve", expect=404))["code"] == "not_found"
    approved = await act(LEADER, item, "approve")
    assert (approved["state"], approved["decided_by"]) == ("approved", LEADER)
    assert (await act(LEADER, item, "make", expect=403))["code"] == "part_required"
    done = await act(ASKER, item, "make")
    assert (done["state"], done["taken"], done["file"]) == ("made", 1, f"{PATH}/{item['id']}/file")
    sent = await call(ASKER, "GET", done["file"])
    assert sent.status_code == 200, sent.text
    assert sent.headers["cache-control"] == "no-store"
    digest = base64.b64encode(hashlib.sha256(sent.content).digest()).decode()
    assert sent.headers["content-digest"] == f"sha-256=:{digest}:"
    (line,) = [json.loads(one) for one in sent.text.splitlines()]
    assert (line["clue_no"], line["summary"]) == (clue["clue_no"], f"{MARK}0")
    assert (line["export_id"], line["exported_by"]) == (item["id"], ASKER)
    for hidden in ("反映人墨", "13900000000", "110101199003070134"):
        assert hidden not in sent.text
    for who in (LEADER, OFFICE, "officer2@pet-dh", "leader@cdi-xs"):
        assert (await call(who, "GET", done["file"])).status_code == 404, who
    log = await call("auditor@cmo-dh", "GET", f"/v1/audit-entries?object_type=clue&object_id={clue['id']}")
    steps = [one["action"] for one in reversed(log.json()["items"]) if "export" in one["action"]]
    assert steps == ["request_export", "approve_export", "export", "read_export"]
    async with engine_session(resources) as session:
        stored = await session.scalar(select(ClueExportFile.sealed))
    assert stored is not None
    assert MARK.encode() not in stored


async def test_sheets_hold_the_same_and_no_formula(accepted: Any, made: Any, call: Any) -> None:
    await accepted(summary="=HYPERLINK(1)", allegations=[{"text": "一", "category_code": "D6"}, {"text": "二"}])
    sheet = await made(filter={}, format="csv")
    rows = list(csv.reader(io.StringIO((await call(ASKER, "GET", sheet["file"])).content.decode("utf-8-sig"))))
    head, row = rows
    told = dict(zip(head, row, strict=True))
    assert (told["摘要"], told["反映问题"], told["问题类别"]) == ("'=HYPERLINK(1)", "一\n二", "生活纪律")
    assert (told["状态"], told["举报人类型"], told["导出编号"]) == ("已受理", "实名", sheet["id"])
    book = await made(filter={}, format="xlsx", language="en")
    with zipfile.ZipFile(io.BytesIO((await call(ASKER, "GET", book["file"])).content)) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
        cells = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "=HYPERLINK(1)" in strings
    assert "<f>" not in cells
    assert "Allegations" in strings


async def test_a_selection_holds_what_all_three_looks_saw(
    accepted: Any, ask: Any, act: Any, call: Any, register: Any
) -> None:
    """What was seen when it was asked for, when it was agreed on and when it was made."""
    clues = [await accepted(number) for number in range(4)]
    await register(ASKER, origin_ref="out:unaccepted")
    await accepted(9, who="officer@pet-xs")
    item = await ask(filter={"received_from": "2026-01-01"})
    assert item["clues"] == 5
    for clue, who in ((clues[1], LEADER), (clues[2], ASKER)):
        recusal = await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": who})
        assert recusal.status_code == 201, recusal.text
    await accepted(5)
    assert (await act(LEADER, item, "approve"))["clues"] == 3, "neither what leaders do not see, nor what was recused"
    done = await act(ASKER, item, "make")
    lines = [json.loads(one) for one in (await call(ASKER, "GET", done["file"])).text.splitlines()]
    assert [one["clue_no"] for one in lines] == [clues[0]["clue_no"], clues[3]["clue_no"]]
    assert done["taken"] == 2


async def test_a_right_that_ends_closes_the_file(accepted: Any, made: Any, call: Any) -> None:
    clue = await accepted()
    await accepted(1)
    item = await made(filter={})
    assert (await call(ASKER, "GET", item["file"])).status_code == 200
    assert (await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": ASKER})).status_code == 201
    closed = await call(ASKER, "GET", item["file"])
    assert (closed.status_code, closed.json()["code"]) == (409, "export_rights_ended")


async def test_the_recused_meet_no_export_of_the_clue(accepted: Any, ask: Any, act: Any, call: Any) -> None:
    clue = await accepted()
    item = await ask(clue_id=clue["id"])
    for who in (ASKER, LEADER):
        assert (await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": who})).status_code == 201
        for method, verb in (("GET", ""), ("GET", "/file"), ("POST", "/approve"), ("POST", "/make")):
            if who == ASKER and verb == "/approve":
                continue
            if who == LEADER and verb == "/make":
                continue
            assert (await call(who, method, f"{PATH}/{item['id']}{verb}")).status_code == 404, (who, verb)
        assert (await call(who, "GET", PATH)).json()["items"] == []


async def test_time_ends_it(
    accepted: Any, ask: Any, act: Any, made: Any, call: Any, clock: FixedClock, resources: Resources, harness: Any
) -> None:
    await accepted()
    late = await ask(filter={})
    await act(LEADER, late, "approve")
    item = await made(filter={})
    clock.advance(hours=25)
    gone = await call(ASKER, "GET", item["file"])
    assert (gone.status_code, gone.json()["code"], gone.json()["state"]) == (409, "no_export_file", "expired")
    assert await count(resources, ClueExportFile) == 1
    await service.end_late(resources)
    assert await count(resources, ClueExportFile) == 0
    clock.advance(hours=48)
    refused = await act(ASKER, late, "make", expect=409)
    assert (refused["state"], refused["allowed_moves"]) == ("expired", [])
    await service.end_late(resources)
    await service.end_late(resources)
    ended = await harness.staged_events("clue.clue_export.ended")
    assert [one.data["state"] for one in ended] == ["expired", "expired"]


async def test_withdrawing_destroys_the_file(
    accepted: Any, made: Any, act: Any, call: Any, resources: Resources
) -> None:
    await accepted()
    item = await made(filter={})
    assert (await act(ASKER, item, "withdraw"))["state"] == "withdrawn"
    assert await count(resources, ClueExportFile) == 0
    assert (await call(ASKER, "GET", item["file"])).json()["state"] == "withdrawn"


async def test_what_cannot_be_asked_for(accepted: Any, ask: Any, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clue = await accepted(subjects=[{"name": "某庚", "person_code": "officer7@pet-dh"}])
    await accepted(1)
    assert (await ask(expect=422))["errors"][0]["code"] == "one_extent"
    assert (await ask(clue_id=clue["id"], filter={}, expect=422))["errors"][0]["code"] == "one_extent"
    assert (await ask("officer7@pet-dh", clue_id=clue["id"], expect=403))["code"] == "subject_of_clue"
    assert (await ask("officer7@pet-dh", filter={}))["clues"] == 1, "the clue about oneself is left out"
    assert (await ask("handler@inv1-dh", filter={}, expect=409))["code"] == "nothing_to_export"
    await ask("officer@pet-xs", clue_id=clue["id"], expect=404)
    await ask("auditor@cmo-dh", filter={}, expect=403)
    await ask("admin@cdi-dh", filter={}, expect=403)
    monkeypatch.setenv("HELI_EXPORT_MAX_CLUES", "1")
    refused = await ask(filter={}, expect=409)
    assert (refused["code"], refused["limit"]) == ("too_many_to_export", 1)


async def test_of_many_approvals_and_makings_at_once_one_wins(
    accepted: Any, ask: Any, call: Any, resources: Resources
) -> None:
    await accepted()
    item = await ask(filter={})
    people = [f"leader{n}@cdi-dh" for n in range(4)]
    approvals = await asyncio.gather(*(call(who, "POST", f"{PATH}/{item['id']}/approve") for who in people))
    assert sorted(one.status_code for one in approvals) == [200, 409, 409, 409]
    makings = await asyncio.gather(*(call(ASKER, "POST", f"{PATH}/{item['id']}/make") for _ in range(4)))
    assert sorted(one.status_code for one in makings) == [200, 409, 409, 409]
    assert await count(resources, ClueExportFile) == 1


async def test_sealing_a_clue_destroys_the_files_it_is_in_also_while_one_is_made(
    accepted: Any, ask: Any, act: Any, made: Any, call: Any, resources: Resources
) -> None:
    clue = await accepted()
    await accepted(1)
    waiting, ready = await made(filter={}), await ask(filter={})
    await act(LEADER, ready, "approve")
    path = f"/v1/clues/{clue['id']}/seal"
    assert (await call("officer2@pet-dh", "POST", path, {"reason": "above level"})).status_code == 200
    sealed, making = await asyncio.gather(
        call(OFFICE, "POST", path, {"reason": "above level"}), call(ASKER, "POST", f"{PATH}/{ready['id']}/make")
    )
    assert sealed.status_code == 200
    assert making.status_code in (200, 409)
    for item in (waiting, ready):
        left = (await call(ASKER, "GET", f"{PATH}/{item['id']}")).json()
        assert (left["state"], left["reason"], left["file"]) == ("void", None, None)
        assert (await call(ASKER, "GET", f"{PATH}/{item['id']}/file")).status_code == 409
    assert await count(resources, ClueExportFile) == 0


async def test_row_security_shows_an_export_to_its_two_people_only(
    accepted: Any, made: Any, resources: Resources
) -> None:
    clue = await accepted()
    await made(filter={})

    async def seen(**viewer: Any) -> tuple[int, int, int]:
        async with resources.database.sessions() as session:
            await ask_as(session, Viewer(**viewer))
            found = [
                len((await session.scalars(select(model))).all())
                for model in (ClueExport, ClueExportFile, ClueExportClue)
            ]
            first_wall = await session.scalars(
                select(ClueExport.id).where(any_of(repository.parts_of(Viewer(**viewer))))
            )
            assert len(first_wall.all()) == found[0]
            return found[0], found[1], found[2]

    leader = {"leads": "cdi-dh", "commission": "cdi-dh", "roles": frozenset({"leader"})}
    assert await seen(sub=ASKER) == (1, 1, 1)
    assert await seen(sub=LEADER, **leader) == (1, 0, 1)
    assert await seen(sub=LEADER, **{**leader, "leads": "cdi-xs"}) == (0, 0, 0)
    office = {"office_of": "cdi-dh", "commission": "cdi-dh", "roles": frozenset({"case_supervisor"})}
    assert await seen(sub=OFFICE, **office) == (0, 0, 1), "that it is in some export, no more"
    assert await seen(sub=ASKER, service="svc:x") == (0, 0, 0)
    async with engine_session(resources) as session:
        await session.execute(
            text("update clue set recused = array[:sub] where id = :id"), {"sub": LEADER, "id": UUID(clue["id"])}
        )
    assert await seen(sub=LEADER, **leader) == (0, 0, 0)
