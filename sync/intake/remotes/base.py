"""What every source that is no file can do, and how its troubles are told.

The idea is that of `sync.intake.sources`: probe, then read Arrow batches; rows read must equal an independent count. A session
holds one consistent view of the source from `probe` to the last batch, as far as the source can give one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import ClassVar, Protocol, Self

import pyarrow as pa

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, DeliveryRejected, TransientError, UsageError
from sync.intake.remotes.secrets import Secret
from sync.intake.sources.refusals import without_values

Mark = int | Decimal | datetime | date | str
_OF_VALUES = ("22", "23")  # classes of errors whose words quote a value


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a source was read: a value of its watermark column, with the type it has there."""

    value: Mark

    def as_dict(self) -> dict[str, str]:
        """For the ledger."""
        kind = type(self.value).__name__
        return {
            "kind": kind,
            "value": self.value.isoformat() if isinstance(self.value, date) else str(self.value),
        }

    @classmethod
    def from_dict(cls, said: dict[str, str]) -> "Watermark":
        """As the ledger kept it."""
        readers: dict[str, Callable[[str], Mark]] = {
            "int": int,
            "Decimal": Decimal,
            "datetime": datetime.fromisoformat,
            "date": date.fromisoformat,
            "str": str,
        }
        return cls(readers[said["kind"]](said["value"]))


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source says it has, before anything is read.

    where      the source in words, without login
    columns    as far as the source tells; a service may show others in its pages
    geometry   the name of its geometry column
    crs        what the source states, as text that pyproj reads; None when it states none
    rows       by the source's own count: reading must give exactly as many
    watermark  how far a later "since" may begin; None where nothing says it
    epsg       what the delivery declares where the profile is silent: the service gives no other CRS than this one
    notes      what somebody should know: an account that can write, coordinates that are not the cadastre's
    """

    where: str
    columns: tuple[str, ...]
    geometry: str
    crs: str | None
    rows: int
    watermark: Watermark | None = None
    epsg: int | None = None
    notes: tuple[Bilingual, ...] = ()


class Session(Protocol):
    """One read of one source. Used as a context manager; `probe` first, `read` once after it."""

    kind: ClassVar[str]

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def probe(self) -> Offer:
        """What there is. Raises ComponentMissing, UsageError, TransientError or DeliveryRejected."""

    def read(self, offer: Offer) -> Iterator[pa.RecordBatch]:
        """Batches of all columns, each in a type that loses nothing, and the geometry as WKB, easting first.

        All batches have one schema. Raises DeliveryRejected when the rows are not `offer.rows`.
        """


def down(where: str, reason: str) -> TransientError:
    """A server that does not answer, or stops answering."""
    return TransientError(
        "CON-DOWN",
        Bilingual(
            f"Nguồn {where} không trả lời: {reason}.", f"The source {where} does not answer: {reason}."
        ),
        Bilingual(
            "Hãy kiểm tra máy chủ nguồn và đường mạng; lần chạy sau sẽ thử lại.",
            "Check the source's server and the network; the next run tries again.",
        ),
    )


def timed_out(where: str, minutes: int) -> TransientError:
    """A statement or a page that took longer than the profile allows."""
    return TransientError(
        "CON-TIMEOUT",
        Bilingual(
            f"Nguồn {where} không trả lời xong trong {minutes} phút.",
            f"The source {where} did not finish within {minutes} minutes.",
        ),
        Bilingual(
            "Hãy chạy lại lúc nguồn ít tải, giảm page_size, hoặc tăng timeout_minutes trong [connection].",
            "Run again when the source is less busy, lower page_size, or raise timeout_minutes in [connection].",
        ),
    )


def no_login(where: str, connection: str) -> ComponentMissing:
    """The source does not accept the account."""
    return ComponentMissing(
        "CON-LOGIN",
        Bilingual(
            f"Nguồn {where} từ chối tài khoản của kết nối «{connection}».",
            f"The source {where} refuses the account of the connection “{connection}”.",
        ),
        Bilingual(
            "Hãy kiểm tra tên đăng nhập, mật khẩu và quyền đọc trong biến môi trường hoặc kết nối Airflow đã nêu trong hồ sơ.",
            "Check login, password and the right to read, in the environment variable or the Airflow connection that the profile names.",
        ),
    )


def not_as_described(where: str, reason: str) -> UsageError:
    """The profile names what the source does not have."""
    return UsageError(
        "CON-PROFILE",
        Bilingual(
            f"Nguồn {where} không có đúng những gì [connection] nêu: {reason}.",
            f"The source {where} has not what [connection] names: {reason}.",
        ),
        Bilingual(
            "Hãy sửa [connection] trong hồ sơ tỉnh: tên bảng, lớp, cột hoặc câu truy vấn.",
            "Correct [connection] in the province's profile: the table, layer, column or query.",
        ),
    )


def rows_differ(where: str, stated: int, read: int) -> DeliveryRejected:
    """Fewer or more rows came than the source counted: something would be lost silently."""
    return DeliveryRejected(
        "DLV-ROWS-LOST",
        Bilingual(
            f"Nguồn {where} đếm được {stated} bản ghi nhưng chỉ trả về {read}.",
            f"The source {where} counts {stated} rows, but {read} came.",
        ),
        Bilingual(
            "Không có gì được nhận. Hãy chạy lại; nếu vẫn vậy, báo đơn vị quản trị nguồn: dịch vụ trả thiếu dữ liệu.",
            "Nothing was taken. Run again; if it stays so, tell who runs the source: the service leaves data out.",
        ),
        stated=stated,
        read=read,
    )


def bad_answer(where: str, reason: str) -> DeliveryRejected:
    """An answer that cannot be read as what was asked for."""
    return DeliveryRejected(
        "DLV-SERVICE-ANSWER",
        Bilingual(
            f"Không đọc được câu trả lời của nguồn {where}: {reason}.",
            f"The answer of the source {where} cannot be read: {reason}.",
        ),
        Bilingual(
            "Hãy mở địa chỉ của dịch vụ bằng trình duyệt để xem, rồi báo đơn vị quản trị nguồn.",
            "Open the service's address in a browser to see, then tell who runs the source.",
        ),
    )


def cleaned(failure: BaseException, secret: Secret | None) -> str:
    """The first line of a driver's message, for a sentence, without secrets and without its last full stop."""
    text = str(failure).strip() or type(failure).__name__
    line = text.splitlines()[0][:300].rstrip(" .")
    if str(getattr(failure, "pgcode", None) or "").startswith(_OF_VALUES):
        line = without_values(line)
    return line if secret is None else secret.scrub(line)
