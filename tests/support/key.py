"""Another key than the tests', or none, for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.settings import settings


@contextmanager
def with_key(path: Path, key: bytes | None = None) -> Iterator[None]:
    """The installation's key is `key`, in this file; without one there is no file."""
    if key is not None:
        path.write_text(f'key = "{key.hex()}"', encoding="ascii")
        path.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDSYNC_KEY_FILE", str(path))
        settings.cache_clear()
        try:
            yield
        finally:
            settings.cache_clear()
