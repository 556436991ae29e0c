"""Integrity files as callers write and read them."""

from datetime import date, datetime
from uuid import UUID

from chassis.identity import Clearance
from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.integrity_files.domain import Purpose, RecordKind
from personnel_pool_service.supervised_persons.schemas import PersonOut
from personnel_pool_service.vocabulary import Day, Remark


class IntegrityRecordIn(RequestModel):
    """Something to be put on record; never changed afterwards."""

    kind: RecordKind
    happened_on: Day
    secrecy_level: Clearance = "internal"
    content: Remark = Field(description="Kept sealed")


class IntegrityRecordOut(ResponseModel):
    """One record."""

    id: UUID
    kind: str
    happened_on: date
    secrecy_level: str
    content: str
    recorded_by: str
    recorded_at: datetime


class OpeningIn(RequestModel):
    """What the file is opened for."""

    purpose: Purpose


class IntegrityFileOut(ResponseModel):
    """A supervised person's integrity file, as far as the reader is cleared. It holds no verdict."""

    person: PersonOut
    records: list[IntegrityRecordOut]
