"""Alembic environment of clue-service."""

from chassis.migrations import run_env

from chassis import tables
from clue_service.main import SERVICE

run_env(tables.metadata, SERVICE.metadata, added_indexes=("ix_audit_entry_seldom",))
