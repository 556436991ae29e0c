"""Files of clues, sent and worked through."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from chassis.testing.harness import Harness

Document = dict[str, Any]
Send = Callable[..., Awaitable[Document]]
HEADER = ["原编号", "线索来源", "收到日期", "反映问题", "被反映人", "被反映人单位", "渠道"]


@pytest.fixture
def send(call: Any, harness: Harness) -> Send:
    """``await send(content, "text/csv")`` → the import after its work; ``query`` and ``who`` as given."""

    async def post(content: bytes, kind: str = "text/csv", who: str = "officer@pet-dh", query: str = "") -> Document:
        answer = await call(who, "POST", f"/v1/clue-imports{query}", headers={"Content-Type": kind}, content=content)
        assert answer.status_code == 202, answer.text
        operation = answer.json()["id"]
        assert answer.headers["location"] == f"/v1/operations/{operation}"
        for _ in range(20):
            told = (await call(who, "GET", f"/v1/operations/{operation}")).json()
            if told["status"] in ("succeeded", "failed"):
                return dict(told)
            await harness.run_jobs()
        raise AssertionError(told)

    return post


@pytest.fixture
def refuse(call: Any) -> Send:
    """``await refuse(content, "text/csv")`` → the problem with which the file is refused at once."""

    async def post(content: bytes, kind: str) -> Document:
        answer = await call(
            "officer@pet-dh", "POST", "/v1/clue-imports", headers={"Content-Type": kind}, content=content
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "file_refused"), answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def ledger() -> Callable[..., list[list[str]]]:
    """``ledger(3)`` → a table with its header; each row is about somebody else."""

    def make(count: int) -> list[list[str]]:
        return [
            HEADER,
            *(
                [
                    f"l:{n}",
                    "信访举报",
                    "2026-11-20",
                    f"第{n}件：虚报冒领补贴{n * 37}元。",
                    f"测试{n}",
                    "夏宁市住建局",
                    "来信",
                ]
                for n in range(count)
            ),
        ]

    return make
