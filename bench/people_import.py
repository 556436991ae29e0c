"""Rosters at 20,000 cadres and 21,000 supervised persons: rows per second, checked and stored, on real PostgreSQL.

``bench/people.py`` calls ``figures``; alone: ``python bench/people_import.py``.
"""

import asyncio
import csv
import io
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import httpx2
import openpyxl
from chassis.embedded import scratch_postgres
from chassis.identity import SYSTEM, Authenticator
from chassis.keyring import KeyRing
from chassis.logging import configure_logging
from chassis.migrations import migrate
from chassis.runtime import build_app
from chassis.service import Resources, build_resources
from chassis.settings import PlatformSettings
from chassis.spreadsheets.files import XLSX_TYPE
from chassis.testing.harness import TestIssuer
from personnel_pool_service.main import SERVICE
from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.units.service import upsert_unit

Figure = tuple[str, list[float], str]
UNITS = 160
HEADER = (
    "姓名", "身份证号", "原单位", "职级", "性别", "出生日期", "是否党员", "标签", "人才库", "工作经历", "亲属",
)  # fmt: skip
PERSONS = ("人员代码", "姓名", "单位", "职务", "职级", "管理党委", "是否党员", "监察对象", "一把手", "对象类别")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def figures(*, rows: int = 20_000) -> list[Figure]:
    """(what, measured values, the aim) for the page of figures."""
    configure_logging("bench", "error")
    with scratch_postgres() as server:
        database = server.create_service_database("pool", extensions=("btree_gist", "pg_trgm"))
        migrate(SERVICE.migrations, database.owner)
        return asyncio.run(_measure(database.app, rows))


async def _measure(url: str, rows: int) -> list[Figure]:
    issuer = TestIssuer()
    settings = PlatformSettings.model_validate(
        {"environment": "local", "database_url": url, "issuer": issuer.name, "jwks_url": f"{issuer.name}/jwks.json"}
    )
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(
        jwks_url=settings.jwks_url, issuer=issuer.name, audience=settings.audience, client=keys
    )
    built = build_resources(SERVICE, settings)
    resources = replace(built, authenticator=authenticator, keys=KeyRing("k1", {"k1": os.urandom(32)}))
    await _units(resources)
    token = issuer.token("bench", unit="u-000", roles=["pool_manager"])
    transport = httpx2.ASGITransport(app=build_app(SERVICE, resources, with_worker=False))
    found: list[Figure] = []
    people = _roster(rows)
    supervised = _supervised(rows * 21 // 20)
    runs = (
        ("roster import", "cadre", "CSV", "dry run", "?dry_run=true", "created", _csv([HEADER, *people])),
        ("roster import", "cadre", "CSV", "stored", "", "created", _csv([HEADER, *people])),
        ("roster import", "cadre", "CSV", "again", "", "unchanged", _csv([HEADER, *people])),
        ("roster import", "cadre", "XLSX", "again", "", "unchanged", _xlsx([HEADER, *people])),
        ("supervised persons", "supervised-person", "XLSX", "stored", "", "created", _xlsx([PERSONS, *supervised])),
        ("supervised persons", "supervised-person", "CSV", "again", "", "unchanged", _csv([PERSONS, *supervised])),
    )
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://pool.bench", headers={"Authorization": f"Bearer {token}"}, timeout=600
    ) as client:
        for noun, path, form, what, query, expected, body in runs:
            kind = {"Content-Type": XLSX_TYPE if form == "XLSX" else "text/csv"}
            begun = time.perf_counter()
            answer = await client.post(f"/v1/{path}-imports{query}", content=body, headers=kind)
            seconds = time.perf_counter() - begun
            told = answer.raise_for_status().json()
            if told[expected] != told["rows"]:
                message = f"{noun}, {what}: {told}"
                raise RuntimeError(message)
            name = f"{noun}, {told['rows']:,} rows, {form}, {what}, rows/s"
            found.append((name, [told["rows"] / seconds], "≥ 500"))
    await keys.aclose()
    await resources.close()
    return found


async def _units(resources: Resources) -> None:
    async with resources.transactions(SYSTEM) as uow:
        for index in range(UNITS):
            kind = "cdi" if index == 0 else "supervision_office"
            parent = None if index == 0 else "u-000"
            draft = UnitDraft(f"u-{index:03d}", f"测试单位{index}", kind, "city", parent_code=parent)
            await upsert_unit(uow, draft, seen_version=None)


def _roster(rows: int) -> list[list[str]]:
    rng = random.Random(5)
    return [_person(rng, index) for index in range(rows)]


def _person(rng: random.Random, index: int) -> list[str]:
    born = f"{rng.randint(1965, 1998)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    digits = f"4101{index // 999 % 100:02d}{born}{index % 999:03d}"
    check = "10X98765432"[sum(int(one) * by for one, by in zip(digits, _WEIGHTS, strict=True)) % 11]
    home, before = rng.randrange(1, UNITS), rng.randrange(1, UNITS)
    tags: Callable[[], str] = lambda: rng.choice(("审计", "法律", "谈话", "写作", "财务", "数据分析"))  # noqa: E731
    return [
        f"测{chr(0x4E00 + index % 5000)}{chr(0x4E00 + index // 5000)}",
        digits + check,
        f"测试单位{home}",
        rng.choice(("科员", "副科", "正科", "副处")),
        "男" if int(digits[-1]) % 2 else "女",
        f"{born[:4]}-{born[4:6]}-{born[6:]}",
        "是",
        f"{tags()}；{tags()}",
        rng.choice(("case", "inspection_member", "expert")),
        f"2012-01~2018-06|测试单位{before}|科员\n2018-07~至今|测试单位{home}|科长",
        f"配偶|测试单位{rng.randrange(1, UNITS)}",
    ]


def _supervised(rows: int) -> list[list[str]]:
    rng = random.Random(6)
    return [
        [
            f"sp-{number:06d}",
            f"测{chr(0x4E00 + number % 5000)}{chr(0x4E00 + number // 5000)}",
            f"测试单位{rng.randrange(1, UNITS)}",
            rng.choice(("科员", "科长", "局长")),
            rng.choice(("科员", "副科", "正科", "副处")),
            "u-000",
            rng.choice(("是", "否")),
            "是",
            "否",
            "公务员",
        ]
        for number in range(rows)
    ]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("gb18030")


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    for what, values, aim in figures():
        print(f"{what}: {values[0]:,.0f} ({aim})")
