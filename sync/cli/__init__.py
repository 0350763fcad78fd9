"""One file per command or family of commands; each has `register(app)`.

A command wraps its work in `guarded(as_json)`, so that every LandsyncError ends as a sentence and an
exit status, in one place.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import typer
from click import ClickException

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, LandsyncError, UsageError, unquoted
from sync.console import fail

# What the extras bring: a command that needs one says so where it is missing.
SERVER_LIBRARIES = {"alembic", "filelock", "httpx", "psutil", "psycopg2", "sqlalchemy"}

# What a path that a person gives may be: too long, links that go round, forbidden, a folder where a file is meant.
_OF_A_PATH = {errno.ENAMETOOLONG, errno.ELOOP, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR}
_SHOWN = 200  # characters

# In the order of `--help`. The workshop's are named and not imported, so that nothing depends on `sync.lab`.
COMMANDS: tuple[str, ...] = (
    "sync.cli.check",
    "sync.lab.cli.generate",
    "sync.lab.cli.evaluate",
    "sync.cli.profile",
    "sync.cli.platform",
    "sync.cli.db",
    "sync.cli.keys",
    "sync.cli.sync",
    "sync.cli.review",
    "sync.cli.proof",
    "sync.cli.communes",
    "sync.cli.boundaries",
    "sync.cli.expected",
    "sync.cli.context",
    "sync.cli.population",
    "sync.cli.people",
    "sync.cli.findings",
    "sync.cli.lineage",
    "sync.cli.deciders",
    "sync.cli.status",
    "sync.cli.report",
    "sync.cli.explain",
    "sync.cli.fingerprint",
    "sync.cli.rehearse",
    "sync.cli.housekeeping",
    "sync.lab.cli.demo",
    "sync.lab.cli.measure",
)


def register(app: typer.Typer) -> None:
    """Add every command to the main application."""
    for name in COMMANDS:
        import_module(name).register(app)


@contextmanager
def guarded(*, as_json: bool = False) -> Iterator[None]:
    """Turn a LandsyncError into its sentence and exit status. What nobody foresaw keeps its trace and loses its words."""
    try:
        yield
    except LandsyncError as error:
        fail(error, as_json=as_json)
    except OSError as error:
        if error.errno not in _OF_A_PATH:
            raise
        fail(_not_usable(error), as_json=as_json)
    except ModuleNotFoundError as error:
        if error.name not in SERVER_LIBRARIES:
            raise
        fail(_core_only(), as_json=as_json)
    except (ClickException, typer.Exit, typer.Abort):
        raise
    except Exception as error:
        raise unquoted(error) from None


def _not_usable(error: OSError) -> UsageError:
    shown = str(error.filename or "")
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return UsageError(
        "PATH-NOT-USABLE",
        Bilingual(
            f"Không dùng được đường dẫn «{shown}»: {error.strerror}.",
            f"The path “{shown}” cannot be used: {error.strerror}.",
        ),
        Bilingual(
            "Hãy kiểm tra đường dẫn, quyền truy cập và độ dài của tên.",
            "Check the path, the rights on it and the length of its names.",
        ),
    )


def _core_only() -> ComponentMissing:
    return ComponentMissing(
        "SERVER-NOT-INSTALLED",
        Bilingual(
            "Bản cài này chỉ có phần kiểm tra dữ liệu, không có phần máy chủ.",
            "This installation only checks data; the server's part is not installed.",
        ),
        Bilingual(
            "Trong thư mục mã nguồn, hãy chạy `make setup`, hoặc: pip install '.[airflow]'",
            "In the checkout run `make setup`, or: pip install '.[airflow]'",
        ),
    )
