"""A context file: what the nation knows of one province, for checking offline as the centre will (docs/context.md).

One ZIP with Parquet tables that are stored, not deflated, so that each is read alone and nothing is unpacked to disk.
Where it comes from is not known here, so nothing in it is believed before it was looked at.
"""

import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, DeliveryRejected, UsageError
from sync.clock import VIETNAM
from sync.folder.boundaries import Boundaries, from_table
from sync.intake.archives import zips
from sync.intake.archives.limits import Budget
from sync.known.context import members
from sync.known.context.document import FORMAT, VERSION, ContextDocument
from sync.known.context.holders import held_elsewhere
from sync.known.context.members import Unreadable
from sync.known.context.near import bounds_of, in_order, touched, tree_of
from sync.known.context.writer import write_context
from validators.few import concerned
from validators.live import LIVE_SCHEMA, RETIRED_SCHEMA, WAITING_SCHEMA

__all__ = ["ContextFile", "read_context", "write_context"]

OLD_AFTER: Final = timedelta(
    days=14
)  # the nation changes every night: after two weeks a check offline says so
_DOCUMENT_BYTES: Final = 16 << 20
_HELD: Final = 4


@dataclass(frozen=True)
class ContextFile:
    """A context file as `sync.known.Known`; every table is read when it is asked for."""

    path: Path
    document: ContextDocument
    names: frozenset[str]

    def claims(self, wanted: pa.Table) -> pa.Table:
        """CLAIMS_SCHEMA; see `Known`. Of other provinces those near this one, as the file holds them."""
        ids, at = (wanted[name].combine_chunks() for name in ("national_id", "commune_code"))
        foreign = self._table(members.CLAIMS)
        foreign = foreign.filter(
            pc.and_(
                pc.is_in(foreign["national_id"], value_set=ids),
                pc.not_equal(foreign["province_code"], self.document.province),
            )
        )
        tables = {code: partial(self._table, members.commune_member(code)) for code in self.document.communes}
        own = held_elsewhere(tables, ids, at, self.document.as_of)
        return pa.concat_tables([foreign, own]).combine_chunks()

    def live(self, commune_code: str) -> pa.Table:
        """LIVE_SCHEMA; see `Known`."""
        member = members.commune_member(commune_code)
        if members.commune_of(member) is None:  # rows of no commune are live nowhere
            return LIVE_SCHEMA.empty_table()
        if member not in self._held:
            while len(self._held) >= _HELD:
                del self._held[next(iter(self._held))]
            self._held[member] = self._table(member)
        return self._held[member]

    def live_for(self, few: pa.Table) -> pa.Table:
        """LIVE_SCHEMA; see `Known`."""
        communes = pc.unique(few["commune_code"]).to_pylist()
        mine = (few.filter(pc.equal(few["commune_code"], code)) for code in communes)
        found = [concerned(self.live(code), rows) for code, rows in zip(communes, mine, strict=True)]
        return in_order(pa.concat_tables([LIVE_SCHEMA.empty_table(), *found]))

    def retired(self, commune_code: str) -> pa.Table:
        """RETIRED_SCHEMA; see `Known`."""
        every = self._retired
        mine = every.filter(pc.equal(every["commune_code"], commune_code))
        return mine.select(RETIRED_SCHEMA.names).cast(RETIRED_SCHEMA)

    def waiting(self, commune_code: str) -> pa.Table:  # noqa: ARG002 - as `Known` asks
        """WAITING_SCHEMA: none; a file does not tell of refused rows, which hold what an office delivered."""
        return WAITING_SCHEMA.empty_table()

    def near(self, commune_code: str, boxes: NDArray[np.float64], replaced: Collection[str] = ()) -> pa.Table:
        """LIVE_SCHEMA; see `Known`. Of other provinces those along the edge of this one, as the file holds them."""
        tree, left_out = tree_of(boxes), {commune_code, *replaced}
        beyond = self._near.take(touched(self._lands(members.NEAR), tree))
        found = [beyond.filter(pc.invert(pc.is_in(beyond["commune_code"], value_set=pa.array(left_out))))]
        for code, entry in self.document.communes.items():
            if code not in left_out and entry.bounds is not None and _meet(np.array(entry.bounds), boxes):
                rows = touched(self._lands(members.commune_member(code)), tree)
                if len(rows):
                    found.append(self.live(code).take(rows))
        return in_order(pa.concat_tables(found))

    def authentication(self) -> pa.Table | None:
        """AUTHENTICATION_SCHEMA; see `Known`."""
        return self._table(members.AUTHENTICATION) if members.AUTHENTICATION in self.names else None

    def expected(self) -> pa.Table:
        """EXPECTED_SCHEMA; see `Known`."""
        return self._table(members.EXPECTED)

    def excused(self) -> pa.Array:
        """See `Known`."""
        return self._table(members.EXCUSED)["finding_id"].combine_chunks()

    def told_of_communes(self) -> pa.Array:
        """See `Known`."""
        return self._table(members.TOLD)["finding_id"].combine_chunks()

    @property
    def boundaries(self) -> Boundaries | None:
        """The outlines of the province's communes, where any were loaded at the centre."""
        table = self._table(members.BOUNDARIES)
        return from_table(table) if table.num_rows else None

    def refuse_other_province(self, province: str) -> None:
        """Raise UsageError CTX-PROVINCE unless the file is of this province."""
        if self.document.province == province:
            return
        raise UsageError(
            "CTX-PROVINCE",
            Bilingual(
                f"Tệp ngữ cảnh «{self.path.name}» là của tỉnh {self.document.province}, không phải của tỉnh {province}.",
                f"The context file “{self.path.name}” is of province {self.document.province}, not of {province}.",
            ),
            Bilingual("Hãy dùng tệp của đúng tỉnh.", "Use the file of the right province."),
        )

    def age_warning(self, now: datetime) -> Bilingual | None:
        """A sentence when the file is old: the nation may have changed since."""
        days = (now - self.document.made_at).days
        if days < OLD_AFTER.days:
            return None
        made_on = self.document.made_at.astimezone(VIETNAM).date()
        return Bilingual(
            f"Tệp ngữ cảnh «{self.path.name}» đã {days} ngày tuổi (lập ngày {made_on:%d/%m/%Y}): dữ liệu "
            "quốc gia có thể đã thay đổi. Hãy xin tệp mới ở Trung ương.",
            f"The context file “{self.path.name}” is {days} days old (made on {made_on}): the "
            "nation may have changed since. Ask the centre for a new one.",
        )

    @cached_property
    def _held(self) -> dict[str, pa.Table]:
        """The communes asked for last: neighbours are asked for one after the other."""
        return {}

    @cached_property
    def _all_lands(self) -> dict[str, NDArray[np.float64]]:
        return {}

    def _lands(self, member: str) -> NDArray[np.float64]:
        """(n, 4) the bounding boxes of a member's parcels, kept: 32 bytes each, and asked for by every neighbour."""
        if member not in self._all_lands:
            self._all_lands[member] = bounds_of(self._table(member, ("geom",)))
        return self._all_lands[member]

    @cached_property
    def _retired(self) -> pa.Table:
        return self._table(members.RETIRED)

    @cached_property
    def _near(self) -> pa.Table:
        return self._table(members.NEAR)

    def _table(self, member: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of the file, or some of its columns; without rows where it has none."""
        schema = members.schema_of(member)
        assert schema is not None  # noqa: S101 - asked for by names of this module
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        if member not in self.names:
            return schema.empty_table()
        with _readable(self.path), zipfile.ZipFile(self.path) as opened:
            return members.from_bytes(opened.read(member), schema, self.document.version)


def read_context(path: Path, province: str | None = None) -> ContextFile:
    """Open a context file; with `province`, one of that province.

    Raises UsageError (CTX-NOT-FOUND, CTX-PROVINCE), ComponentMissing (CTX-VERSION) or DeliveryRejected (CTX-DAMAGED).
    """
    if not path.is_file():
        raise UsageError(
            "CTX-NOT-FOUND",
            Bilingual(f"Không tìm thấy tệp ngữ cảnh «{path}».", f"There is no context file “{path}”."),
            Bilingual(
                "Kiểm tra đường dẫn, hoặc xin tệp ở Trung ương (`landsync context export`).",
                "Check the path, or ask the centre for one (`landsync context export`).",
            ),
        )
    with _readable(path):
        names = _names(path)
        document = _document(path)
    found = ContextFile(path, document, frozenset(names))
    if province is not None:
        found.refuse_other_province(province)
    return found


def _names(path: Path) -> list[str]:
    """The members, each of which may be in a context file. Raises Unreadable and what `zips` raises."""
    budget = Budget(path.name, path.stat().st_size)
    names = [entry.name for entry in zips.entries(path, path.name, budget)]
    if len(names) != len(set(names)):
        raise Unreadable("two entries of one name")
    if members.CONTEXT not in names:
        raise Unreadable(f"no {members.CONTEXT}")
    if any(name != members.CONTEXT and members.schema_of(name) is None for name in names):
        raise Unreadable("an entry that no context file has")
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
                raise Unreadable("an entry is packed")
    return names


def _document(path: Path) -> ContextDocument:
    with zipfile.ZipFile(path) as opened:
        if opened.getinfo(members.CONTEXT).file_size > _DOCUMENT_BYTES:
            raise Unreadable(f"{members.CONTEXT} is too long")
        content = opened.read(members.CONTEXT)
    try:
        head = _Head.model_validate_json(content)
        if head.format != FORMAT:
            raise Unreadable(f"it is no {FORMAT}")
        if head.version > VERSION:
            raise _too_new(path, head.version)
        document = ContextDocument.model_validate_json(content)
    except ValidationError as failure:
        raise Unreadable(f"{members.CONTEXT} is not what it should be") from failure
    if any(re.fullmatch(r"[0-9]{5}", code) is None for code in document.communes):
        raise Unreadable("a commune has no code of five digits")
    if document.made_at.tzinfo is None:
        raise Unreadable("made_at has no time zone")
    return document


class _Head(BaseModel):
    """What every version of context.json has."""

    model_config = ConfigDict(extra="ignore")

    format: str
    version: int


def _too_new(path: Path, version: int) -> ComponentMissing:
    return ComponentMissing(
        "CTX-VERSION",
        Bilingual(
            f"Tệp ngữ cảnh «{path.name}» ở định dạng {version}; bản landsync này chỉ đọc được đến {VERSION}.",
            f"The context file “{path.name}” has format {version}; this landsync reads up to {VERSION}.",
        ),
        Bilingual("Hãy cập nhật landsync rồi chạy lại.", "Update landsync and run it again."),
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What goes wrong while a context file is read becomes a sentence."""
    try:
        yield
    except (Unreadable, *zips.FAILURES, OSError, KeyError) as failure:
        raise _damaged(
            path, str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        ) from failure
    except DeliveryRejected as failure:
        raise _damaged(path, failure.message.en) from failure


def _damaged(path: Path, why: str) -> DeliveryRejected:
    return DeliveryRejected(
        "CTX-DAMAGED",
        Bilingual(
            f"Tệp «{path.name}» không phải tệp ngữ cảnh dùng được, hoặc đã bị hỏng ({why}).",
            f"“{path.name}” is no context file that can be used, or it is damaged ({why}).",
        ),
        Bilingual(
            "Hãy chép lại tệp, hoặc xin Trung ương lập lại bằng `landsync context export`.",
            "Copy it again, or ask the centre to make it anew with `landsync context export`.",
        ),
    )


def _meet(bounds: NDArray[np.float64], boxes: NDArray[np.float64]) -> bool:
    """Whether a bounding box touches one of `boxes`."""
    west, south, east, north = bounds
    return bool(
        np.any(
            (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        )
    )
