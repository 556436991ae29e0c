"""Alembic environment of notification-service."""

from chassis.migrations import run_env

from chassis import tables
from notification_service.main import SERVICE

run_env(tables.metadata, SERVICE.metadata)
