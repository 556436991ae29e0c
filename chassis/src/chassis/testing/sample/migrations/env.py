"""Alembic environment of the sample service."""

from chassis import tables
from chassis.migrations import run_env
from chassis.testing.sample.service import Base

run_env(tables.metadata, Base.metadata)
