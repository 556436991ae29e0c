"""Files with entries and clues: which kinds there are, told by their content, and what a file may be called. Pure."""

import base64
import binascii
import re
from email.message import Message
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

MAX_NAME = 120
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):\s*(?:,|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


Owner = tuple[UUID | None, UUID | None]
"""Entry or clue; one of the two."""


class FileState(StrEnum):
    """``receiving`` before the object is stored, ``deleting`` until it is gone: a row outlives its object."""

    RECEIVING = "receiving"
    STORED = "stored"
    DELETING = "deleting"


class FileType(StrEnum):
    """The kinds of files that are taken."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    OFFICE = "application/vnd.openxmlformats-officedocument"
    TEXT = "text/plain"


OFFICE_TYPES = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
"""By the part that is the document: media type and ending."""
ENDINGS = {FileType.PDF.value: "pdf", FileType.JPEG.value: "jpg", FileType.PNG.value: "png", FileType.TEXT.value: "txt"}


def type_of(content: bytes) -> FileType | None:
    """The kind of a file by its first bytes; None for what is not taken. What it is called does not matter."""
    for start, kind in (
        (b"%PDF-", FileType.PDF),
        (b"\xff\xd8\xff", FileType.JPEG),
        (b"\x89PNG\r\n\x1a\n", FileType.PNG),
        (b"PK\x03\x04", FileType.OFFICE),
    ):
        if content.startswith(start):
            return kind
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return FileType.TEXT if text and _NOT_IN_TEXT.search(text) is None else None


def digest_in(header: str | None) -> bytes | None:
    """The SHA-256 that a Content-Digest header (RFC 9530) names, or None."""
    found = _DIGEST.search(header or "")
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return None


def digest_header(digest: bytes) -> str:
    """The Content-Digest header of a SHA-256."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def name_in(header: str | None) -> str | None:
    """The file name in a Content-Disposition header, ``filename*`` before ``filename``; None where there is none."""
    message = Message()
    message["Content-Disposition"] = header or ""
    return message.get_filename()


def is_plain_name(name: str) -> bool:
    """Whether a name is a file's name alone: no folder, no control or direction character, of bounded length."""
    has_path = "/" in name or "\\" in name or name.strip(". ") == ""
    return not has_path and len(name) <= MAX_NAME and _CONTROL.search(name) is None and name == name.strip()


def disposition_of(name: str) -> str:
    """The Content-Disposition header under which a file leaves: always to be saved, never shown in place."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
