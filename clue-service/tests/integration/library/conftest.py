"""A library of a few entries, and files with them."""

import hashlib
from typing import Any

import pytest
from clue_service.attachments.domain import digest_header, disposition_of

Document = dict[str, Any]
ENTRY: Document = {
    "kind": "case_analysis",
    "title": "工程招标领域案例剖析",
    "text": "滨河路改造工程招标中，承建商向评标专家赠送礼金，专家泄露标底。",
    "unit_code": "su-housing",
    "categories": ["C1"],
    "themes": ["engineering"],
    "period_from": "2026-01-01",
    "period_to": "2026-06-30",
}
FILE = "附件正文：滨河路改造工程。".encode()


@pytest.fixture
def enter(call: Any) -> Any:
    """``await enter("handler@inv1-dh", reach="unit")`` → the entry."""

    async def post(who: str = "handler@inv1-dh", **changes: Any) -> Document:
        answer = await call(who, "POST", "/v1/library-items", {**ENTRY, **changes}, clearance="secret")
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def search(call: Any) -> Any:
    """``await search("handler@inv1-dh", "招标")`` → the answer."""

    async def post(who: str, text: str, **more: Any) -> Document:
        clearance = more.pop("clearance", "internal")
        answer = await call(who, "POST", "/v1/library-searches", {"text": text, **more}, clearance=clearance)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def attach(call: Any) -> Any:
    """``await attach(who, path, content)`` → the answer."""

    async def send(who: str, owner: str, content: bytes = FILE, name: str | None = "说明.txt", **headers: str) -> Any:
        sent = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": digest_header(hashlib.sha256(content).digest()),
            **headers,
        }
        if name is not None:
            sent["Content-Disposition"] = disposition_of(name)
        return await call(who, "POST", f"{owner}/attachments", headers=sent, content=content)

    return send
