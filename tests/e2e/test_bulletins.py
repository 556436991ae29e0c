"""A bulletin of running services: made when a period is over, told once, their own figures in every form."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import openpyxl
import pytest
from heli_local.city.units import COOPERATIVE
from heli_local.running import RunningStack

pytestmark = pytest.mark.e2e

PATIENCE_S = 180
CLUES = 4


@pytest.fixture(scope="module")
def door(spare_stack: RunningStack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=spare_stack.url, timeout=120) as client:
        yield client


def _sign_in(door: httpx2.Client, sub: str, unit: str, *roles: str) -> dict[str, str]:
    answer = door.post("/dev/token", json={"sub": sub, "unit": unit, "roles": list(roles)})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept-Language": "en"}


def _until(door: httpx2.Client, path: str, headers: dict[str, str], found: Callable[[Any], Any]) -> Any:
    """Ask until what is wanted is there; notification-service may be on its way back."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = door.get(path, headers=headers)
        if answer.status_code == 200 and (one := found(answer.json())) is not None:
            return one
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def _today(door: httpx2.Client) -> date:
    answer = door.post("/dev/clock", json={"advance_s": 0})
    return _civil(answer.json()["now"])


def _civil(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo("Asia/Shanghai")).date()


def _work_of_a_month(door: httpx2.Client, today: date) -> None:
    """Clues of one commission, and a round of inspection, through the doors of two services."""
    clerk = _sign_in(door, "bulletin-clerk", "pet-dh", "intake_officer")
    for number in range(CLUES):
        clue = {
            "source_code": "PETITION",
            "channel": "letter",
            "received_on": str(today),
            "subjects": [{"name": f"测试{'甲乙丙丁'[number]}", "unit_name": "大河县水利局"}],
            "allegations": [{"text": f"第{number + 1}件：违规发放津贴。"}],
        }
        assert door.post("/v1/clues", json=clue, headers=clerk).status_code == 201
    order = {
        "title": "通报测试",
        "level": "city",
        "type": "mobile",
        "mode": "ordinary",
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=13)),
        "report_due_days": 15,
        "feedback_due_days": 30,
        "targets": [{"unit_code": COOPERATIVE, "profile": "mobile_continuity"}],
    }
    office = _sign_in(door, "bulletin-office", "insp-xn", "inspection_office")
    made = door.post("/v1/rounds", json=order, headers=office)
    assert made.status_code == 201, made.text


def _parts(door: httpx2.Client, bulletin: Any, reader: dict[str, str]) -> list[Any]:
    """What each service says to a reader: (figure, code) → number; None where they may not read it."""
    told = door.get(bulletin["links"]["self"], headers=reader)
    assert told.status_code == 200, told.text
    return [
        None if one["figures"] is None else {(line["figure"], line["code"]): line["number"] for line in one["figures"]}
        for one in told.json()["parts"]
    ]


def test_a_bulletin_is_built_of_running_services(door: httpx2.Client, spare_stack: RunningStack) -> None:
    today = _today(door)
    _work_of_a_month(door, today)
    reader = _sign_in(door, "bulletin-reader", "cdi-dh", "principal_leader", "case_supervisor")
    before = door.get("/v1/bulletins", headers=reader).json()["items"]
    assert {one["rhythm"] for one in before} == {"month", "quarter", "half_year"}, "of the periods that ended last"
    number = f"{today:%Y-%m}"
    assert number not in {one["number"] for one in before}, "the month is not over"

    over = (today.replace(day=1) + timedelta(days=32)).replace(day=2)
    assert door.post("/dev/clock", json={"now": f"{over}T09:00:00+08:00"}).status_code == 200
    spare_stack.kill("notification-service")  # it looks when it starts, else once a minute
    made = _until(
        door, "/v1/bulletins", reader, lambda page: next((o for o in page["items"] if o["number"] == number), None)
    )
    assert (made["period_from"], made["period_to"]) == (f"{number}-01", str(over.replace(day=1) - timedelta(days=1)))

    clues, rounds_of_others, no_pool = _parts(door, made, reader)
    office = _sign_in(door, "bulletin-office", "insp-xn", "inspection_office")
    no_clues, inspection, pool = _parts(door, made, office)
    assert rounds_of_others["Rounds", ""] == 0, "a county's leader meets no round of the city"
    assert no_clues is None, "an inspection office reads no figures of clues"
    assert no_pool is None, "nor do others those of the pool"
    assert pool["Members of the pool", ""] >= pool["Members lent", ""]
    own = door.get("/v1/clues", params={"limit": 200}, headers=reader).json()["items"]
    registered = [one for one in own if made["period_from"] <= str(_civil(one["registered_at"])) <= made["period_to"]]
    assert clues["Clues registered", ""] == len(registered) >= CLUES
    assert inspection["Rounds", ""] >= 1
    assert inspection["Units inspected", ""] >= 1

    chinese = {**reader, "Accept-Language": "zh-CN"}
    page = door.get(made["links"]["page"], headers=chinese)
    assert page.headers["content-type"].startswith("text/html")
    assert f"监督工作月度通报（{number}）" in page.text
    sheets = [door.get(made["links"]["sheet"], headers=chinese).content for _ in range(2)]
    assert sheets[0] == sheets[1], "the same figures are the same bytes"
    book = openpyxl.load_workbook(io.BytesIO(sheets[0]))
    assert book.sheetnames == ["问题线索", "巡察", "监督人才库"]
    assert [cell.value for cell in book["问题线索"][2]][3] == len(registered)

    notices = _until(
        door,
        "/v1/notifications?kind=bulletin_made",
        reader,
        lambda page: [o for o in page["items"] if o["item_id"] == made["id"]] or None,
    )
    assert [one["link"] for one in notices] == [made["links"]["self"]], "told once"
