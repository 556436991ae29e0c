"""Searching the library."""

from collections import Counter

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.pagination import decode_cursor, encode_cursor
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.library_items import describing
from clue_service.library_items import repository as items
from clue_service.library_searches import repository
from clue_service.library_searches.domain import Query, highlights_of, query_of
from clue_service.library_searches.repository import LibraryFilter
from clue_service.library_searches.schemas import HighlightOut, LibraryHit, LibrarySearchIn, LibrarySearchOut

WINDOW = 500
"""How many of the newest that match are ranked; more than that is for a narrower search."""


async def search_library(uow: Uow, viewer: Viewer, tree: UnitTree, body: LibrarySearchIn) -> LibrarySearchOut:
    """Entries with all terms of a text, best first. Raises Invalid, InvalidCursor."""
    query = query_of(body.text)
    if query is None:
        raise invalid_field("/text", "no_term", "没有可检索的字词", "There is nothing in it to look for")
    wanted = LibraryFilter(**body.model_dump(include=set(LibraryFilter.__dataclass_fields__)))
    hits, is_cut = await repository.find_hits(uow.session, viewer, uow.now, query, wanted, window=WINDOW)
    start = max(0, decode_cursor(body.cursor, int)[0]) if body.cursor else 0
    shown = hits[start : start + body.limit]
    rows = {item.id: item for item in await items.find_items(uow.session, [hit.item_id for hit in shown])}
    cards = {card.id: card for card in await describing.cards_of(uow, viewer, tree, list(rows.values()))}
    texts = await items.find_texts(uow.session, [hit.item_id for hit in shown if hit.is_readable])
    found = [
        LibraryHit(
            item=cards[hit.item_id], highlights=_highlights(query, cards[hit.item_id].title, texts.get(hit.item_id))
        )
        for hit in shown
        if hit.item_id in cards
    ]
    # The words stay out of the log: they may name somebody.
    await uow.audit("search", "library_item", "-", detail={"found": len(hits), "shown": len(found)})
    end = start + body.limit
    return LibrarySearchOut(
        items=found,
        next_cursor=encode_cursor(end) if end < len(hits) else None,
        total=len(hits),
        is_cut=is_cut,
        by_kind=dict(sorted(Counter(hit.kind for hit in hits).items())),
    )


def _highlights(query: Query, title: str, text: str | None) -> list[HighlightOut]:
    in_title = [
        HighlightOut(field="title", passage=one.passage, ranges=list(one.ranges)) for one in highlights_of(title, query)
    ]
    in_text = [
        HighlightOut(field="text", passage=one.passage, ranges=list(one.ranges))
        for one in (highlights_of(text, query) if text is not None else ())
    ]
    return in_title + in_text
