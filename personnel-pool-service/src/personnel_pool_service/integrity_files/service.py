"""Use cases of integrity files. Opening one is written down, with what for."""

from datetime import date
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, invalid_field
from chassis.identity import CLEARANCES
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.integrity_files import repository
from personnel_pool_service.integrity_files.domain import may_open
from personnel_pool_service.integrity_files.models import IntegrityRecordRow
from personnel_pool_service.sealing import open_text, seal_text
from personnel_pool_service.supervised_persons import service as persons
from personnel_pool_service.supervised_persons.models import SupervisedPersonRow


async def add_record(
    uow: Uow,
    keys: KeyRing,
    tree: UnitTree,
    code: str,
    *,
    kind: str,
    happened_on: date,
    secrecy_level: str,
    content: str,
) -> IntegrityRecordRow:
    """Put something on record.

    Raises:
        NotFound: no such person, or none whose file the caller may open, or a level above the caller's clearance.
        Invalid: a day that has not come.
    """
    await _person(uow, tree, code)
    if not uow.actor.is_cleared_for(secrecy_level):
        raise NotFound
    if happened_on > uow.clock.today():
        raise invalid_field("/happened_on", "date_in_future", "日期晚于今天", "The day lies in the future")
    row = IntegrityRecordRow(
        person_code=code, kind=kind, happened_on=happened_on, secrecy_level=secrecy_level,
        content=seal_text(keys, content, f"integrity_record:{code}"), source_ref=None,
        recorded_by=uow.actor.acting_for or uow.actor.sub, recorded_unit=uow.actor.unit, recorded_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    await uow.session.flush()
    await uow.audit("add_integrity_record", "supervised_person", code, detail={"record": str(row.id)})
    return row


async def get_record(uow: Uow, tree: UnitTree, code: str, record_id: UUID) -> IntegrityRecordRow:
    """One record; raises ``NotFound``. Reading is audited."""
    await _person(uow, tree, code)
    row = await repository.find_record(uow.session, code, record_id)
    if row is None or not uow.actor.is_cleared_for(row.secrecy_level):
        raise NotFound
    await uow.audit("read_integrity_record", "supervised_person", code, detail={"record": str(row.id)})
    return row


async def open_file(
    uow: Uow, tree: UnitTree, code: str, purpose: str
) -> tuple[SupervisedPersonRow, list[IntegrityRecordRow]]:
    """A person and what is on record, as far as the caller is cleared; raises ``NotFound``. Audited."""
    person = await _person(uow, tree, code)
    levels = [level for level in CLEARANCES if uow.actor.is_cleared_for(level)]
    records = await repository.list_records(uow.session, code, levels)
    await uow.audit("open_integrity_file", "supervised_person", code, purpose=purpose, detail={"records": len(records)})
    return person, records


def content_of(keys: KeyRing, row: IntegrityRecordRow) -> str:
    """A record's words, opened."""
    return open_text(keys, row.content, f"integrity_record:{row.person_code}")


async def _person(uow: Uow, tree: UnitTree, code: str) -> SupervisedPersonRow:
    person = await persons.get_person(uow, code)
    if not may_open(uow.actor, tree, person.unit_code):
        raise NotFound
    return person
