"""What is sealed is listed, so that a rotation of keys misses nothing: every binary column is, or is said why not."""

import re
from pathlib import Path

import pytest
from chassis.service import Service
from clue_service.main import SERVICE as CLUE
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL
from sqlalchemy import LargeBinary

ROOT = Path(__file__).resolve().parents[2]
SERVICES = (CLUE, POOL, INSPECTION, NOTIFICATION)
NOT_SEALED = {
    "attachment.digest", "attachment.received_digest", "clue_export.digest", "reporter.digest",
    "clue_import_receipt.digest", "cadre_identity.digest", "stream_ticket.digest", "recusal_watch.digest",
    "recusal_watch.stamp",  # digests
    "clue_feature.features", "clue_feature.grams", "matching_frequency.counts",  # the engine's own
    "assembly_input.document",  # a round's codes and numbers, packed
}  # fmt: skip


def _binary(service: Service) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in service.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }


def _listed(service: Service) -> list[str]:
    return [str(one.value.property.columns[0]) for one in service.sealed]


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_every_binary_column_is_sealed_and_listed_or_holds_nothing_to_seal(service: Service) -> None:
    assert _binary(service) - NOT_SEALED == set(_listed(service))
    assert len(_listed(service)) == len(set(_listed(service)))


def test_nothing_is_excused_that_is_not_there() -> None:
    assert set().union(*(_binary(service) for service in SERVICES)) >= NOT_SEALED


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_a_service_that_seals_has_a_list(service: Service) -> None:
    package = ROOT / service.name / "src"
    calls = [path for path in package.rglob("*.py") if re.search(r"keys\.seal\(", path.read_text(encoding="utf-8"))]
    assert bool(calls) == bool(service.sealed)


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_a_context_is_made_of_what_the_row_keeps(service: Service) -> None:
    for one in service.sealed:
        columns = {column.property.columns[0].table.name for column in (one.value, *one.keys, *one.names)}
        assert len(columns) == 1, one
        assert {column.name for column in one.value.class_.__table__.primary_key} == {key.key for key in one.keys}, one
