"""Alembic environment of personnel-pool-service."""

from chassis.migrations import run_env

from chassis import tables
from personnel_pool_service.main import SERVICE

run_env(tables.metadata, SERVICE.metadata)
