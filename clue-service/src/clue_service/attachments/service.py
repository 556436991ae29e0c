"""Use cases of files: take one in, list, read, delete.

A file is taken in three steps: its row, its object, the row once more. Whatever is killed in between leaves a row
that says so, and ``keeping`` tidies up after it.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.errors import NotFound
from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.service import Resources
from chassis.uow import Cause, Uow
from chassis.web import check_version
from cryptography.exceptions import InvalidTag
from sqlalchemy import func

from clue_service.access.policy import Viewer
from clue_service.attachments import repository, storage
from clue_service.attachments.cleaning import Cleaned, cleaned
from clue_service.attachments.domain import FileState, Owner, digest_in, is_plain_name, name_in, type_of
from clue_service.attachments.errors import (
    ClueErased,
    FileDigestWrong,
    FileEmpty,
    FileNameRefused,
    FilesUnavailable,
    FileTooLarge,
    FileTypeRefused,
    TooManyFiles,
)
from clue_service.attachments.models import Attachment
from clue_service.attachments.schemas import AttachmentOut
from clue_service.attachments.settings import AttachmentSettings
from clue_service.clues import service as clues
from clue_service.clues.domain import ERASED
from clue_service.library_items import service as items
from clue_service.library_items.errors import LibraryItemNotYours
from clue_service.library_items.policy import Ground

_CLEANERS = asyncio.Semaphore(2)
"""Files cleaned at once: each may take hundreds of megabytes for a moment."""


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    content: bytes
    digest: str | None
    """The Content-Digest header."""
    disposition: str | None
    """The Content-Disposition header."""


@dataclass(frozen=True)
class Desk:
    """Who sends a file, and with what it is taken in."""

    resources: Resources
    caller: Principal
    viewer: Viewer
    cause: Cause


def context_of(file_id: UUID) -> str:
    """What binds the ciphertext of a file to its row."""
    return f"attachment:{file_id}"


async def take_file(desk: Desk, owner: Owner, upload: Upload) -> tuple[Attachment, bool]:
    """Take a file in for an entry or a clue; also whether it is new: the same bytes again are the same file.

    Raises NotFound, LibraryItemNotYours, the errors of files.
    """
    async with desk.resources.transactions(desk.caller, desk.cause) as uow:
        await _check_may_add(uow, desk.viewer, owner)
    received = _checked_digest(upload)
    name = name_in(upload.disposition)
    if name is not None and not is_plain_name(name):
        raise FileNameRefused
    kind = type_of(upload.content)
    if kind is None:
        raise FileTypeRefused
    async with _CLEANERS:
        clean = await asyncio.to_thread(cleaned, upload.content, kind)
    if len(clean.content) > AttachmentSettings().attachment_max_bytes:
        raise FileTooLarge
    async with desk.resources.transactions(desk.caller, desk.cause) as uow:
        await _check_may_add(uow, desk.viewer, owner)
        await repository.lock_owner(uow.session, owner)
        same = await repository.find_same(uow.session, owner, received)
        if same is not None:
            return same, False
        if await repository.count_files(uow.session, owner) >= AttachmentSettings().attachment_max_count:
            raise TooManyFiles
        file = _new_file(uow, desk, owner, name or f"attachment.{clean.ending}", clean, received)
        uow.session.add(file)
        await uow.session.flush()
        sealed = desk.resources.keys.seal(clean.content, context_of(file.id))
        file.sealed_under = desk.resources.keys.key_of(sealed)
    await storage.put_object(file.id, sealed)
    async with desk.resources.transactions(desk.caller, desk.cause) as uow:
        await repository.lock_owner(uow.session, owner)
        same = await repository.find_same(uow.session, owner, received)
        if same is not None:  # another request with the same bytes was faster: its file counts, this one goes
            await repository.give_up(uow.session, file.id)
            return same, False
        if not await repository.settle(uow.session, file.id):
            raise FilesUnavailable
        await uow.audit("attach", *_audited(file), detail={"attachment": str(file.id), "type": file.media_type})
    file.state = FileState.STORED.value
    return file, True


def _checked_digest(upload: Upload) -> bytes:
    if not upload.content:
        raise FileEmpty
    if len(upload.content) > AttachmentSettings().attachment_max_bytes:
        raise FileTooLarge
    received = hashlib.sha256(upload.content).digest()
    if digest_in(upload.digest) != received:
        raise FileDigestWrong
    return received


def _new_file(uow: Uow, desk: Desk, owner: Owner, name: str, clean: Cleaned, received: bytes) -> Attachment:
    return Attachment(
        item_id=owner[0],
        clue_id=owner[1],
        state=FileState.RECEIVING.value,
        version=1,
        file_name=name,
        media_type=clean.media_type,
        size=len(clean.content),
        digest=hashlib.sha256(clean.content).digest(),
        received_digest=received,
        residue=list(clean.residue),
        sealed_under="",
        uploaded_by=desk.viewer.sub,
        uploaded_at=uow.now,
        written_at=func.now(),
    )


def _audited(file: Attachment) -> tuple[str, UUID]:
    if file.clue_id is not None:
        return "clue", file.clue_id
    assert file.item_id is not None
    return "library_item", file.item_id


async def _check_may_add(uow: Uow, viewer: Viewer, owner: Owner) -> None:
    item_id, clue_id = owner
    if item_id is not None:
        await items.own_item(uow, viewer, item_id, None)
    elif clue_id is not None:
        clue = await clues.visible_clue(uow, viewer, clue_id, lock=True)
        if clue.status in ERASED:
            raise ClueErased


async def list_files(uow: Uow, viewer: Viewer, owner: Owner) -> Sequence[Attachment]:
    """The files of an entry the viewer may read, or of a clue the viewer sees; raises NotFound."""
    item_id, clue_id = owner
    if item_id is not None:
        await items.readable_item(uow, viewer, item_id)
        await uow.audit("list_attachments", "library_item", item_id)
    elif clue_id is not None:
        await clues.visible_clue(uow, viewer, clue_id)
        await uow.audit("list_attachments", "clue", clue_id)
    return await repository.list_files(uow.session, owner)


async def visible_file(uow: Uow, viewer: Viewer, file_id: UUID) -> tuple[Attachment, Ground | None]:
    """A file, and why its entry is readable; of a clue there is no ground to tell. Raises NotFound."""
    file = await repository.find_file(uow.session, file_id)
    if file is None:
        raise NotFound
    if file.item_id is not None:
        _, ground = await items.readable_item(uow, viewer, file.item_id)
        return file, ground
    if file.clue_id is None:
        raise NotFound
    await clues.visible_clue(uow, viewer, file.clue_id)
    return file, None


async def read_file_card(uow: Uow, viewer: Viewer, file_id: UUID) -> Attachment:
    """A file without its bytes; that it was looked at is written down. Raises NotFound."""
    file, _ = await visible_file(uow, viewer, file_id)
    await uow.audit("read_attachment_card", *_audited(file), detail={"attachment": str(file.id)})
    return file


async def open_file(uow: Uow, viewer: Viewer, keys: KeyRing, file_id: UUID) -> tuple[Attachment, bytes]:
    """A file with its bytes; the reading is written down. Raises NotFound, FilesUnavailable."""
    file, ground = await visible_file(uow, viewer, file_id)
    try:
        content = keys.open(await storage.get_object(file.id), context_of(file.id))
    except (InvalidTag, KeyError, IndexError) as error:
        raise FilesUnavailable from error
    if hashlib.sha256(content).digest() != file.digest:
        raise FilesUnavailable
    if ground is not None and file.item_id is not None:
        item, _ = await items.readable_item(uow, viewer, file.item_id)
        await items.note_reading(uow, viewer, item, ground, file.id)
    else:
        await uow.audit("read_attachment", *_audited(file), detail={"attachment": str(file.id)})
    return file, content


async def delete_file(uow: Uow, viewer: Viewer, file_id: UUID, seen: int | None) -> None:
    """Delete a file of the caller's own entry. Files of clues go with the clue alone.

    Raises NotFound, StaleVersion, LibraryItemNotYours.
    """
    file, _ = await visible_file(uow, viewer, file_id)
    if file.item_id is None:
        raise LibraryItemNotYours
    await items.own_item(uow, viewer, file.item_id, None)
    check_version(seen, file.version)
    file.state = FileState.DELETING.value
    file.version += 1
    await uow.session.flush()
    await uow.audit("detach", "library_item", file.item_id, detail={"attachment": str(file.id)})


def describe_file(file: Attachment) -> AttachmentOut:
    """A file as callers see it."""
    given = {"sha256": file.digest.hex(), "received_sha256": file.received_digest.hex()}
    columns = {name: getattr(file, name) for name in AttachmentOut.model_fields if name not in given}
    return AttachmentOut.model_validate({**columns, **given})
