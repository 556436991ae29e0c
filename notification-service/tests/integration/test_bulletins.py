"""Bulletins: made once per period, told to those they are for, read within the reader's own rights."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx2
import openpyxl
import pytest
from chassis.http import PeerFailed
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.statistics.sheets import as_csv
from fastapi import FastAPI
from inspection_service.statistics.schemas import StatisticsOut
from inspection_service.statistics.sheets import csv_of
from notification_service.bulletins.making import make_bulletins
from notification_service.bulletins.settings import BulletinSettings
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.fairness.domain import PersonDays, by_home
from personnel_pool_service.fairness.schemas import out_of
from personnel_pool_service.fairness.service import Figures
from sqlalchemy import text

RHYTHMS = ["month", "quarter", "half_year"]
READERS = ("cmo-a", "chief-a", "cmo-b", "office")
FIGURES: dict[str, Any] = {
    "clues": 41, "advice_served": 2, "by_source": {"PETITION": 30, "AUDIT": None}, "by_channel": {}, "by_category": {},
    "by_month": {}, "by_unit": {}, "dispositions": {}, "outcomes": {}, "forms": {}, "library_items": {},
    "from": "2026-10-01", "to": "2026-10-31", "as_of": "2026-10-31", "commission": "cdi-a",
}  # fmt: skip
_LENT = [PersonDays(uuid4(), "inv-a", 5), PersonDays(uuid4(), "sup1-a", 4), PersonDays(uuid4(), "sup1-a", 0)]
LENT = Figures(Period(date(2026, 10, 1), date(2026, 10, 31)), datetime(2026, 11, 1, tzinfo=UTC), _LENT, by_home(_LENT))


@dataclass
class Counters:
    """Stands for the services that count; answers with the bytes their own code makes."""

    readers: dict[str, set[str]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    name: str = ""

    def __getitem__(self, name: str) -> "Counters":
        return replace(self, name=name)

    def __contains__(self, _name: object) -> bool:
        return True

    async def call(
        self, method: str, path: str, *, params: dict[str, str], language: str, authorization: str, **_more: Any
    ) -> httpx2.Response:
        assert (method, params.get("format")) == ("GET", None if self.name == "pool" else "csv")
        assert params["as_of"] == params.get("period_to", params.get("starts_to", params.get("to")))
        self.asked.append({"path": path, **params})
        if self.away:
            raise PeerFailed
        if authorization not in self.readers.get(self.name, set()):
            return httpx2.Response(403)
        if self.name == "clue":
            return httpx2.Response(200, content=as_csv(FIGURES, language))
        if self.name == "pool":
            return httpx2.Response(200, json=out_of(LENT).model_dump(mode="json"))
        counted = StatisticsOut(
            as_of=date(2026, 10, 31), round_id=None, round_title=None, unit_code=None, starts_from=None, starts_to=None,
            figures={"rounds": 3, "rounds_by_type": {"regular": 2, "special": 1}},
        )  # fmt: skip
        return httpx2.Response(200, content=csv_of(counted).encode())

    async def close(self) -> None:
        return


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
async def reading(app: FastAPI, city: Harness, counters: Counters, headers: Any) -> Any:
    """``await reading("chief-a", "principal_leader", path)`` → the answer; ``may``: whose figures they may know."""
    app.state.resources = replace(app.state.resources, peers=counters)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as http:

        async def read(
            sub: str, role: str, path: str, *, may: str = "clue inspection pool", **more: str
        ) -> httpx2.Response:
            who = {**headers(sub, None, role), **more}
            for service in may.split():
                counters.readers.setdefault(service, set()).add(who["Authorization"])
            return await http.get(path, headers=who)

        yield read


async def _rows(resources: Resources, query: str) -> list[tuple[Any, ...]]:
    async with resources.database.sessions() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def test_whoever_tries_and_however_often_each_period_is_made_and_told_once(
    city: Harness, inbox: Any, told: Callable[[], Any]
) -> None:
    assert await make_bulletins(city.resources) == len(RHYTHMS)
    assert await told() == {}, "what was before the platform is no news, though it can be read"
    city.resources.clock.advance(days=190)  # type: ignore[attr-defined]  # the test's clock can be moved
    before = len(await _rows(city.resources, "select 1 from bulletin"))
    made = await asyncio.gather(*(make_bulletins(city.resources) for _ in range(6)))
    assert await make_bulletins(city.resources) == 0
    rows = await _rows(city.resources, "select rhythm, period_from from bulletin")
    assert len(rows) == len(set(rows)) == before + sum(made)
    assert {rhythm for rhythm, _ in rows} == set(RHYTHMS)
    assert {sub: len(kinds) for sub, kinds in (await told()).items()} == dict.fromkeys(READERS, sum(made))
    first = (await _rows(city.resources, "select id from bulletin order by period_from desc, rhythm limit 1"))[0][0]
    notices = [one for one in await inbox("chief-a") if one["item_id"] == str(first)]
    assert [(one["kind"], one["link"]) for one in notices] == [("bulletin_made", f"/v1/bulletins/{first}")]


async def test_months_of_downtime_are_made_up_for(city: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELI_BULLETIN_RHYTHMS", '["month"]')
    assert await make_bulletins(city.resources) == 1
    city.resources.clock.advance(days=92)  # type: ignore[attr-defined]  # the test's clock can be moved
    assert await make_bulletins(city.resources) == 3
    periods = await _rows(city.resources, "select period_from, period_to from bulletin order by period_from")
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in pairwise(periods))


async def test_a_maker_that_dies_before_its_commit_has_made_nothing(
    city: Harness, told: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELI_BULLETIN_RHYTHMS", '["month"]')

    async def dies(*_: Any) -> None:
        raise ZeroDivisionError

    await make_bulletins(city.resources)
    city.resources.clock.advance(days=31)  # type: ignore[attr-defined]  # the test's clock can be moved
    with monkeypatch.context() as broken:
        broken.setattr("notification_service.bulletins.making.notices.announce", dies)
        with pytest.raises(ZeroDivisionError):
            await make_bulletins(city.resources)
    assert len(await _rows(city.resources, "select 1 from bulletin")) == 1
    assert await make_bulletins(city.resources) == 1
    assert await told() == {sub: ["bulletin_made"] for sub in READERS}


async def test_a_reader_gets_their_own_figures_the_same_each_time(
    city: Harness, reading: Any, counters: Counters
) -> None:
    await make_bulletins(city.resources)
    answer = await reading("chief-a", "principal_leader", "/v1/bulletins")
    (month,) = [one for one in answer.json()["items"] if one["rhythm"] == "month"]
    first = (await reading("chief-a", "principal_leader", month["links"]["self"])).json()
    clues, inspection, pool = first["parts"]
    assert clues["figures"][0] == {"figure": "Clues registered", "code": "", "name": "", "number": 41}
    assert {"figure": "By source", "code": "AUDIT", "name": "Audit", "number": "<3"} in clues["figures"]
    assert {"figure": "Rounds by type", "code": "regular", "name": "regular", "number": 2} in inspection["figures"]
    assert [(one["code"], one["number"]) for one in pool["figures"]] == [
        ("", 3), ("", 2), ("", 9), ("inv-a", 5), ("sup1-a", 4)
    ]  # fmt: skip
    assert (await reading("chief-a", "principal_leader", month["links"]["self"])).json() == first
    assert {one["as_of"] for one in counters.asked} == {month["period_to"]}, "as of the period's last day"

    page = await reading("chief-a", "principal_leader", month["links"]["page"], **{"Accept-Language": "zh-CN"})
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "监督工作月度通报" in page.text
    assert "<svg" in page.text
    sheets = [await reading("chief-a", "principal_leader", month["links"]["sheet"]) for _ in range(2)]
    assert sheets[0].content == sheets[1].content
    book = openpyxl.load_workbook(io.BytesIO(sheets[0].content))
    assert book.sheetnames == ["Clues", "Inspection", "Personnel pool"]
    assert [cell.value for cell in book["Clues"][2]] == ["Clues registered", None, None, 41]


async def test_nobody_reads_beyond_their_rights(city: Harness, reading: Any, counters: Counters) -> None:
    await make_bulletins(city.resources)
    ((bulletin_id,),) = await _rows(city.resources, "select id from bulletin where rhythm = 'month'")
    for rest in ("", "/page", "/sheet"):
        refused = await reading("handler-inv", "handler", f"/v1/bulletins/{bulletin_id}{rest}")
        assert (refused.status_code, refused.json()["code"]) == (403, "bulletin_not_yours")
    assert (await reading("handler-inv", "handler", "/v1/bulletins")).status_code == 403
    assert counters.asked == [], "who may not read is not asked for"
    partly = await reading("office", "inspection_office", f"/v1/bulletins/{bulletin_id}", may="inspection")
    assert [one["figures"] is None for one in partly.json()["parts"]] == [True, False, True]
    assert [one["number"] for part in partly.json()["parts"] for one in part["figures"] or ()] == [3, 2, 1]
    nowhere = await reading("office", "inspection_office", f"/v1/bulletins/{uuid4()}")
    assert nowhere.status_code == 404


async def test_half_a_bulletin_is_none(city: Harness, reading: Any, counters: Counters) -> None:
    await make_bulletins(city.resources)
    ((bulletin_id,),) = await _rows(city.resources, "select id from bulletin where rhythm = 'month'")
    counters.away = True
    answer = await reading("chief-a", "principal_leader", f"/v1/bulletins/{bulletin_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "peer_unavailable")


def test_every_rhythm_has_a_title_in_both_languages() -> None:
    from notification_service.bulletins.words import TITLES

    assert set(TITLES) == set(BulletinSettings().bulletin_rhythms)
    assert all("{no}" in sentence for one in TITLES.values() for sentence in (one.zh, one.en))
