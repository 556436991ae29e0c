import hashlib
import json
import time
from typing import Any

import pytest

COOP = "su-coop"


def line(number: int, **more: Any) -> dict[str, Any]:
    return {
        "clue_no": f"XN-2026-{number:05d}",
        "source_code": "PETITION" if number % 3 else "AUDIT",
        "categories": [("C1", "D3", "D5")[number % 3]],
        "received_on": f"{2020 + number % 6}-0{1 + number % 9}-15",
        "stage": ("registered", "in_hand", "concluded")[number % 3],
        "closure": None,
        "secrecy_level": "internal",
        **more,
    }


async def frozen(city: Any, team: Any) -> Any:
    ordered = await city.office.post(f"/v1/teams/{team['id']}/dossiers", expect=202)
    await city.run_jobs()
    return await city.office.get(f"/v1/dossiers/{ordered['id']}")


async def with_history(city: Any) -> Any:
    """A unit that was inspected before: one general finding, one about a person, one item put to the unit."""
    team = await city.working_team()
    general = {"category": "work", "severity": "minor", "text": "招租未公开"}
    personal = {"category": "C1", "severity": "grave", "text": "标记䶮正文", "person": "何䶮宁"}
    path = f"/v1/teams/{team['id']}/findings"
    finding = await city.office.post(path, general, expect=201)
    await city.office.post(path, personal, expect=201)
    fix = {"problem": "公示招租信息", "kind": "immediate_fix"}
    await city.office.post(f"/v1/findings/{finding['id']}/rectifications", fix, expect=201)
    await city.run_jobs()  # the secondment is active before it ends
    await city.office.post(f"/v1/teams/{team['id']}/close")
    await city.run_jobs()
    await city.office.post(f"/v1/rounds/{team['round_id']}/close")
    return finding


async def test_a_dossier_gathers_freezes_and_hashes(city: Any) -> None:
    await with_history(city)
    team = await city.authorised_team()
    city.peers.clue.ledger = [line(1), line(2), line(3)]
    city.peers.clue.counted_only = 4
    dossier = await frozen(city, team)
    assert (dossier["state"], dossier["item_count"]) == ("frozen", 7)
    content = await city.office.get(f"/v1/dossiers/{dossier['id']}/content")
    sections = [item["section"] for item in content["items"]]
    assert sections == ["rounds", "findings", "findings", "rectifications", "reports", "reports", "clues"]
    assert (content["counts"]["ledger"]["clues"], content["counts"]["ledger"]["counted_only"]) == (7, 4)
    whole = {**content["facts"], "counts": content["counts"], "items": content["items"]}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == dossier["sha256"]
    assert "䶮" not in text, "a finding about a person says its category only"
    (asked,) = city.peers.clue.extracts
    assert asked == ({"unit_code": COOP, "purpose": "entry", "matter": f"team:{team['id']}"}, "office")
    (event,) = await city.harness.staged_events("inspection.dossier.frozen")
    assert event.data["item_count"] == 7


async def test_letters_of_advice_go_in_by_writer_and_date(city: Any) -> None:
    team = await city.authorised_team()
    letter = {
        "id": "00000000-0000-7000-8000-0000000000a1",
        "kind": "supervisory",
        "state": "replied",
        "issuing_unit": "sup1-xn",
        "addressed_unit": COOP,
        "served_on": "2026-03-02",
        "reply_due_on": "2026-04-02",
        "replied_on": "2026-03-30",
        "closed_on": None,
        "times_returned": 1,
        "secrecy_level": "internal",
    }
    city.peers.clue.advice = [letter]
    dossier = await frozen(city, team)
    content = await city.office.get(f"/v1/dossiers/{dossier['id']}/content")
    (item,) = [item for item in content["items"] if item["section"] == "advice"]
    assert (item["ref"], item["state"], item["times_returned"]) == (letter["id"], "replied", 1)
    assert content["counts"]["ledger"]["advice_total"] == 1


async def test_later_changes_leave_a_freeze_as_it_was_and_a_diff_lists_them(city: Any) -> None:
    team = await city.authorised_team()
    city.peers.clue.ledger = [line(1), line(2)]
    first = await frozen(city, team)
    before = await city.office.get(f"/v1/dossiers/{first['id']}/content")
    city.peers.clue.ledger = [line(1, stage="concluded"), line(4)]
    second = await frozen(city, team)
    assert await city.office.get(f"/v1/dossiers/{first['id']}/content") == before
    diff = await city.office.get(f"/v1/dossiers/{second['id']}/diff?since={first['id']}")
    assert [item["ref"] for item in diff["added"]] == ["XN-2026-00004"]
    assert [item["ref"] for item in diff["removed"]] == ["XN-2026-00002"]
    assert [(one["before"]["state"], one["after"]["state"]) for one in diff["changed"]] == [("in_hand", "concluded")]
    listed = await city.office.get(f"/v1/teams/{team['id']}/dossiers")
    assert [one["id"] for one in listed["items"]] == [second["id"], first["id"]]


async def test_what_lies_above_the_readers_clearance_is_counted_not_shown(city: Any, client: Any, headers: Any) -> None:
    team = await city.authorised_team()
    city.peers.clue.ledger = [line(1), line(2, secrecy_level="secret")]
    dossier = await frozen(city, team)
    content = await city.office.get(f"/v1/dossiers/{dossier['id']}/content")
    assert ([item["ref"] for item in content["items"]], content["withheld"]) == (["XN-2026-00001"], 1)
    cleared = headers("office", "insp-xn", "inspection_office", clearance="secret")
    seen = (await client.get(f"/v1/dossiers/{dossier['id']}/content", headers=cleared)).json()
    assert (len(seen["items"]), seen["withheld"]) == (2, 0)


async def test_the_page_prints_charts_hash_and_reader_and_escapes_what_it_prints(
    city: Any, client: Any, headers: Any
) -> None:
    team = await city.authorised_team()
    asked = await city.office.post(f"/v1/teams/{team['id']}/briefing-requests", {"from_units": ["cdi-xn"]}, expect=201)
    cmo = city.desk("cmo", "cdi-xn", "case_supervisor")
    body = {"contribution": "<script>alert(1)</script>"}
    await cmo.post(f"/v1/briefing-requests/{asked['items'][0]['id']}/acknowledge", body)
    city.peers.clue.ledger = [line(number) for number in range(1, 30)]
    dossier = await frozen(city, team)
    answer = await client.get(
        f"/v1/dossiers/{dossier['id']}/page", headers=headers("office", "insp-xn", "inspection_office")
    )
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert dossier["sha256"] in page
    assert "阅看人：office" in page
    assert page.count("<svg") >= 5
    assert "线索办理情况" in page
    assert "<thead><tr><th>日期" in page, "long tables repeat their heading on every printed page"
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


async def test_a_dossier_waits_for_a_clue_service_that_is_down(city: Any) -> None:
    team = await city.authorised_team()
    ordered = await city.office.post(f"/v1/teams/{team['id']}/dossiers", expect=202)
    path = f"/v1/dossiers/{ordered['id']}"
    city.peers.clue_line.is_down = True
    await city.harness.run_jobs()
    assert (await city.office.get(path))["state"] == "compiling"
    assert (await city.office.get(f"{path}/content", expect=409))["code"] == "dossier_not_frozen"
    city.peers.clue_line.is_down = False
    await city.make_jobs_due()
    await city.run_jobs()
    assert (await city.office.get(path))["state"] == "frozen"


async def test_only_who_may_meet_the_matter_reads_a_dossier(city: Any) -> None:
    dossier = await frozen(city, await city.authorised_team())
    inside = city.desk("coop-head", COOP, "leader")
    for desk in (city.stranger, inside):
        for end in ("", "/content", "/page"):
            await desk.get(f"/v1/dossiers/{dossier['id']}{end}", expect=404)
        await desk.post(f"/v1/teams/{dossier['team_id']}/dossiers", expect=403)


@pytest.mark.parametrize("items", [pytest.param(1_000, id="small"), pytest.param(10_000, marks=pytest.mark.proof)])
async def test_ten_thousand_items_are_compiled_within_ten_seconds(
    city: Any, client: Any, headers: Any, items: int
) -> None:
    team = await city.authorised_team()
    city.peers.clue.ledger = [line(number) for number in range(1, items + 1)]
    started = time.perf_counter()
    dossier = await frozen(city, team)
    compiled = time.perf_counter() - started
    assert (dossier["state"], dossier["item_count"]) == ("frozen", items)
    who = headers("office", "insp-xn", "inspection_office")
    page = await client.get(f"/v1/dossiers/{dossier['id']}/page", headers=who)
    read = time.perf_counter() - started - compiled
    print(f"{items} items: compiled in {compiled:.2f} s, printed in {read:.2f} s, {len(page.content)} bytes")
    assert compiled <= 10
    assert page.status_code == 200
