"""Texts sealed field by field under the key ring; the context binds each to its row and column."""

import json
from typing import Any

from chassis.keyring import KeyRing

_STEP = 1024  # bytes: records are filled up, so that the length of a ciphertext does not tell how much it holds


def seal_text(keys: KeyRing, text: str, context: str) -> bytes:
    """Encrypt one text field."""
    return keys.seal(text.encode(), context)


def open_text(keys: KeyRing, sealed: bytes, context: str) -> str:
    """Decrypt what ``seal_text`` made."""
    return keys.open(sealed, context).decode()


def seal_record(keys: KeyRing, record: Any, context: str) -> bytes:
    """Encrypt a JSON record, filled up to a multiple of a kibibyte."""
    plain = json.dumps(record, ensure_ascii=False).encode()
    return keys.seal(plain + b" " * (-len(plain) % _STEP), context)


def open_record(keys: KeyRing, sealed: bytes, context: str) -> Any:
    """Decrypt what ``seal_record`` made."""
    return json.loads(keys.open(sealed, context))
