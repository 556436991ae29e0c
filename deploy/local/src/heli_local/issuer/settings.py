"""What the issuer reads from its environment and from the file of keys and client secrets."""

import json
from pathlib import Path
from typing import Any

from chassis.settings import PlatformSettings
from joserfc.jwk import ECKey
from pydantic import Field


class IssuerSettings(PlatformSettings):
    """The platform's settings, and where the issuer keeps its secrets."""

    issuer_file: str = Field("", description="local issuer only: JSON file with its signing key and client secrets")


class IssuerSecrets:
    """The signing key and the client secrets, from a file that only its owner may read."""

    def __init__(self, key: ECKey, clients: dict[str, str]) -> None:
        self.key = key
        self.clients = clients

    @classmethod
    def from_file(cls, path: Path) -> "IssuerSecrets":
        """Read what `new_secrets` made."""
        document = json.loads(path.read_text())
        return cls(ECKey.import_key(document["key"]), document["clients"])


def new_signing_key() -> dict[str, Any]:
    """A fresh ES256 key as a JWK with its thumbprint as `kid`, private part included."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    document: dict[str, Any] = dict(key.as_dict(private=True))
    document["kid"] = key.thumbprint()
    return document
