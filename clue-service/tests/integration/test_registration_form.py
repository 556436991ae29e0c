"""The whole registration form: kept, shown where it belongs, carried on with the clue, and erased with it."""

import csv
import io
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from sqlalchemy import text

GUEST = "guest@inv1-xs"
PARTICULARS = {
    "sex": "female",
    "ethnicity": "汉族",
    "born": "1971-05",
    "education": "大学",
    "political_status": "party_member",
    "party_joined": "1993-07",
    "is_supervision_object": True,
    "delegate_of": "市人大代表",
}
FORM = {
    "subjects": [{"name": "白秋菊", "post": "主任", "top_leader": "when_handled", "particulars": PARTICULARS}],
    "allegations": [{"text": "虚报冒领补贴"}, {"text": "上班时间打麻将"}],
    "proposed_opinion": "墨痕拟办意见",
    "urgency": "very_urgent",
}


async def test_what_the_form_says_is_shown_with_the_clue_and_not_in_lists(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh", **FORM)
    read = (await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).json()
    for shown in (clue, read):
        assert (shown["proposed_opinion"], shown["urgency"]) == ("墨痕拟办意见", "very_urgent")
        assert shown["subjects"][0]["particulars"] == PARTICULARS
        assert shown["subjects"][0]["top_leader"] == "when_handled"
    (listed,) = (await call("officer@pet-dh", "GET", "/v1/clues")).json()["items"]
    assert listed["subjects"][0]["top_leader"] == "when_handled"
    assert "particulars" not in listed["subjects"][0]
    assert "proposed_opinion" not in listed
    plain = await register("officer@pet-dh")
    assert (plain["proposed_opinion"], plain["urgency"]) == (None, None)
    assert (plain["subjects"][0]["particulars"], plain["subjects"][0]["top_leader"]) == (None, None)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("/subjects/0/top_leader", "perhaps"),
        ("/subjects/0/particulars/born", "1971-13"),
        ("/subjects/0/particulars/party_joined", "1993"),
        ("/subjects/0/particulars/political_status", "党员"),
        ("/subjects/0/particulars/horoscope", "羊"),
        ("/urgency", "now"),
        ("/proposed_opinion", ""),
    ],
)
async def test_what_is_no_answer_to_the_form_is_refused_where_it_stands(at: str, value: str, call: Any) -> None:
    form: dict[str, Any] = {"source_code": "PETITION", "received_on": "2026-11-20", "allegations": [{"text": "r"}]}
    form["subjects"] = [{"name": "白秋菊", "particulars": {}}]
    *way, last = at.strip("/").split("/")
    place: Any = form
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    refused = await call("officer@pet-dh", "POST", "/v1/clues", form)
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, [at]), refused.text


async def test_it_goes_with_what_is_split_off_and_with_what_is_handed_over(
    call: Any, register: Any, resources: Resources
) -> None:
    clue = await register("officer@pet-dh", **FORM)
    path = f"/v1/clues/{clue['id']}"
    parts = [{"allegation_ids": [clue["allegations"][1]["id"]]}]
    split = await call("supervisor@cmo-dh", "POST", f"{path}/split", {"parts": parts, "reason": "r"})
    assert split.status_code == 200, split.text
    handed = {"to_unit": "cdi-xs", "reason": "r", "approved_by": "deputy@cdi-dh"}
    gone = (await call("supervisor@cmo-dh", "POST", f"{path}/transfer", handed)).json()
    received = await call("officer@pet-xs", "POST", f"/v1/clue-transfers/{gone['transfer_id']}/receive")
    assert received.status_code == 200, received.text
    async with engine_session(resources) as session:
        query = "select top_leader, particulars, urgency from clue_subject s join clue on clue.id = s.clue_id"
        kept = (await session.execute(text(query))).all()
    assert [tuple(one) for one in kept] == [("when_handled", PARTICULARS, "very_urgent")] * 3


async def test_the_opinion_is_erased_with_the_clue(call: Any, register: Any, resources: Resources) -> None:
    clue = await register("officer@pet-dh", **FORM)
    for who in ("officer@pet-dh", "supervisor@cmo-dh"):
        await call(who, "POST", f"/v1/clues/{clue['id']}/seal", {"reason": "above level"})
    read = (await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).json()
    assert (read["status"], read["proposed_opinion"], read["subjects"]) == ("sealed", None, [])
    async with engine_session(resources) as session:
        left = await session.scalar(text("select count(*) from clue where proposed_opinion is not null"))
    assert left == 0


async def test_a_share_tells_subjects_with_their_particulars_and_never_the_opinion(
    call: Any, register: Any, bring: Any
) -> None:
    clue = await bring(await register("officer@pet-dh", **FORM), "assigned")
    for parts, shown in ((["subjects"], [PARTICULARS]), (["allegations", "handling"], [])):
        body = {
            "grantee": GUEST, "parts": parts, "purpose": "协查须知", "expires_at": "2026-12-20T00:00:00Z",
            "approved_by": "principal@cdi-dh",
        }  # fmt: skip
        granted = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/shares", body)
        assert granted.status_code == 201, granted.text
        seen = (await call("handler@inv1-xs", "GET", f"/v1/clues/{clue['id']}", sub=GUEST)).json()
        assert seen["proposed_opinion"] is None
        assert [one["particulars"] for one in seen["subjects"]] == shown
        assert seen["urgency"] == ("very_urgent" if "handling" in parts else None)
        gone = await call("supervisor@cmo-dh", "POST", f"/v1/shares/{granted.json()['id']}/revoke")
        assert gone.status_code == 200, gone.text


async def test_the_vault_keeps_what_the_form_says_of_the_reporter(call: Any, register: Any) -> None:
    reporter = {
        "identity_type": "real_name",
        "name": "举报人墨痕",
        "contact": "13000000000",
        "sex": "male",
        "political_status": "masses",
        "unit_name": "某厂",
        "post": "工人",
        "address": "某路一号",
    }
    clue = await register("officer@pet-dh", reporter=reporter)
    assert clue["reporter"] == {"identity_type": "real_name"}
    await call("officer@pet-dh", "POST", f"/v1/clues/{clue['id']}/accept")
    asked = await call("officer@pet-dh", "POST", f"/v1/clues/{clue['id']}/unsealings", {"reason": "须核实"})
    path = f"/v1/unsealings/{asked.json()['id']}"
    assert (await call("leader@cdi-dh", "POST", f"{path}/approve")).status_code == 200
    opened = (await call("officer@pet-dh", "POST", f"{path}/open")).json()
    assert {**reporter, **opened} == {**reporter, "unsealing_id": asked.json()["id"]}


@pytest.fixture
def proposed(call: Any, register: Any, bring: Any) -> Any:
    """``await proposed({"name": …}, "talk_inquiry")`` → the path of a clue whose disposition waits for its decision."""

    async def go(subject: dict[str, Any], method: str) -> str:
        clue = await bring(await register("officer@pet-dh", subjects=[subject]), "proposed", method=method)
        return f"/v1/clues/{clue['id']}"

    return go


HEAD = {"name": "白秋菊", "top_leader": "when_handled"}
PAPER = {"offline_ref": "市委批〔2026〕3号", "office": "party_secretary"}


async def test_to_verify_a_head_of_the_next_level_takes_the_party_secretarys_paper(call: Any, proposed: Any) -> None:
    path = await proposed(HEAD, "preliminary_verification")
    deputy = await call("deputy@cdi-dh", "POST", f"{path}/approve-disposition", {"approved_by": PAPER})
    assert (deputy.status_code, deputy.json()["code"]) == (403, "approver_rank_required")
    leaders = {"offline_ref": "纪批〔2026〕12号", "office": "principal_leader"}
    for approved_by, code in (
        (None, "approval_missing"),
        ("principal@cdi-dh", "wrong_approver"),
        (leaders, "wrong_approver"),
        ({"offline_ref": "市委批〔2026〕3号"}, "wrong_approver"),
    ):
        body = {} if approved_by is None else {"approved_by": approved_by}
        refused = await call("principal@cdi-dh", "POST", f"{path}/approve-disposition", body)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        assert refused.json()["approver"] == {"offices": ["party_secretary", "standing_committee"]}
    approved = await call("principal@cdi-dh", "POST", f"{path}/approve-disposition", {"approved_by": PAPER})
    assert (approved.status_code, approved.json()["status"]) == (200, "preliminary_verification"), approved.text
    kept = {key: value for key, value in approved.json()["disposition"]["approval"].items() if value is not None}
    assert kept == PAPER


async def test_to_talk_to_such_a_head_is_for_the_principal_leader(call: Any, proposed: Any) -> None:
    path = await proposed(HEAD, "talk_inquiry")
    deputy = await call("deputy@cdi-dh", "POST", f"{path}/approve-disposition")
    assert (deputy.status_code, deputy.json()["roles"]) == (403, ["leader", "principal_leader"])
    approved = await call("principal@cdi-dh", "POST", f"{path}/approve-disposition")
    assert approved.json()["status"] == "talk_inquiry"


async def test_others_are_verified_as_the_rank_table_says(call: Any, proposed: Any) -> None:
    for subject in ({**HEAD, "rank": "clerk"}, {**HEAD, "top_leader": "when_violating"}):
        path = await proposed(subject, "preliminary_verification")
        approved = await call("deputy@cdi-dh", "POST", f"{path}/approve-disposition")
        assert (approved.status_code, approved.json()["status"]) == (200, "preliminary_verification"), approved.text


async def test_a_verification_takes_two(call: Any, proposed: Any) -> None:
    path = await proposed({"name": "白秋菊"}, "preliminary_verification")

    async def name(*members: str) -> Any:
        body = {"members": list(members), "reason": "r"}
        return await call("principal@cdi-dh", "POST", f"{path}/change-members", body)

    assert (await name("a-1")).status_code == 200, "whoever proposes may be one"
    alone = await call("principal@cdi-dh", "POST", f"{path}/approve-disposition")
    assert (alone.status_code, alone.json()["code"], alone.json()["least"]) == (409, "team_too_small", 2)
    assert (await name("a-1", "a-2")).status_code == 200
    approved = await call("principal@cdi-dh", "POST", f"{path}/approve-disposition")
    assert approved.json()["status"] == "preliminary_verification"
    assert (await name("a-1")).json()["code"] == "team_too_small"
    assert (await name("a-1", "a-1")).json()["code"] == "team_too_small"
    assert (await name()).status_code == 200, "all handlers of the unit"


async def test_a_table_brings_the_whole_form(call: Any, harness: Any) -> None:
    rows = {
        "原编号": ("f:1", "f:2"), "线索来源": ("信访举报",) * 2, "收到日期": ("2026-11-20",) * 2,
        "反映问题": ("虚报冒领补贴。", "上班时间打麻将。"), "被反映人": ("白秋菊", "测试二"),
        "是否一把手": ("是", "也许"),
        "性别": ("女", "男"), "民族": ("汉族", ""), "出生年月": ("1971年5月", "1971-5-03"), "学历": ("大学", ""),
        "政治面貌": ("中共党员", "群众"), "入党时间": ("1993.07", ""), "是否监察对象": ("是", "否"),
        "代表委员情况": ("市人大代表", ""), "拟办意见": ("墨痕拟办意见", ""), "紧急程度": ("特急", "急件"),
    }  # fmt: skip
    sheet = io.StringIO()
    csv.writer(sheet).writerows([list(rows), *zip(*rows.values(), strict=True)])
    kind = {"Content-Type": "text/csv"}
    sent = await call("officer@pet-dh", "POST", "/v1/clue-imports", headers=kind, content=sheet.getvalue().encode())
    assert sent.status_code == 202, sent.text
    await harness.run_jobs()
    (clue,) = (await call("officer@pet-dh", "GET", "/v1/clues")).json()["items"]
    read = (await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).json()
    assert read["subjects"][0]["particulars"] == PARTICULARS
    assert (read["subjects"][0]["top_leader"], read["urgency"]) == ("when_handled", "very_urgent")
    assert read["proposed_opinion"] == "墨痕拟办意见"
    operation = (await call("officer@pet-dh", "GET", f"/v1/operations/{sent.json()['id']}")).json()
    errors = await call("officer@pet-dh", "GET", f"/v1/clue-imports/{operation['result']['id']}/errors")
    assert [(one["row"], one["field"]) for one in errors.json()["items"]] == [(3, "subject_top_leader")], errors.text
