"""The information library: entries by COPY as the service indexes them, searches of it, and files with entries."""

import asyncio
import base64
import hashlib
import io
import random
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import xlsxwriter
from clue_service.library_searches.domain import vector_of
from PIL import Image

from clues.loading import COMMISSIONS, OFFICES

_AREAS = (
    "滨河路改造", "东风仓库租赁", "学校食堂采购", "乡村道路硬化", "医疗设备招标", "安置房分配", "惠农补贴发放",
    "车辆维修保养", "环卫外包", "档案数字化", "河道清淤", "旧楼加装电梯", "公益岗位聘用", "会议培训",
    "林地流转",
)  # fmt: skip
_DEEDS = (
    "向评标专家赠送礼金", "泄露标底", "虚列支出套取资金", "以低于评估价的租金出租", "违规发放津贴补贴",
    "优亲厚友", "拆分项目规避招标", "收受承建商好处费", "审核把关流于形式", "长期不落实整改", "公车私用",
    "截留挪用专项资金", "违规操办宴席", "虚报冒领", "压低价格处置国有资产", "在验收中弄虚作假",
)  # fmt: skip
_LESSONS = (
    "主体责任压得不实", "关键岗位轮岗制度没有执行", "内部审计没有发现问题", "公开公示不及时",
    "台账记载与实际不符", "合同管理混乱", "集体决策流于形式", "监督检查走过场", "廉政风险点排查不到位",
    "警示教育缺少针对性",
)  # fmt: skip
_KINDS = ("report_stat", "clue_stat", "inspection_feedback", "special_check", "case_analysis", "advice")
_ITEM = ("id", "kind", "state", "version", "title", "unit_code", "owner_unit", "commission", "secrecy_level", "reach",
         "is_listed", "categories", "themes", "period_from", "period_to", "starts_at", "clue_ids", "recused",
         "entered_by", "entered_at")  # fmt: skip
_DAY = datetime(2026, 1, 1, tzinfo=UTC)

SEARCHES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "a phrase that is rare": ("handler", {"text": "第三千一百四十七号"}),
    "a phrase in four of ten entries": ("handler", {"text": "拆分项目规避招标"}),
    "a phrase in most entries": ("handler", {"text": "主体责任压得不实"}),
    "two phrases": ("handler", {"text": "东风仓库租赁 收受承建商好处费"}),
    "two phrases of one kind": ("handler", {"text": "东风仓库租赁 优亲厚友", "kind": "case_analysis"}),
    "a single character": ("handler", {"text": "标"}),
    "nothing": ("handler", {"text": "海底隧道通风竖井"}),
    "the office of a commission": ("office", {"text": "拆分项目规避招标"}),
    "a leader, on one unit": ("leader", {"text": "违规发放津贴补贴", "unit_code": "su-47"}),
}


def entries_beside(clues: int) -> int:
    """How many entries the library holds beside so many clues."""
    return min(clues, 100_000)


async def fill(dsn: str, entries: int) -> None:
    """Store so many entries; a library that lies there complete is left as it is."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select to_regclass('bench_library') is not null"):
            return
        async with connection.transaction():
            await connection.execute("alter table library_item disable trigger user")
            for table, columns, place in (
                ("library_item", _ITEM, 0),
                ("library_text", ("item_id", "text"), 1),
            ):
                rows = _rows(entries, place)
                await connection.copy_records_to_table(table, records=rows, columns=columns, timeout=1_800)
            await connection.execute("create temp table words (item_id uuid, words text, title_words text)")
            await connection.copy_records_to_table("words", records=_rows(entries, 2), timeout=1_800)
            await connection.execute(
                "insert into library_index select item_id, words::tsvector, title_words::tsvector from words",
                timeout=1_800,
            )
            await connection.execute("alter table library_item enable trigger user")
            await connection.execute("create table bench_library ()")
        for table in ("library_item", "library_text", "library_index"):
            await connection.execute(f"vacuum analyze {table}", timeout=1_800)
    finally:
        await connection.close()


def _rows(entries: int, place: int) -> AsyncIterator[tuple[Any, ...]] | Iterator[tuple[Any, ...]]:
    return (_entry(number)[place] for number in range(1, entries + 1))


def _entry(number: int) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """The rows of an entry in its three tables."""
    draw = random.Random(number)
    commission = number % COMMISSIONS
    area = draw.choice(_AREAS)
    title = f"{area}领域第{_numeral(number)}号{draw.choice(('剖析', '通报', '专项检查情况', '反馈意见'))}"
    text = "。".join(
        f"{draw.choice(_AREAS)}中有人{draw.choice(_DEEDS)}，涉及测试单位{draw.randrange(3000)}，"
        f"金额{draw.randrange(1, 900)}万元，{draw.choice(_LESSONS)}"
        for _ in range(draw.randint(3, 14))
    )
    ident = uuid.UUID(int=number)
    item = (
        ident, draw.choice(_KINDS), "entered", 1, title, f"su-{number % 3000}",
        f"office-{commission}-{number // COMMISSIONS % OFFICES}", f"cdi-{commission}", "internal",
        draw.choices(("unit", "commission", "platform"), (30, 50, 20))[0], draw.random() < 0.5,
        [draw.choice(("C1", "C2", "D3", "D4"))], [], date(2025, 1, 1), date(2025, 12, 31), _DAY, [], [],
        f"handler-{number % 500}", _DAY,
    )  # fmt: skip
    return item, (ident, text), (ident, vector_of(title, text), vector_of(title, ""))


def _numeral(number: int) -> str:
    """A number as it is read out, such as 三千一百四十七; the units are what makes a phrase of it."""
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千", "万", "十万")
    places = [(int(digit), unit) for digit, unit in zip(reversed(str(number)), units, strict=False)]
    return "".join(digits[digit] + unit for digit, unit in reversed(places) if digit)


def files() -> dict[str, bytes]:
    """A file of each kind that is written anew, and one that is not."""
    picture = io.BytesIO()
    Image.frombytes("RGB", (1_000, 700), random.Random(1).randbytes(2_100_000)).save(picture, "JPEG", quality=85)
    sheet = io.BytesIO()
    with xlsxwriter.Workbook(sheet, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for row in range(5_000):
            page.write_row(row, 0, [row, f"测试{row}", row * 37, "第一季度"])
    return {
        "text": "滨河路改造工程有关情况说明。\n".encode() * 1_600,
        "JPEG": picture.getvalue(),
        "XLSX": sheet.getvalue(),
    }


async def measure(bench: Any, found: Any, rounds: int = 20) -> None:
    """Searches and files; ``bench`` calls the service, ``found`` takes the times."""
    for name, (who, body) in SEARCHES.items():
        times = []
        for _ in range(rounds):
            taken, answer = await bench.call(who, "POST", "/v1/library-searches", json=body)
            times.append(taken)
        found.times[f"library search: {name}"] = times[3:]  # the first ones warm the caches
        found.notes[f"library search: {name}"] = answer.json()["total"]
    for kind, content in files().items():
        await _files(bench, found, f"{kind} of {len(content) / 1024:,.0f} KiB", content, rounds)


async def _files(bench: Any, found: Any, name: str, content: bytes, rounds: int) -> None:
    form = {"kind": "case_analysis", "title": "附件", "text": "附件说明。"}
    _, entry = await bench.call("handler", "POST", "/v1/library-items", json=form)
    sent, read = [], []
    for number in range(rounds):
        body = _varied(content, number)
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": f"sha-256=:{digest}:"}
        path = f"/v1/library-items/{entry.json()['id']}/attachments"
        taken, answer = await bench.call("handler", "POST", path, content=body, headers=headers)
        sent.append(taken)
        taken, _ = await bench.call("handler", "GET", f"/v1/attachments/{answer.json()['id']}/content")
        read.append(taken)
        await asyncio.sleep(0)
    found.times[f"file in, {name}"], found.times[f"file out, {name}"] = sent[3:], read[3:]


def _varied(content: bytes, number: int) -> bytes:
    """The same file with another digest: what follows the end of a picture or an archive is dropped by cleaning."""
    tail = f"\n{number}".encode()
    if content[:2] != b"PK":
        return content + tail
    # The comment of an archive, whose length stands before it.
    return content[:-2] + len(tail).to_bytes(2, "little") + tail
