"""Sealed receipts as callers see them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.clues.vocabulary import Channel

Courier = Annotated[str, Field(max_length=32, pattern=r"^\S+$", description="A staff number or name; one word")]


class RecordReceiptIn(RequestModel):
    """Dates, channel and courier: nothing else can be said."""

    received_on: date = Field(ge=date(1900, 1, 1))
    sent_on: date | None = None
    channel: Channel
    courier: Courier | None = None

    @model_validator(mode="after")
    def _sent_after_receipt(self) -> "RecordReceiptIn":
        if self.sent_on is not None and self.sent_on < self.received_on:
            raise FieldRefused("sent_before_receipt", "上报日期早于收到日期", "Sent up before it was received")
        return self


class SendReceiptIn(RequestModel):
    """The day the report went up, and by whom."""

    sent_on: date
    courier: Courier | None = None


class ReceiptOut(ResponseModel):
    """A receipt."""

    id: UUID
    commission: str
    received_on: date
    sent_on: date | None
    channel: Channel
    courier: str | None
    due_at: datetime = Field(description="It is sent up within five working days")
    due_provisional: bool
    recorded_by: str
    recorded_at: datetime
    version: int
