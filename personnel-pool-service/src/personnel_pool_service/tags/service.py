"""Use cases of the tag vocabulary."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from chassis.errors import FieldError, NotFound, StaleVersion
from chassis.uow import Uow

from personnel_pool_service.tags import repository
from personnel_pool_service.tags.domain import TagDraft, fold
from personnel_pool_service.tags.errors import TagSpellingTaken
from personnel_pool_service.tags.models import TagRow


async def upsert_tag(uow: Uow, draft: TagDraft, *, seen_version: int | None) -> tuple[TagRow, bool]:
    """Create or change a tag; cadres who bear it in any spelling are found by it from now on.

    Raises:
        StaleVersion: it is not at ``seen_version``.
        TagSpellingTaken: one of its spellings means another tag.
    """
    await repository.lock_vocabulary(uow.session)
    row = await repository.find_tag(uow.session, draft.code)
    if row is None and seen_version is not None:
        raise StaleVersion
    if row is not None:
        row.require_version(seen_version)
        if _draft_of(row) == draft:
            return row, False
    await _refuse_taken(uow, draft)
    values = {**asdict(draft), "synonyms": list(draft.synonyms)}
    created = row is None
    if row is None:
        row = TagRow(**values, version=1, created_at=uow.now, updated_at=uow.now)
        uow.session.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.touch(uow.now)
    await uow.session.flush()
    concerned = await repository.replace_spellings(uow.session, draft.code, draft.spellings())
    await repository.recode_cadres(uow.session, concerned)
    await uow.audit("create_tag" if created else "change_tag", "tag", draft.code)
    return row, created


async def _refuse_taken(uow: Uow, draft: TagDraft) -> None:
    owners = await repository.list_codes(uow.session, draft.spellings())
    taken = {spelling for spelling, code in owners.items() if code != draft.code}
    named = {"/code": draft.code, "/name_zh": draft.name_zh, "/name_en": draft.name_en}
    named.update({f"/synonyms/{index}": one for index, one in enumerate(draft.synonyms)})
    wrong = [pointer for pointer, text in named.items() if fold(text) in taken]
    if wrong:
        title = TagSpellingTaken.title
        raise TagSpellingTaken(errors=[FieldError(pointer, "tag_spelling_taken", title) for pointer in wrong])


async def get_tag(uow: Uow, code: str) -> TagRow:
    """The tag; raises ``NotFound``."""
    row = await repository.find_tag(uow.session, code)
    if row is None:
        raise NotFound
    return row


async def list_tags(uow: Uow, *, kind: str | None, after: str | None, limit: int) -> list[TagRow]:
    """Tags by code, one more than ``limit`` if there are more."""
    return await repository.list_tags(uow.session, kind=kind, after=after, limit=limit)


async def codes_of(uow: Uow, texts: Collection[str]) -> dict[str, str]:
    """Folded spelling → code, for ``tags.domain.to_codes``; what the vocabulary does not list is absent."""
    return await repository.list_codes(uow.session, {fold(text) for text in texts}) if texts else {}


async def list_unlisted(uow: Uow, limit: int) -> list[Any]:
    """(tag, cadres) of texts in use that the vocabulary does not list."""
    return await repository.list_unlisted(uow.session, limit)


def _draft_of(row: TagRow) -> TagDraft:
    return TagDraft(row.code, row.kind, row.name_zh, row.name_en, tuple(row.synonyms), row.is_retired)
