"""Notices as their recipients see them."""

from datetime import datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from notification_service.notices.items import asks_acknowledgement, link_of
from notification_service.notices.repository import Held
from notification_service.notices.wording import title_of


class NothingIn(RequestModel):
    """An empty body."""


class NoticeOut(ResponseModel):
    """One notice: what it is about, whom it concerns and where to look; never content."""

    id: UUID
    kind: str
    item_type: str
    item_id: str
    item_no: str | None = Field(description="number of the item, where it has one")
    unit: str | None = Field(description="the unit concerned")
    due_at: datetime | None
    link: str = Field(description="where the item is read, by those who may")
    title: str = Field(description="in the language of Accept-Language")
    created_at: datetime
    read_at: datetime | None
    asks_acknowledgement: bool = Field(
        description="somebody of the unit has to acknowledge it, or its leaders are told after some working days"
    )
    acknowledged_at: datetime | None = Field(description="when you did")


class ReadAllOut(ResponseModel):
    """How many notices were unread."""

    read: int


def notice_out(held: Held, language: str) -> NoticeOut:
    """A notice in a language."""
    delivery, notice = held
    return NoticeOut(
        id=delivery.id,
        kind=notice.kind,
        item_type=notice.item_type,
        item_id=notice.item_id,
        item_no=notice.item_no,
        unit=delivery.unit,
        due_at=notice.due_at,
        link=link_of(notice.item_type, notice.item_id),
        title=title_of(notice.kind, notice.item_no, language),
        created_at=notice.created_at,
        read_at=delivery.read_at,
        asks_acknowledgement=asks_acknowledgement(notice.kind, notice.item_type),
        acknowledged_at=delivery.acknowledged_at,
    )


def version_of(held: Held) -> int:
    """A notice changes when it is read, and when it is acknowledged."""
    return 1 + (held.delivery.read_at is not None) + (held.delivery.acknowledged_at is not None)
