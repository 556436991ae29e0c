"""Field encryption and keyed digests under a key ring that lives outside the database."""

import base64
import hashlib
import hmac
import json
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import Category, HeliError, Text
from chassis.logging import get_logger

log = get_logger(__name__)


class KeyMissing(HeliError, KeyError):
    """What is asked for was sealed under a key that the ring does not have; it stays as it is."""

    code = "key_missing"
    category = Category.UNAVAILABLE
    title = Text("密钥环缺少所需密钥，内容暂不可读", "The key ring lacks a key; this cannot be read for the moment")


class KeyRing:
    """AES-256-GCM under the current key; older keys only open what they sealed."""

    def __init__(self, current: str, keys: dict[str, bytes]) -> None:
        if current not in keys or any(len(key) != 32 for key in keys.values()):
            message = "a key ring needs 32-byte keys and a current one among them"
            raise ValueError(message)
        self._current = current
        self._keys = keys

    @classmethod
    def from_file(cls, path: str | Path) -> "KeyRing":
        """Read ``{"current": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}``."""
        document = json.loads(Path(path).read_text())
        return cls(document["current"], {name: base64.b64decode(key) for name, key in document["keys"].items()})

    @classmethod
    def ephemeral(cls) -> "KeyRing":
        """A fresh ring that dies with the process, for tests and scratch databases."""
        return cls("ephemeral", {"ephemeral": secrets.token_bytes(32)})

    @property
    def current(self) -> str:
        """The name of the key that seals now."""
        return self._current

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt. ``context`` (table and record) must be the same to open, so that ciphertexts cannot be swapped."""
        nonce = secrets.token_bytes(12)
        name = self._current.encode()
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, plain, context.encode())
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what ``seal`` made; raises ``cryptography.exceptions.InvalidTag`` if it was altered or moved.

        Raises KeyMissing, and logs the name of the key, if it lies under one that the ring does not have.
        """
        end = 1 + sealed[0]
        name = sealed[1:end].decode()
        if name not in self._keys:
            log.error("key_missing", key=name)
            raise KeyMissing
        return AESGCM(self._keys[name]).decrypt(sealed[end : end + 12], sealed[end + 12 :], context.encode())

    def key_of(self, sealed: bytes) -> str:
        """The name of the key a ciphertext was sealed under, for rotation."""
        return sealed[1 : 1 + sealed[0]].decode()

    def digest(self, purpose: str, *parts: bytes) -> bytes:
        """A keyed SHA-256 digest of ``parts``; length-prefixed, so parts cannot run into each other."""
        oldest = next(iter(self._keys))  # digests must stay comparable when the current key changes
        mac = hmac.new(self._keys[oldest], purpose.encode(), hashlib.sha256)
        for part in parts:
            mac.update(len(part).to_bytes(8, "big") + part)
        return mac.digest()
