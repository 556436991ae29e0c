"""A library of a few entries."""

from typing import Any

import pytest

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
