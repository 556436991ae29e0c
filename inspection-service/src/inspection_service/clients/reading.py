"""Answers of other services, read or refused by name."""

from typing import Any, TypeVar

from chassis.http import PeerFailed
from httpx2 import Response
from pydantic import BaseModel, ConfigDict, ValidationError

from inspection_service.clients.errors import PeerRefused


class Answer(BaseModel):
    """Parent of documents other services answer; fields we do not know are none of our business."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


A = TypeVar("A", bound=Answer)

_CONFLICT = 409


def is_still_running(response: Response) -> bool:
    """Whether somebody else's call with the same idempotency key has not ended yet: ask again in a moment."""
    try:
        return response.status_code == _CONFLICT and _is_still_running(response.json())
    except ValueError:
        return False


def _is_still_running(document: Any) -> bool:
    return isinstance(document, dict) and document.get("code") == "idempotency_in_progress"


def document_of(peer: str, response: Response) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises PeerFailed where trying again may help, PeerRefused for every other answer of 400 and above.
    """
    try:
        document = response.json()
    except ValueError as error:
        raise PeerFailed(members={"peer": peer}) from error
    if response.status_code in (401, 429) or not isinstance(document, dict) or _is_still_running(document):
        raise PeerFailed(members={"peer": peer})
    if response.status_code >= 400:
        raise PeerRefused(response.status_code, document)
    return document


def read(peer: str, model: type[A], document: Any) -> A:
    """A document as a typed answer; PeerFailed if it has not the agreed shape."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise PeerFailed(members={"peer": peer}) from error
