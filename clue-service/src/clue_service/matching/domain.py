"""From a clue as it came in to what the engine compares: pure, bounded, never raising for any text."""

import re
from dataclasses import replace
from hashlib import blake2b

from clue_service.matching import keys as clue_keys
from clue_service.matching.dates import When, dates
from clue_service.matching.firms import firms_and_places
from clue_service.matching.grams import content_grams, text_grams
from clue_service.matching.lexicon import (
    filler_pattern,
    post_groups,
    post_pattern,
    topic_pattern,
    topic_words,
)
from clue_service.matching.named_units import units_in_text
from clue_service.matching.names import Name, NameClass, agreement, parse_names
from clue_service.matching.names import NameAgreement as Agreement
from clue_service.matching.numerals import Amount, quantities
from clue_service.matching.people import Mention, people_in_text
from clue_service.matching.prepared import AllegationText, ClueText, Facts, Prepared, Subject, SubjectText
from clue_service.matching.splitting import split_matters
from clue_service.matching.sums import read_sums
from clue_service.matching.text import MAX_TEXT, clean
from clue_service.matching.units import NO_UNIT, Unit, UnitDirectory, place_stems

_MAX_PARTS = 6
_MAX_SUBJECTS = 8
_MAX_ALLEGATIONS = 12
# Letters and digits that identify something: number plates, contract numbers, telephone numbers.
_TOKEN = re.compile(r"(?:[\u4e00-\u9fff][a-z]·?)?[a-z0-9-]{4,20}")
_SAME_PERSON = frozenset(
    {Agreement.EQUAL, Agreement.EQUAL_SHORT, Agreement.SAME_SOUND, Agreement.LOOK_ALIKE, Agreement.SAME_GIVEN_NAME,
     Agreement.MASKED_BOTH_ENDS, Agreement.SAME_SURNAME_MASKED}
)  # fmt: skip
NO_DIRECTORY = UnitDirectory()


def prepare(clue: ClueText, directory: UnitDirectory = NO_DIRECTORY) -> Prepared:
    """Normalise a clue; the same input and directory give the same result."""
    pieces = _pieces(clue)
    whole = " ".join(text for text, _ in pieces)
    mentions = people_in_text(whole)
    subjects = _subjects(clue, directory, whole, mentions)
    named = [mentions] if len(pieces) == 1 else [people_in_text(text) for text, _ in pieces]
    parts = tuple(
        _facts(text, allegation, clue, subjects, people)
        for (text, allegation), people in zip(pieces, named, strict=True)
    )
    prepared = Prepared(
        received_on=clue.received_on,
        subjects=subjects,
        parts=parts,
        length=len(whole),
        digest=blake2b(re.sub(r"\W", "", whole).encode(), digest_size=12).hexdigest(),
        grams=text_grams(whole),
        commission=clue.commission,
        reporter_key=clue.reporter_key,
    )
    return replace(prepared, keys=clue_keys.keys_of(prepared, whole))


def _pieces(clue: ClueText) -> list[tuple[str, AllegationText]]:
    pieces: list[tuple[str, AllegationText]] = []
    for allegation in clue.allegations[:_MAX_ALLEGATIONS]:
        pieces += [(text, allegation) for text in split_matters(clean(allegation.text))]
    kept = pieces[:_MAX_PARTS]
    if len(pieces) > _MAX_PARTS:  # nothing of a long list is lost: the rest is read as one
        rest = " ".join(text for text, _ in pieces[_MAX_PARTS - 1 :])[:MAX_TEXT]
        kept = [*pieces[: _MAX_PARTS - 1], (rest, pieces[_MAX_PARTS - 1][1])]
    return kept


def _subjects(clue: ClueText, directory: UnitDirectory, text: str, mentions: list[Mention]) -> tuple[Subject, ...]:
    places = frozenset().union(*(place_stems(one.place) for one in clue.allegations[:_MAX_ALLEGATIONS]))
    named = _units_named(text, directory)
    given = clue.subjects[:_MAX_SUBJECTS]
    if not given:
        given = (SubjectText(),)
    return tuple(_subject(one, directory, text, mentions, named, places, alone=len(given) == 1) for one in given)


def _units_named(text: str, directory: UnitDirectory) -> list[tuple[Unit, int, int]]:
    known = directory.find_in(text)
    covered = [(start, end) for _, start, end in known]
    by_form = [one for one in units_in_text(text) if not any(s < one[2] and one[1] < e for s, e in covered)]
    return known + by_form


def _subject(
    given: SubjectText,
    directory: UnitDirectory,
    text: str,
    mentions: list[Mention],
    named: list[tuple[Unit, int, int]],
    places: frozenset[str],
    *,
    alone: bool,
) -> Subject:
    names = parse_names(given.name)
    is_stated = bool(names)
    if not names and alone:
        names = _accused(text, mentions, named)
    elif names:
        names = [*names, *_fuller(names, mentions)]
    unit = directory.resolve(given.unit_name, given.unit_code)
    if unit.is_empty and alone:
        unit = _unit_of_accused(text, mentions, named, names)
    if places and not unit.is_empty and unit.code is None:
        unit = unit._replace(areas=unit.areas | places)
    elif places and unit.is_empty:
        unit = Unit(areas=places)
    posts = _posts(given.post) or (_posts_in_text(text) if alone else frozenset())
    codes = frozenset(clean(code) for code in (given.id_number, given.person_code) if code)
    return Subject(tuple(names[:4]), unit, posts, codes, is_stated)


def _fuller(names: list[Name], mentions: list[Mention]) -> list[Name]:
    """Full names in the text that fit a hidden one of the form."""
    if any(name.kind in {NameClass.FULL, NameClass.LATIN} for name in names):
        return []
    full = [mention.name for mention in mentions if mention.name.kind is NameClass.FULL]
    fitting = [name for name in full if any(agreement(name, hidden) in _SAME_PERSON for hidden in names)]
    return list(dict.fromkeys(fitting))[:1]


def _accused(text: str, mentions: list[Mention], named: list[tuple[Unit, int, int]]) -> list[Name]:
    """Whom the text accuses when no field says so: the one next to a post or a unit, else the first named."""
    for mention in mentions:
        before, after = text[max(0, mention.start - 12) : mention.start], text[mention.end : mention.end + 14]
        post_before = [match for match in post_pattern().finditer(before) if match.end() == len(before)]
        unit_before = any(end == mention.start for _, _, end in named)
        bracket = after.startswith("(") and (post_pattern().search(after) or "局" in after or "村" in after)
        if (
            post_before
            or unit_before
            or bracket
            or (mention.name.kind is NameClass.SURNAME and post_pattern().match(after))
        ):
            return [mention.name]
    return [mentions[0].name] if mentions else []


def _unit_of_accused(text: str, mentions: list[Mention], named: list[tuple[Unit, int, int]], names: list[Name]) -> Unit:
    """The unit that stands with a post or with the accused; else the first one named."""
    starts = [mention.start for mention in mentions if mention.name in names]
    for unit, start, end in named:
        follows = text[end : end + 8]
        if post_pattern().match(follows) or any(0 <= place - end <= 8 or 0 <= start - place <= 5 for place in starts):
            return unit
    return named[0][0] if named else NO_UNIT


def _posts(raw: str | None) -> frozenset[str]:
    text = clean(raw)[:60]
    if not text:
        return frozenset()
    whole = post_groups().get(text)
    return frozenset({whole}) if whole else _posts_in_text(text)


def _posts_in_text(text: str) -> frozenset[str]:
    match = post_pattern().search(text)
    return frozenset({post_groups()[match.group()]}) if match else frozenset()


def _facts(
    text: str, allegation: AllegationText, clue: ClueText, subjects: tuple[Subject, ...], mentions: list[Mention]
) -> Facts:
    sums = read_sums(text)
    times = dates(text, clue.received_on)
    people = [mention for mention in mentions if not _is_subject(mention.name, subjects)]
    stated = [Amount(float(allegation.amount_cny), float(allegation.amount_cny))] if allegation.amount_cny else []
    occurred = [When(day.year, day.month, day.day) for day in (allegation.occurred_from,) if day]
    topics = {topic for match in topic_pattern().finditer(text) for topic in topic_words()[match.group()]}
    tokens = {match.group() for match in _TOKEN.finditer(text) if any(one.isdigit() for one in match.group())}
    return Facts(
        topics=frozenset(topics),
        category=allegation.category_code,
        amounts=tuple(dict.fromkeys([*stated, *(amount for amount, _ in sums.yuan)]))[:8],
        dates=tuple(dict.fromkeys([*occurred, *(when for when, _ in times)]))[:8],
        quantities=sums.foreign.union(quantities(text)),
        tokens=frozenset(sorted(one for one in tokens if not _is_number(one))[:40]),
        others=tuple(dict.fromkeys(mention.name for mention in people))[:8],
        places=place_stems(allegation.place),
        firms=firms_and_places(text, subjects),
        content=content_grams(filler_pattern().sub(" ", text), subjects),
    )


def _is_number(token: str) -> bool:
    return token.replace("-", "").isdigit() and len(token) != 11  # a number of eleven digits is a mobile telephone's


def _is_subject(name: Name, subjects: tuple[Subject, ...]) -> bool:
    return any(agreement(name, own) in _SAME_PERSON for subject in subjects for own in subject.names)
