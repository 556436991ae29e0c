"""Integrity files over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.service import resources_of
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Request, Response

from personnel_pool_service.integrity_files import service
from personnel_pool_service.integrity_files.domain import RECORDERS
from personnel_pool_service.integrity_files.models import IntegrityRecordRow
from personnel_pool_service.integrity_files.schemas import (
    IntegrityFileOut,
    IntegrityRecordIn,
    IntegrityRecordOut,
    OpeningIn,
)
from personnel_pool_service.supervised_persons.schemas import PersonOut
from personnel_pool_service.vocabulary import UnitCode

router = APIRouter(tags=["integrity files"])
_PATH = "/v1/supervised-persons/{code}"

Recorder = Annotated[Principal, require(*sorted(RECORDERS))]


@router.post(f"{_PATH}/integrity-records", status_code=201)
async def add_integrity_record(
    code: UnitCode, body: IntegrityRecordIn, request: Request, response: Response, uow: UowDep, _caller: Recorder
) -> IntegrityRecordOut:
    """Put something on record about a person whose unit the caller watches."""
    resources = resources_of(request)
    tree = await resources.directory.tree(fresh=True)
    row = await service.add_record(
        uow, resources.keys, tree, code,
        kind=body.kind.value, happened_on=body.happened_on, secrecy_level=body.secrecy_level, content=body.content,
    )  # fmt: skip
    answer_resource(response, uow, f"/v1/supervised-persons/{code}/integrity-records/{row.id}", 1, created=True)
    return _out(resources.keys, row)


@router.get(f"{_PATH}/integrity-records/{{record_id}}")
async def get_integrity_record(
    code: UnitCode, record_id: UUID, request: Request, response: Response, uow: UowDep, _caller: Recorder
) -> IntegrityRecordOut:
    """One record."""
    resources = resources_of(request)
    row = await service.get_record(uow, await resources.directory.tree(fresh=True), code, record_id)
    set_etag(response, 1)
    return _out(resources.keys, row)


@router.post(f"{_PATH}/integrity-file/open")
async def open_integrity_file(
    code: UnitCode, body: OpeningIn, request: Request, uow: UowDep, _caller: Recorder
) -> IntegrityFileOut:
    """Open a person's integrity file; who did, when and what for is kept."""
    resources = resources_of(request)
    tree = await resources.directory.tree(fresh=True)
    person, records = await service.open_file(uow, tree, code, body.purpose.value)
    return IntegrityFileOut(
        person=PersonOut.model_validate(person), records=[_out(resources.keys, row) for row in records]
    )


def _out(keys: KeyRing, row: IntegrityRecordRow) -> IntegrityRecordOut:
    return IntegrityRecordOut(
        id=row.id,
        kind=row.kind,
        happened_on=row.happened_on,
        secrecy_level=row.secrecy_level,
        content=service.content_of(keys, row),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
