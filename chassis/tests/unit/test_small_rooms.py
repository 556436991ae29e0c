"""The chassis' pure parts."""

import string
import struct
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from chassis.clock import Clock, FixedClock
from chassis.directory import Unit, UnitTree
from chassis.errors import InvalidCursor, MoveRefused
from chassis.identity import Principal, acting_for
from chassis.keyring import KeyRing
from chassis.moves import Move, MoveTable
from chassis.pagination import decode_cursor, encode_cursor
from chassis.problems import language_of
from chassis.telemetry import child_traceparent, trace_id
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers


def test_the_clock_follows_its_offset_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock("Asia/Shanghai", file)
    before = clock.now()
    file.write_bytes(struct.pack("<d", 30 * 86_400.0))
    assert 29.9 < (clock.now() - before).total_seconds() / 86_400 < 30.1


def test_civil_dates_are_those_of_shanghai() -> None:
    assert FixedClock(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)).today() == date(2026, 11, 24)


@given(st.lists(st.one_of(st.text(), st.integers()), min_size=1, max_size=4))
def test_a_cursor_gives_its_keys_back(keys: list[str | int]) -> None:
    assert decode_cursor(encode_cursor(*keys), *(type(key) for key in keys)) == keys


@given(st.text(alphabet=string.printable))
def test_no_foreign_cursor_passes(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, str, int, str)


def test_a_sealed_value_opens_only_in_its_own_place_and_unaltered() -> None:
    ring = KeyRing("k2", {"k1": b"1" * 32, "k2": b"2" * 32})
    sealed = ring.seal("秘密".encode(), "vault/1")
    assert ring.open(sealed, "vault/1").decode() == "秘密"
    assert ring.key_of(sealed) == "k2"
    for broken, context in ((sealed, "vault/2"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "vault/1")):
        with pytest.raises(InvalidTag):
            ring.open(broken, context)


def test_digests_survive_a_rotation_and_keep_parts_apart() -> None:
    old, rotated = KeyRing("k1", {"k1": b"1" * 32}), KeyRing("k2", {"k1": b"1" * 32, "k2": b"2" * 32})
    assert old.digest("p", b"ab", b"c") == rotated.digest("p", b"ab", b"c") != old.digest("p", b"a", b"bc")


def test_a_key_ring_needs_its_current_key_and_full_length() -> None:
    for current, keys in (("k2", {"k1": b"1" * 32}), ("k1", {"k1": b"short"})):
        with pytest.raises(ValueError, match="key ring"):
            KeyRing(current, keys)


def test_a_move_table_allows_its_rows_and_refuses_the_rest() -> None:
    table = MoveTable([Move("open", frozenset({"new"}), "open"), Move("close", frozenset({"open", "new"}), "closed")])
    assert table.allowed("new") == ["open", "close"]
    assert table.take("close", "open").target == "closed"
    with pytest.raises(MoveRefused) as refused:
        table.take("open", "closed")
    assert refused.value.members == {"state": "closed", "allowed_moves": []}


@pytest.mark.parametrize(
    ("header", "language"),
    [("en;q=0.1, zh;q=0.9", "zh-CN"), ("de, en;q=0.5", "en"), ("en;q=0", "zh-CN"), ("EN-us", "en"), (",;,", "zh-CN")],
)
def test_the_language_is_the_first_supported_one_by_weight(header: str, language: str) -> None:
    assert language_of(Headers({"accept-language": header})) == language


@given(st.text())
def test_any_language_header_gives_a_language(header: str) -> None:
    raw = [(b"accept-language", header.encode("utf-8"))]
    assert language_of(Headers(raw=raw)) in ("en", "zh-CN")


def test_a_trace_continues_and_a_broken_one_starts_anew() -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert trace_id(child_traceparent(parent)) == trace_id(parent)
    assert child_traceparent(parent) != parent
    for broken in (None, "", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "x" * 55):
        assert len(child_traceparent(broken)) == 55


def test_only_services_act_for_others() -> None:
    assert acting_for(Principal("svc:a", roles=frozenset({"service"})), "user-1").acting_for == "user-1"
    assert acting_for(Principal("user-2", roles=frozenset({"leader"})), "user-1").acting_for is None


TREE = UnitTree(
    [
        Unit("pc", "市委", "party_committee"),
        Unit("cdi", "市纪委", "cdi", "pc"),
        Unit("cmo", "案管室", "case_management_office", "cdi"),
        Unit("cdi-a", "区纪委", "cdi", "cdi"),
        Unit("cdi-b", "县纪委", "cdi", "cdi"),
        Unit("su", "住建局", "supervised_unit", "pc", linked_office="cmo"),
        Unit("branch", "分局", "supervised_unit", "su"),
        Unit("dg", "派驻组", "dispatched_group", "cdi", host_units=("su",)),
        Unit("loop-1", "a", "supervised_unit", "loop-2"),
        Unit("loop-2", "b", "supervised_unit", "loop-1"),
    ]
)


def test_the_tree_knows_commissions_links_and_common_superiors() -> None:
    assert TREE.commission("cmo") == "cdi"
    assert TREE.commission("su") == "su"
    assert TREE.commission("unknown") == "unknown"
    assert TREE.linked_office("branch") == "cmo"
    assert TREE.dispatched_groups("branch") == ["dg"]
    assert TREE.lowest_common_superior(["cdi-a", "cdi-b"]) == "cdi"
    assert TREE.lowest_common_superior(["cdi-a", "cdi"]) == "pc"
    assert TREE.lowest_common_superior(["cdi-a", "unknown"]) is None
    assert TREE.is_within("branch", "pc")
    assert not TREE.is_within("pc", "branch")


def test_a_cycle_in_the_tree_does_not_hang() -> None:
    assert TREE.superiors("loop-1") == ["loop-1", "loop-2"]
