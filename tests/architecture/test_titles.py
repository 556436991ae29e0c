"""The Chinese titles of the portal: one for each operation, group and event there is, and for nothing else."""

import importlib.resources
import json
import re
from collections import Counter
from typing import Any

import pytest
from gateway.portal.titles import chinese_titles

from contracts import asyncapi

CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    document = json.loads((importlib.resources.files("gateway") / "documents" / "openapi.json").read_text())
    return {
        item[method]["operationId"]: {**item[method], "path": path}
        for path, item in document["paths"].items()
        for method in METHODS & item.keys()
    }


@pytest.fixture(scope="module")
def events() -> dict[str, Any]:
    messages: dict[str, Any] = asyncapi.document()["components"]["messages"]
    return messages


def test_every_operation_and_every_event_has_a_title_and_nothing_else_has(
    operations: dict[str, Any], events: dict[str, Any]
) -> None:
    groups = {one["path"].split("/")[2] for one in operations.values()}
    there = {
        "operations": set(operations),
        "events": set(events),
        "groups": groups | {".".join(kind.split(".")[:2]) for kind in events},
    }
    for kind, titled in chinese_titles().items():
        assert there[kind] - titled.keys() == set(), f"give these {kind} a title in gateway/portal/titles"
        assert titled.keys() - there[kind] == set(), f"these {kind} are gone"


@pytest.mark.parametrize("kind", ["operations", "groups", "events"])
def test_titles_are_chinese_and_short_enough_for_a_line(kind: str) -> None:
    for name, title in chinese_titles()[kind].items():
        assert CHINESE.search(title), name
        assert title == title.strip(), name
        assert len(title) <= 24, name
        assert not re.search(r"[A-Za-z_]{3,}", title), f"{name} is not translated"


def test_what_differs_in_english_differs_in_chinese(operations: dict[str, Any], events: dict[str, Any]) -> None:
    english = {
        "operations": {name: one["summary"] for name, one in operations.items()},
        "events": {name: one["title"] for name, one in events.items()},
    }
    for kind, names in english.items():
        said = Counter(title for title in chinese_titles()[kind].values())
        for title in (title for title, times in said.items() if times > 1):
            same = {names[name] for name, own in chinese_titles()[kind].items() if own == title}
            assert len(same) == 1, f"{title}: {sorted(same)}"


@pytest.mark.parametrize(
    ("operation", "title"),
    [
        ("accept_clue", "受理线索"),
        ("assign_clue", "分办线索"),
        ("hand_over_finding", "移交巡察发现问题为线索"),
        ("acknowledge_notification", "确认提醒"),
    ],
)
def test_titles_use_the_words_of_the_field(operation: str, title: str) -> None:
    assert chinese_titles()["operations"][operation] == title
