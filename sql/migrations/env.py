"""Alembic's entry: everything it does is in sync/db/migrations.py."""

from sync.db.migrations import run_environment

run_environment()
