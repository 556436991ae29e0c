"""Reading the exchange format: every fault is named by its pointer."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from inspection_service.assembly.documents import load_document
from inspection_service.assembly.errors import InvalidInstance
from inspection_service.assembly.instance import parse_instance


def small() -> dict[str, Any]:
    return {
        "roles": ["leader"],
        "labels": ["finance"],
        "people": [{"id": "p1", "home_unit": 0}, {"id": "p0", "home_unit": 0}],
        "home_units": [{"cap": 1, "quota": 1, "over_quota_penalty": 0}],
        "teams": [{"id": "t", "roles": [1], "home_unit_cap": 1, "bounds": [], "rewards": []}],
        "eligible": [[0, 0, 0, 5, [0]], [1, 0, 0, 7, []]],
        "never_together": [],
        "cooperation": None,
    }


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    *way, last = pointer.strip("/").split("/")
    holder: Any = document
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    if isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/people/1/id", "p1", "repeated"),
        ("/people/0/home_unit", 3, "out_of_range"),
        ("/people/0", 7, "not_an_object"),
        ("/teams/0/roles", [1, 1], "wrong_length"),
        ("/teams/0/roles/0", -1, "negative"),
        ("/teams/0/roles/0", 1.5, "not_a_whole_number"),
        ("/teams/0/bounds", [{"label": 4, "min": 1, "max": None}], "out_of_range"),
        ("/teams/0/rewards", [{"label": 0, "each": 1e12, "up_to": 1}], "out_of_range"),
        ("/home_units/0/cap", True, "not_a_whole_number"),
        ("/home_units/0/over_quota_penalty", float("nan"), "not_a_number"),
        ("/eligible/1/0", 2, "unknown"),
        ("/eligible/1/2", "leader", "not_a_whole_number"),
        ("/eligible/0/3", 1e12, "out_of_range"),
        ("/eligible/0/3", float("inf"), "not_a_number"),
        ("/eligible/0/4", [9], "unknown"),
        ("/eligible/0", [0, 0, 0], "malformed"),
        ("/eligible/1", [0, 0, 0, 1, []], "repeated"),
        ("/never_together", [[0, 0]], "same_person"),
        ("/cooperation", {"pairs": []}, "missing"),
    ],
)
def test_a_wrong_value_is_named_by_its_pointer(pointer: str, value: Any, code: str) -> None:
    document = small()
    put(document, pointer, value)
    with pytest.raises(InvalidInstance) as caught:
        parse_instance(document)
    first = caught.value.errors[0]
    assert first.code == code
    assert first.pointer.startswith(pointer)


@pytest.mark.parametrize("key", ["roles", "labels", "people", "home_units", "teams", "eligible"])
def test_a_missing_part_is_named(key: str) -> None:
    document = small()
    del document[key]
    with pytest.raises(InvalidInstance) as caught:
        parse_instance(document)
    assert caught.value.errors[0].pointer == f"/{key}"


def test_people_and_columns_come_in_canonical_order() -> None:
    instance = parse_instance(small())
    assert instance.person_ids == ("p0", "p1")
    assert instance.columns.score.tolist() == [7.0, 5.0]


def test_plain_and_compressed_files_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.json", tmp_path / "a.json.gz"
    plain.write_text(json.dumps(small()))
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert load_document(plain) == load_document(packed) == small()


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\x1f\x8b broken", b"\xff\xfe"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(raw)
    with pytest.raises(InvalidInstance):
        load_document(path)
