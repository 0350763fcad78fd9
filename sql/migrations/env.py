"""Alembic's entry: everything it does is in sync/migrations.py."""

from sync.migrations import run_environment

run_environment()
