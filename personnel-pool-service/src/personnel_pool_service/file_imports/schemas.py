"""Imports as callers read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field


class ImportOut(ResponseModel):
    """One file. ``rows`` counts rows with content; each is created, updated, unchanged or refused."""

    id: UUID
    kind: str
    form: str = Field(description="csv or xlsx")
    status: str = Field(description="checked (a dry run, nothing is stored) or applied")
    rows: int
    created: int
    updated: int
    unchanged: int
    refused: int
    flagged: int = Field(description="Rows that are taken but doubtful")
    created_by: str
    created_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    version: int


class FieldChangeOut(ResponseModel):
    """A field a row changes. Facts that are never shown are named without values."""

    field: str
    before: Any
    after: Any


class CellErrorOut(ResponseModel):
    """Why a row is refused; ``column`` null means the whole row."""

    column: str | None
    code: str
    message: str


class ImportRowOut(ResponseModel):
    """One row's fate; ``row`` counts as the spreadsheet program does."""

    row: int
    action: str
    key: str | None = Field(description="Unit code or cadre id, where it is known")
    changes: list[FieldChangeOut]
    errors: list[CellErrorOut]
    flags: list[CellErrorOut]
