"""Alembic's entry point."""

import chassis.tables
from chassis.migrations import run_env

from inspection_service.main import SERVICE

run_env(chassis.tables.metadata, SERVICE.metadata)
