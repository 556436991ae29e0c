"""One matter at several commissions: what each sees, how they agree, who is held back."""

import asyncio
from typing import Any

from chassis.testing.harness import Harness

CLERKS = ("officer@pet-dh", "officer@pet-xs", "officer@pet-xn")
SUPERVISORS = ("supervisor@cmo-dh", "supervisor@cmo-xs", "supervisor@cmo-xn")


async def three(register: Any, matter: Any) -> list[dict[str, Any]]:
    return [await register(who, form) for who, form in zip(CLERKS, matter, strict=True)]


async def alert_of(call: Any, who: str) -> dict[str, Any]:
    answer = await call(who, "GET", "/v1/overlap-alerts")
    assert answer.status_code == 200, answer.text
    (alert,) = answer.json()["items"]
    return dict(alert)


async def vote(call: Any, alert_id: str, outcome: str, *whom: str, **more: Any) -> dict[str, Any]:
    body = {"outcome": outcome, **more}
    for who in whom:
        answer = await call(who, "POST", f"/v1/overlap-alerts/{alert_id}/resolve", body)
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_second_and_third_intake_get_blind_hits_and_all_meet_in_one_alert(
    call: Any, register: Any, matter: Any, harness: Harness
) -> None:
    clues = await three(register, matter)
    assert [[one["hit"]["unit"] for one in clue["candidates"]] for clue in clues] == [
        [],
        ["cdi-dh"],
        ["cdi-dh", "cdi-xs"],
    ]
    alerts = [await alert_of(call, who) for who in SUPERVISORS]
    assert {alert["id"] for alert in alerts} == {clues[1]["candidates"][0]["id"]}
    assert clues[2]["candidates"][0] == {
        "id": alerts[0]["id"],
        "blind": True,
        "hit": {"unit": "cdi-dh", "stage": "registered", "contact": "line-dh"},
    }
    for alert, clue in zip(alerts, clues, strict=True):
        assert alert["own_clues"] == [clue["id"]]
        assert [part["unit"] for part in alert["commissions"]] == ["cdi-dh", "cdi-xn", "cdi-xs"]
        assert not [other["id"] for other in clues if other is not clue and other["id"] in str(alert)]
    events = await harness.staged_events("clue.overlap_alert.detected")
    assert [(event.data["commissions"], event.data["joined"], event.version) for event in events] == [
        (["cdi-dh", "cdi-xs"], ["cdi-dh", "cdi-xs"], 1),
        (["cdi-dh", "cdi-xn", "cdi-xs"], ["cdi-xn"], 2),
    ]
    assert events[0].data["ack_due"] == "2026-11-26T15:59:59Z"
    listed = (await call(SUPERVISORS[0], "GET", f"/v1/clues/{clues[0]['id']}/candidates")).json()["items"]
    assert [one["hit"]["unit"] for one in listed] == ["cdi-xn", "cdi-xs"]
    assert (await call("supervisor@cmo-lh", "GET", "/v1/overlap-alerts")).json()["items"] == []
    assert (await call("supervisor@cmo-lh", "GET", f"/v1/overlap-alerts/{alerts[0]['id']}")).status_code == 404
    assert (await call("handler@inv1-dh", "GET", "/v1/overlap-alerts")).json()["items"] == []


async def test_hidden_texts_answer_alike(register: Any, matter: Any) -> None:
    other = {
        "source_code": "PETITION",
        "received_on": "2026-11-20",
        "subjects": [{"name": "欧阳冬梅", "unit_name": "夏宁市卫生健康委员会", "post": "主任"}],
        "allegations": [{"text": "欧阳冬梅以讲课费名义套取公款三万元。", "amount_cny": 30000}],
    }
    await register("officer@pet-dh", matter[0])
    await register("officer@pet-dh", other)
    one = await register("officer@pet-xs", matter[1])
    two = await register("officer@pet-xs", {**other, "received_on": "2026-11-21"})
    assert [{**hit, "id": ""} for hit in one["candidates"]] == [{**hit, "id": ""} for hit in two["candidates"]]
    assert one["candidates"][0]["id"] != two["candidates"][0]["id"]


async def test_clues_of_one_commission_are_shown_with_reasons(call: Any, register: Any, matter: Any) -> None:
    first = await register("officer@pet-dh", matter[0])
    second = await register("officer@pet-dh", matter[1])
    (hit,) = second["candidates"]
    assert set(hit) >= {"id", "blind", "clue_id", "band", "probability", "relation", "reasons"}
    assert (hit["blind"], hit["clue_id"]) == (False, first["id"])
    assert hit["band"] in {"likely", "review"}
    assert {"field", "verdict", "weight", "detail"} == set(hit["reasons"][0])
    assert (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"] == []
    other = (await call("officer@pet-dh", "GET", f"/v1/clues/{first['id']}/candidates")).json()["items"]
    assert [one["clue_id"] for one in other] == [second["id"]]


async def test_two_first_intakes_at_once_make_one_alert(call: Any, register: Any, matter: Any) -> None:
    forms = zip(CLERKS, matter, strict=True)
    clues = await asyncio.gather(*(register(who, form) for who, form in forms))
    alerts = [await alert_of(call, who) for who in SUPERVISORS]
    assert len({alert["id"] for alert in alerts}) == 1
    assert [part["unit"] for part in alerts[0]["commissions"]] == ["cdi-dh", "cdi-xn", "cdi-xs"]
    assert {alert["own_clues"][0] for alert in alerts} == {clue["id"] for clue in clues}


async def test_acknowledgements_are_counted_once_each(call: Any, register: Any, matter: Any, harness: Harness) -> None:
    await three(register, matter)
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    path = f"/v1/overlap-alerts/{alert_id}/acknowledge"
    states = []
    for who in (SUPERVISORS[0], SUPERVISORS[0], SUPERVISORS[1], SUPERVISORS[2]):
        answer = await call(who, "POST", path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        states.append(answer.json()["state"])
    assert states == ["detected", "detected", "detected", "acknowledged"]
    events = await harness.staged_events("clue.overlap_alert.acknowledged")
    assert [(event.data["acknowledged_by"], event.data["outstanding"]) for event in events] == [
        ("cdi-dh", ["cdi-xn", "cdi-xs"]),
        ("cdi-xs", ["cdi-xn"]),
        ("cdi-xn", []),
    ]
    assert (await call("officer@pet-dh", "POST", path)).status_code == 200  # who is told of it may take note
    assert (await call("handler@inv1-dh", "POST", path)).status_code == 403
    assert (await call("supervisor@cmo-lh", "POST", path)).status_code == 404


async def test_votes_designate_a_lead_and_rivals_are_held_back(
    call: Any, register: Any, matter: Any, bring: Any, harness: Harness
) -> None:
    clues = await three(register, matter)
    await bring(clues[0], "proposed")
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    wish = {"lead_unit": "cdi-xn"}
    undecided = await vote(call, alert_id, "lead_designated", *SUPERVISORS[:2], **wish)
    assert (undecided["state"], undecided["outcome"]) == ("detected", None)
    assert await harness.staged_events("clue.overlap_alert.resolved") == []
    done = await vote(call, alert_id, "lead_designated", SUPERVISORS[2], **wish)
    assert (done["state"], done["outcome"], done["lead_unit"]) == ("resolved", "lead_designated", "cdi-xn")
    assert {part["vote"]["lead_unit"] for part in done["commissions"]} == {"cdi-xn"}
    (event,) = await harness.staged_events("clue.overlap_alert.resolved")
    assert (event.data["outcome"], event.data["lead_commission"]) == ("lead_designated", "cdi-xn")
    refused = await call("principal@cdi-dh", "POST", f"/v1/clues/{clues[0]['id']}/approve-disposition")
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_led_elsewhere")
    assert refused.json()["route"] == {"kind": "joint", "unit": "cdi-xn", "contact": "line-xn"}
    assert (refused.json()["state"], refused.json()["allowed_moves"]) == (
        "disposition_proposed",
        ["change-members", "reject-disposition", "seal"],
    )
    await bring(clues[1], "assigned")
    body = {"method": "on_hold", "reason": "r"}
    refused = await call("handler@inv1-xs", "POST", f"/v1/clues/{clues[1]['id']}/propose-disposition", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_led_elsewhere")
    assert (await bring(clues[2], "approved"))["status"] == "talk_inquiry"
    again = await call(SUPERVISORS[0], "POST", f"/v1/overlap-alerts/{alert_id}/resolve", {"outcome": "linked"})
    assert (again.status_code, again.json()["state"]) == (409, "resolved")
    seen = [(await call(who, "GET", f"/v1/clues/{clue['id']}")).json() for who, clue in zip(CLERKS, clues, strict=True)]
    assert len({clue["matter_id"] for clue in seen}) == 1
    assert [hit["hit"]["stage"] for hit in seen[0]["candidates"]] == ["in_hand", "in_hand"]


async def test_a_split_vote_is_decided_by_the_common_superior_only(call: Any, register: Any, matter: Any) -> None:
    await register(CLERKS[0], matter[0])
    await register(CLERKS[1], matter[1])
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    path = f"/v1/overlap-alerts/{alert_id}/resolve"
    await vote(call, alert_id, "linked", SUPERVISORS[0])
    split = await vote(call, alert_id, "not_same", SUPERVISORS[1])
    assert (split["state"], split["outcome"]) == ("acknowledged", None)
    for who in ("principal@cdi-dh", "principal@cdi-lh", "officer@pet-dh", "supervisor@cmo-xn"):
        assert (await call(who, "POST", path, {"outcome": "linked"})).status_code in (403, 404)
    assert (await call("principal@cdi-xn", "GET", f"/v1/overlap-alerts/{alert_id}")).json()["own_clues"] == []
    decided = await vote(call, alert_id, "lead_designated", "principal@cdi-xn", lead_unit="inv1-dh")
    assert (decided["state"], decided["lead_unit"]) == ("resolved", "cdi-dh")


async def test_a_vote_is_checked(call: Any, register: Any, matter: Any) -> None:
    await register(CLERKS[0], matter[0])
    await register(CLERKS[1], matter[1])
    path = f"/v1/overlap-alerts/{(await alert_of(call, SUPERVISORS[0]))['id']}/resolve"
    for body, code in (
        ({"outcome": "lead_designated"}, "lead_unit_mismatch"),
        ({"outcome": "linked", "lead_unit": "cdi-dh"}, "lead_unit_mismatch"),
        ({"outcome": "lead_designated", "lead_unit": "cdi-lh"}, "not_involved"),
        ({"outcome": "lead_designated", "lead_unit": "nowhere"}, "unknown_unit"),
        ({"outcome": "perhaps"}, "enum"),
    ):
        answer = await call(SUPERVISORS[0], "POST", path, body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_not_same_frees_both_and_is_not_asked_again(call: Any, register: Any, matter: Any, bring: Any) -> None:
    clues = [await register(CLERKS[0], matter[0]), await register(CLERKS[1], matter[1])]
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    await bring(clues[0], "approved")
    await vote(call, alert_id, "not_same", *SUPERVISORS[:2])
    assert (await bring(clues[1], "approved"))["status"] == "talk_inquiry"
    listed = (await call(CLERKS[1], "GET", f"/v1/clues/{clues[1]['id']}/candidates")).json()["items"]
    assert listed == []


async def test_a_linked_matter_is_led_by_the_first_approval(call: Any, register: Any, matter: Any, bring: Any) -> None:
    clues = [await register(CLERKS[0], matter[0]), await register(CLERKS[1], matter[1])]
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    await vote(call, alert_id, "linked", *SUPERVISORS[:2])
    await bring(clues[1], "proposed")
    await bring(clues[0], "approved")
    refused = await call("principal@cdi-xs", "POST", f"/v1/clues/{clues[1]['id']}/approve-disposition")
    assert (refused.status_code, refused.json()["route"]["unit"]) == (409, "cdi-dh")


async def test_a_commission_that_joins_a_led_matter_meets_its_lead(
    call: Any, register: Any, matter: Any, bring: Any
) -> None:
    await register(CLERKS[0], matter[0])
    await register(CLERKS[1], matter[1])
    alert_id = (await alert_of(call, SUPERVISORS[0]))["id"]
    await vote(call, alert_id, "lead_designated", *SUPERVISORS[:2], lead_unit="cdi-xs")
    late = await register(CLERKS[2], matter[2])
    alert = await alert_of(call, SUPERVISORS[2])
    assert (alert["id"], alert["state"], alert["outcome"]) == (alert_id, "detected", "lead_designated")
    await bring(late, "assigned")
    body = {"method": "talk_inquiry", "reason": "r"}
    refused = await call("handler@inv1-xn", "POST", f"/v1/clues/{late['id']}/propose-disposition", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_led_elsewhere")


async def test_of_many_approvals_at_once_exactly_one_wins(call: Any, register: Any, matter: Any, bring: Any) -> None:
    clues = []
    for key, form in zip(("dh", "xs", "xn", "lh"), (*matter, matter[0]), strict=True):
        for n in range(2):
            clue = await register(f"officer@pet-{key}", form, origin_ref=f"n:{n}")
            lead = f"inv1-{key}" if n else f"sup1-{key}"
            clues.append(await bring(clue, "proposed", lead=lead, method="preliminary_verification"))
    answers = await asyncio.gather(
        *(call(f"leader@{clue['lead_unit']}", "POST", f"/v1/clues/{clue['id']}/approve-disposition") for clue in clues)
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"matter_led_elsewhere"}
    states = [
        (await call(f"leader@{clue['lead_unit']}", "GET", f"/v1/clues/{clue['id']}")).json()["status"] for clue in clues
    ]
    assert sorted(states) == [*["disposition_proposed"] * 7, "preliminary_verification"]


async def test_a_silent_clue_disturbs_nobody_and_is_disturbed_by_nobody(
    call: Any, register: Any, matter: Any, bring: Any, harness: Harness
) -> None:
    silent = await register(CLERKS[0], matter[0], overlap_policy="silent")
    loud = await register(CLERKS[1], matter[1])
    assert loud["candidates"] == []
    assert await harness.staged_events("clue.overlap_alert") == []
    assert (await call(SUPERVISORS[1], "GET", "/v1/overlap-alerts")).json()["items"] == []
    (counter,) = (await call(SUPERVISORS[0], "GET", f"/v1/clues/{silent['id']}/candidates")).json()["items"]
    assert (counter["blind"], counter["hit"]["unit"]) == (True, "cdi-xs")
    assert (await bring(silent, "approved"))["status"] == "talk_inquiry"
    assert (await bring(loud, "approved"))["status"] == "talk_inquiry"
    third = await register(CLERKS[2], matter[2])
    assert [one["hit"]["unit"] for one in third["candidates"]] == ["cdi-xs"]


async def test_a_silent_clue_counts_as_hit_what_would_alert_an_announced_one(call: Any, register: Any) -> None:
    text = "局长{}在2023年农村饮水安全工程招标中，收受施工企业老板现金人民币50万元，为其中标提供帮助。"

    def form(name: str, unit_name: str) -> dict[str, Any]:
        subject = {"name": name, "unit_name": unit_name, "post": "局长"}
        return {"subjects": [subject], "allegations": [{"text": text.format(name), "category_code": "C1"}]}

    await register(CLERKS[1], **form("钟国梁", "夏宁市住房和城乡建设局"))
    for policy in ("announce", "silent"):
        other = await register(CLERKS[0], **form("白秋菊", "夏宁市卫生健康委员会"), overlap_policy=policy)
        assert [hit for hit in other["candidates"] if hit["blind"]] == []


async def test_letters_that_name_only_the_unit_meet(call: Any, register: Any) -> None:
    texts = (
        "夏宁市住房和城乡建设局2024年年底用下乡补助名义套取资金18万元发福利。",
        "夏宁市住房和城乡建设局虚报下乡补助，套出来18万，年底分了。",
    )
    subjects = [{"unit_name": "夏宁市住房和城乡建设局"}]
    first, second = [
        await register(who, subjects=subjects, allegations=[{"text": text}])
        for who, text in zip(CLERKS[:2], texts, strict=True)
    ]
    assert (first["candidates"], [one["hit"]["unit"] for one in second["candidates"]]) == ([], ["cdi-dh"])
