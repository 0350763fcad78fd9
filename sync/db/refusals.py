"""What the server says when it cannot or will not, as errors of ours: a sentence, a code, and what to do.

Of the server's words the first line is passed on, never what stands beside it (DETAIL, CONTEXT): that quotes rows, with
persons in them. Where the first line itself may quote a value, only what was refused is told, and where.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import errors

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TransientError


def server_down(reason: str) -> TransientError:
    """The database does not answer, or ended the connection."""
    return TransientError(
        "DB-DOWN",
        Bilingual(
            f"Không kết nối được cơ sở dữ liệu: {_first_line(reason)}",
            f"The database cannot be reached: {_first_line(reason)}",
        ),
        Bilingual(
            "Kiểm tra bằng `landsync up`, hoặc biến môi trường LANDSYNC_DSN.",
            "Check with `landsync up`, or the environment variable LANDSYNC_DSN.",
        ),
    )


def rolled_back(reason: str) -> TransientError:
    """The server gave this transaction up in favour of another (deadlock, serialisation): try again."""
    return TransientError(
        "DB-ROLLED-BACK",
        Bilingual(
            f"Cơ sở dữ liệu đã hoàn tác giao dịch: {_first_line(reason)}",
            f"The database rolled the transaction back: {_first_line(reason)}",
        ),
        Bilingual("Không có gì được ghi; hãy chạy lại.", "Nothing was written; run it again."),
    )


def not_migrated(reason: str) -> ComponentMissing:
    """What is asked for is not there."""
    return ComponentMissing(
        "DB-NOT-MIGRATED",
        Bilingual(
            f"Cơ sở dữ liệu chưa được khởi tạo hoặc chưa cập nhật: {_first_line(reason)}",
            f"The database is not set up, or not up to date: {_first_line(reason)}",
        ),
        Bilingual("Hãy chạy `landsync db migrate`.", "Run `landsync db migrate`."),
    )


def not_allowed(reason: str) -> ComponentMissing:
    """The account may not do this."""
    return ComponentMissing(
        "DB-RIGHTS",
        Bilingual(
            f"Tài khoản cơ sở dữ liệu không có quyền: {_first_line(reason)}",
            f"The database account lacks a right: {_first_line(reason)}",
        ),
        Bilingual(
            "Hãy dùng tài khoản landsync_loader trong LANDSYNC_DSN.",
            "Use the role landsync_loader in LANDSYNC_DSN.",
        ),
    )


OF_ROWS = ("22", "23", "P0")  # classes of errors whose words may quote a row
OURS = "LS"  # how the codes begin that our own functions raise: their words name tables
_IN_COPY = re.compile(r"^COPY (\w+), line (\d+)(?:, column (\w+))?")


def not_taken(name: str | None, error: psycopg2.Error) -> ComponentMissing:
    """Rows or a statement that the database's structure does not take: which, where, and not what they say."""
    told = error.diag
    copied = _IN_COPY.match(told.context or "")
    table, row, column = copied.groups() if copied else (told.table_name, None, None)
    parts = [
        type(error).__name__,
        *(f"“{each}”" for each in (name, table, column or told.column_name, told.constraint_name) if each),
        *([f"# {row}"] if row else []),
    ]
    where = ", ".join(parts)
    said = f" {_first_line(str(error))}" if (error.pgcode or "").startswith(OURS) else ""
    return ComponentMissing(
        "DB-NOT-TAKEN",
        Bilingual(
            f"Cơ sở dữ liệu không nhận: lỗi {error.pgcode or '?'} ({where}).{said}",
            f"The database did not take it: error {error.pgcode or '?'} ({where}).{said}",
        ),
        Bilingual(
            "Không có gì được ghi. Giá trị không được nêu vì có thể là dữ liệu cá nhân. Kiểm tra bằng `landsync db status` xem "
            "cấu trúc (cột, ràng buộc, trigger) có bị sửa tay không; dòng thứ mấy là dòng của lần sao chép này.",
            "Nothing was written. The values are not told: they may be a person's. See with `landsync db status` whether the "
            "structure (columns, constraints, triggers) was changed by hand; the number is that of the row in this copy.",
        ),
    )


class LockWait(TransientError):
    """Another session kept a lock for longer than this one waits."""


def _ended(name: str, seconds: float) -> TransientError:
    """The server ended a statement: it ran too long, or somebody said so."""
    said = f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
    return TransientError(
        "DB-STATEMENT-TIMEOUT",
        Bilingual(
            f"Câu lệnh «{name}» bị dừng sau {said}: quá thời gian cho phép, hoặc có người dừng nó.",
            f"The statement “{name}” was ended after {said}: beyond its time, or by somebody.",
        ),
        Bilingual(
            "Không có gì được ghi; hãy chạy lại. Nếu lại như vậy: xem máy chủ có bận, đầy đĩa hay thiếu ANALYZE không, "
            "hoặc tăng LANDSYNC_STATEMENT_MINUTES.",
            "Nothing was written; run it again. If it happens again: see whether the server is busy, out of disk or "
            "lacks ANALYZE, or raise LANDSYNC_STATEMENT_MINUTES.",
        ),
    )


def _waited(name: str, seconds: float) -> LockWait:
    return LockWait(
        "DB-LOCK-WAIT",
        Bilingual(
            f"Câu lệnh «{name}» đã chờ khóa của phiên khác {seconds:.0f} s.",
            f"The statement “{name}” waited {seconds:.0f} s for a lock of another session.",
        ),
        Bilingual(
            "Không có gì được ghi; hãy chạy lại. Ai đang giữ khóa: pg_stat_activity, cột application_name và wait_event.",
            "Nothing was written; run it again. Who holds it: pg_stat_activity, columns application_name and wait_event.",
        ),
    )


@contextmanager
def named(name: str) -> Iterator[None]:
    """What the server ended is told with the name of the statement."""
    began = time.monotonic()
    try:
        yield
    except errors.LockNotAvailable:
        raise _waited(name, time.monotonic() - began) from None
    except errors.QueryCanceled:
        raise _ended(name, time.monotonic() - began) from None
    except (psycopg2.DataError, psycopg2.IntegrityError, psycopg2.InternalError) as error:
        raise not_taken(name, error) from None


def _first_line(reason: str) -> str:
    return reason.strip().splitlines()[0] if reason.strip() else "?"
