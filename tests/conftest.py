"""Fixtures of every test."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("landsync", deadline=None)  # no test asserts timing, hypothesis included
settings.load_profile("landsync")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real cadastres and known cases: LANDSYNC_TEST_DATA, else ../shared/data; skips without it."""
    folder = Path(os.environ.get("LANDSYNC_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real cadastres are not at {folder} (set LANDSYNC_TEST_DATA)")
    return folder
