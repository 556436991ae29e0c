"""The smallest service: notes that are drafted and filed. The chassis' tests run it; read it to see how one is made."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import ModelBase, Uuid7, new_metadata
from chassis.errors import NotFound
from chassis.moves import Move, MoveTable
from chassis.pagination import Page
from chassis.service import Service
from chassis.uow import Uow
from chassis.web import (
    IfMatch,
    RequestModel,
    RequiredIfMatch,
    ResponseModel,
    UowDep,
    answer_resource,
    check_version,
    require,
    set_etag,
)


class Base(ModelBase):
    """The sample's tables."""

    metadata = new_metadata()


class Note(Base):
    """A note."""

    __tablename__ = "note"

    id: Mapped[Uuid7]
    title: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class NoteIn(RequestModel):
    """A new note."""

    title: str = Field(min_length=1, max_length=100)
    weight: int = Field(1, ge=0)


class NoteOut(ResponseModel):
    """A note as callers see it."""

    id: UUID
    title: str
    state: str
    version: int


MOVES = MoveTable([Move("file", frozenset({"draft"}), "filed"), Move("reopen", frozenset({"filed"}), "draft")])

router = APIRouter(prefix="/v1/notes", tags=["notes"])


async def _note(uow: Uow, note_id: UUID, *, lock: bool = False) -> Note:
    query = select(Note).where(Note.id == note_id)
    note = await uow.session.scalar(query.with_for_update() if lock else query)
    if note is None:
        raise NotFound
    return note


@router.post("", status_code=201, dependencies=[require("clerk")])
async def create_note(body: NoteIn, response: Response, uow: UowDep) -> NoteOut:
    """Draft a note."""
    note = Note(title=body.title, state="draft", version=1)
    uow.session.add(note)
    await uow.session.flush()
    await uow.audit("note.created", "note", note.id, detail={"weight": body.weight})
    answer_resource(response, uow, f"/v1/notes/{note.id}", note.version, created=True)
    return NoteOut.model_validate(note)


@router.get("")
async def list_notes(uow: UowDep) -> Page[NoteOut]:
    """All notes."""
    notes = await uow.session.scalars(select(Note).order_by(Note.id))
    return Page(items=[NoteOut.model_validate(note) for note in notes])


@router.get("/{note_id}")
async def read_note(note_id: UUID, response: Response, uow: UowDep) -> NoteOut:
    """One note."""
    note = await _note(uow, note_id)
    set_etag(response, note.version)
    return NoteOut.model_validate(note)


@router.patch("/{note_id}")
async def rename_note(note_id: UUID, body: NoteIn, response: Response, uow: UowDep, seen: RequiredIfMatch) -> NoteOut:
    """Change a note's title."""
    note = await _note(uow, note_id, lock=True)
    check_version(seen, note.version)
    note.title, note.version = body.title, note.version + 1
    set_etag(response, note.version)
    return NoteOut.model_validate(note)


def _register(verb: str) -> None:
    async def move(note_id: UUID, response: Response, uow: UowDep, seen: IfMatch) -> NoteOut:
        note = await _note(uow, note_id, lock=True)
        check_version(seen, note.version)
        note.state = MOVES.take(verb, note.state).target or note.state
        note.version += 1
        answer_resource(response, uow, f"/v1/notes/{note.id}", note.version)
        return NoteOut.model_validate(note)

    router.post(f"/{{note_id}}/{verb}", name=f"{verb}_note")(move)


for _move in MOVES:
    _register(_move.verb)


@router.post("/failing/{kind}", include_in_schema=False)
async def fail(kind: str, uow: UowDep, body: dict[str, Any]) -> None:
    """Fail in a way the tests ask for."""
    if kind == "late":
        uow.session.add_all(
            [Note(title="twin", state="draft", version=1), Note(title="twin", state="draft", version=1)]
        )
        return
    message = f"unexpected: {body}"
    raise RuntimeError(message)


SAMPLE = Service(
    name="sample-service",
    short="sample",
    title="Sample",
    routers=[router],
    metadata=Base.metadata,
    migrations="chassis.testing.sample.migrations",
)
