"""The store of files' bytes: a local folder or a bucket. It holds ciphertext only, under names that say nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from chassis.logging import get_logger
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from clue_service.attachments.errors import FilesUnavailable
from clue_service.attachments.settings import AttachmentSettings

log = get_logger(__name__)

_FOLDER = "attachments"


@lru_cache(maxsize=4)
def _opened(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme != "file":
        return from_url(url)
    folder = Path(unquote(parts.path))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(prefix=folder)


def _store() -> ObjectStore:
    url = AttachmentSettings().attachment_store
    if not url:
        raise FilesUnavailable
    try:
        return _opened(url)
    except (BaseError, ValueError, OSError) as error:
        raise FilesUnavailable from error


def is_configured() -> bool:
    """Whether files are taken at all."""
    return bool(AttachmentSettings().attachment_store)


def _path(file_id: UUID) -> str:
    return f"{_FOLDER}/{file_id.hex[-2:]}/{file_id}"


async def put_object(file_id: UUID, sealed: bytes) -> None:
    """Store ciphertext; it is there as a whole or not at all. Raises FilesUnavailable."""
    try:
        await obstore.put_async(_store(), _path(file_id), sealed)
    except (BaseError, OSError) as error:
        log.warning("file_not_stored", exc_info=error)
        raise FilesUnavailable from error


async def get_object(file_id: UUID) -> bytes:
    """The ciphertext; raises FilesUnavailable, also where it is gone."""
    try:
        answer = await obstore.get_async(_store(), _path(file_id))
        return bytes(await answer.bytes_async())
    except (BaseError, OSError) as error:
        log.error("file_not_read", exc_info=error)
        raise FilesUnavailable from error


async def delete_object(file_id: UUID) -> None:
    """Delete it; one that is not there is fine. Raises FilesUnavailable."""
    try:
        await obstore.delete_async(_store(), _path(file_id))
    except (NotFoundError, FileNotFoundError):
        return
    except (BaseError, OSError) as error:
        raise FilesUnavailable from error


async def list_objects() -> AsyncIterator[list[tuple[UUID, datetime]]]:
    """All objects with the instant they were stored, in batches."""
    stream = obstore.list(_store(), prefix=_FOLDER, chunk_size=500)
    while batch := await asyncio.to_thread(_next, stream):
        yield [(UUID(one["path"].rpartition("/")[2]), one["last_modified"]) for one in batch]


def _next(stream: Any) -> Any:
    return next(stream, None)
