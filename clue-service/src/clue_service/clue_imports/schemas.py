"""Imports as callers see them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field


class ClueImportOut(ResponseModel):
    """One file. Each row is created, known, a receipt, or refused."""

    id: UUID
    form: Literal["csv", "xlsx", "ndjson"]
    dry_run: bool = Field(description="Nothing is stored; the counts say what would be")
    status: Literal["receiving", "queued", "running", "succeeded", "failed"]
    received_bytes: int = Field(description="While receiving: where the next part begins")
    rows_total: int | None
    rows_done: int
    created: int = Field(description="Rows that became clues")
    known: int = Field(description="Rows whose `origin_ref` was there already")
    receipts: int = Field(description="Rows about somebody managed above: a sealed receipt, nothing of their content")
    refused: int = Field(description="Rows with errors; the others are taken all the same")
    created_by: str
    created_at: datetime
    updated_at: datetime
    version: int


class ProgressOut(ResponseModel):
    """Rows; the total is known once the file was read through."""

    done: int
    total: int | None


class OperationProblem(ResponseModel):
    """Why nothing, or nothing more, was done."""

    code: str
    reason: str | None = None
    title: str
    columns: list[str] = Field(default_factory=list)


class OperationOut(ResponseModel):
    """Long work: how far it has come and, at its end, what came of it."""

    id: UUID
    kind: Literal["clue_import"] = "clue_import"
    status: Literal["receiving", "queued", "running", "succeeded", "failed"]
    progress: ProgressOut
    result: ClueImportOut | None = Field(description="Once it succeeded")
    problem: OperationProblem | None


class ImportErrorOut(ResponseModel):
    """Why a row is not taken. `row` counts as spreadsheet programs and editors do; never a value."""

    row: int
    field: str | None = Field(description="A column or, in lines of JSON, a pointer; null means the whole row")
    code: str
    message: str
