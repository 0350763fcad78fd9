"""Fixtures of every test, how many examples the tests take, and the key that they hash under."""

import atexit
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
KEY = bytes(range(32))  # nobody's: published vectors are made with it
LONG = int(os.environ.get("LANDSYNC_TEST_LONG") or "1")


def counts(usual: int) -> int:
    """How many examples, mutants or turns a test takes: `usual`, and LANDSYNC_TEST_LONG times as many where that is set."""
    return usual * LONG


def key_file() -> str:
    """A file with the test key as an installation has one: readable by its owner alone, which git does not keep."""
    handle, path = tempfile.mkstemp(prefix=f"landsync-test-key-{os.getuid()}-", suffix=".toml")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f'key = "{KEY.hex()}"\n')
    atexit.register(Path(path).unlink, missing_ok=True)
    return path


# Set before anything asks for the settings; processes that tests start inherit it.
os.environ["LANDSYNC_KEY_FILE"] = key_file()

# No test asserts timing, hypothesis included.
settings.register_profile("landsync", deadline=None, max_examples=counts(100))
settings.load_profile("landsync")

# Whole commands and servers take longest: begun first, they do not keep one worker busy when the others are done.
TURN = {folder: turn for turn, folder in enumerate(("e2e", "dags", "hostile", "db"))}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders in the order of what a test takes; within a folder as they stand."""
    items.sort(key=lambda item: TURN.get(item.path.relative_to(ROOT).parts[1], len(TURN)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real cadastres and known cases: LANDSYNC_TEST_DATA, else ../shared/data; skips without it."""
    folder = Path(os.environ.get("LANDSYNC_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real cadastres are not at {folder} (set LANDSYNC_TEST_DATA)")
    return folder
