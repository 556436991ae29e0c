"""Chinese text is found by neighbouring characters, and highlighted where it stands."""

import re

import pytest
from clue_service.library_requests.domain import MOVES, RequestState
from clue_service.library_searches.domain import highlights_of, query_of, vector_of
from clue_service.matching.text import folded
from hypothesis import given
from hypothesis import strategies as st

TEXT = "滨河路改造工程招标中，承建商宏远公司向评标专家赠送礼金；招标结果随后公布。"


def test_a_vector_holds_pairs_with_places_and_the_title_weighs_more() -> None:
    vector = dict(part.split("':") for part in vector_of("招标", "再招标").replace("'", "", 1).split(" '"))
    assert vector["招标"] == "1A,13"
    assert vector["再招"] == "12"
    assert vector["标"] == "2A,14"


@pytest.mark.parametrize(
    ("asked", "any_place", "phrase"),
    [
        ("招标", "'招标'", "('招标')"),
        ("招投标", "'招投' & '投标'", "('招投' <-> '投标')"),
        ("招標 宏遠", "'招标' & '宏远'", "('招标') & ('宏远')"),
        ("标", "'标':*", "('标':*)"),
        ("ＡＢＣ", "'abc':*", "('abc':*)"),
        ("'); drop|&!", "'drop':*", "('drop':*)"),
    ],
)
def test_a_query_is_every_pair_and_the_phrase_they_make(asked: str, any_place: str, phrase: str) -> None:
    query = query_of(asked)
    assert query is not None
    assert (query.any_place, query.phrase) == (any_place, phrase)


def test_what_holds_no_letter_is_no_query() -> None:
    assert query_of(" ，。!?") is None


def test_highlights_point_at_the_text_as_it_was_written() -> None:
    query = query_of("招標")
    assert query is not None
    found = highlights_of(TEXT, query)
    hits = [one.passage[start:end] for one in found for start, end in one.ranges]
    assert hits == ["招标", "招标"]
    assert all(one.passage in TEXT for one in found)


@given(
    st.text(alphabet="招标工程ＡaB1 ，。𠮷ﬁß\n礼", max_size=80),
    st.text(alphabet="招标工程ab1礼", min_size=1, max_size=4),
)
def test_what_the_text_holds_is_in_its_vector_and_highlighted(text: str, term: str) -> None:
    assert len(folded(text)) == len(text)
    query = query_of(term)
    assert query is not None
    if all(re.search(rf"(?<![a-z0-9]){re.escape(one)}" if one.isascii() else one, folded(text)) for one in query.terms):
        words = vector_of("", text)
        for token in query.any_place.split(" & "):
            assert token.endswith(":*") or f"{token}:" in words
        hits = [one.passage[a:b] for one in highlights_of(text, query) for a, b in one.ranges]
        assert hits


def test_moves_of_a_request_are_a_table() -> None:
    table = {state: MOVES.allowed(state) for state in RequestState}
    assert table == {
        "requested": ["grant", "refuse", "withdraw"],
        "granted": ["revoke"],
        "refused": [],
        "withdrawn": [],
        "revoked": [],
    }
