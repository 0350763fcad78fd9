"""Writing a context file (docs/context.md): a ZIP of stored Parquet tables, whole or not at all."""

import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import numpy as np
import pyarrow as pa

from sync.folder.boundaries import Boundaries
from sync.folder.files import PRIVATE_FILE
from sync.known.context import members
from sync.known.context.document import FORMAT, VERSION, CommuneEntry, ContextDocument, Receipt
from sync.known.context.near import bounds_of
from validators.delivery import as_claims
from validators.live import LIVE_SCHEMA, RETIRED_SCHEMA

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class ContextWriter:
    """Writes a context file commune by commune; it appears whole when the `with` block ends well, or not at all."""

    def __init__(
        self, path: Path, province: str, as_of: date, made_at: datetime, receipts: Iterable[Receipt] = ()
    ) -> None:
        self._path = path
        self._about = (province, as_of, made_at.astimezone(UTC), tuple(receipts))
        self._communes: dict[str, CommuneEntry] = {}
        self._retired: list[pa.Table] = []

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
        self._temporary = Path(name)
        self._file: IO[bytes] = os.fdopen(handle, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._close()
        finally:
            with suppress(OSError, ValueError):  # what was begun is thrown away
                self._zip.close()
            self._file.close()
            self._temporary.unlink(missing_ok=True)

    def add_commune(self, code: str, live: pa.Table, retired: pa.Table | None = None) -> None:
        """The live parcels of a commune (LIVE_SCHEMA) and its handles that ended (RETIRED_SCHEMA)."""
        bounds = bounds_of(live)
        placed = np.isfinite(bounds).all(axis=1)
        box = (*bounds[placed, :2].min(axis=0), *bounds[placed, 2:].max(axis=0)) if placed.any() else None
        self._communes[code] = CommuneEntry(parcels=live.num_rows, bounds=box)
        self._put(members.commune_member(code), members.to_bytes(live, LIVE_SCHEMA))
        if retired is not None and retired.num_rows:
            whose = pa.repeat(pa.scalar(code), retired.num_rows)
            self._retired.append(retired.select(RETIRED_SCHEMA.names).add_column(0, "commune_code", whose))

    def add_rest(
        self,
        *,
        claims: pa.Table | None = None,
        near: pa.Table | None = None,
        authentication: pa.Table | None = None,
        excused: pa.Array | None = None,
        told_of_communes: pa.Array | None = None,
        boundaries: Boundaries | None = None,
        expected: pa.Table | None = None,
    ) -> None:
        """What is of the province as a whole; `near`: live parcels of other provinces along its edge."""
        given = {
            members.CLAIMS: as_claims(claims).sort_by("national_id") if claims is not None else None,
            members.NEAR: near,
            members.AUTHENTICATION: authentication,
            members.EXCUSED: _ids(excused),
            members.TOLD: _ids(told_of_communes),
            members.BOUNDARIES: boundaries.table() if boundaries is not None else None,
            members.EXPECTED: expected,
        }
        for name, table in given.items():
            if table is not None:
                self._put(name, members.to_bytes(table, members.SCHEMAS[name]))

    def _close(self) -> None:
        if self._retired:
            retired = pa.concat_tables(self._retired)
            self._put(members.RETIRED, members.to_bytes(retired, members.RETIRED_OF_ALL))
        province, as_of, made_at, receipts = self._about
        document = ContextDocument(
            format=FORMAT,
            version=VERSION,
            province=province,
            as_of=as_of,
            made_at=made_at,
            receipts=receipts,
            communes=self._communes,
        )
        self._put(members.CONTEXT, document.model_dump_json(indent=1).encode())
        self._zip.close()
        self._file.close()
        self._temporary.chmod(PRIVATE_FILE)
        self._temporary.replace(self._path)

    def _put(self, name: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(name, date_time=_EPOCH)  # the same context, the same bytes
        entry.external_attr = PRIVATE_FILE << 16
        self._zip.writestr(entry, content)


def _ids(ids: pa.Array | None) -> pa.Table | None:
    return None if ids is None else pa.table({"finding_id": ids})


def write_context(
    path: Path,
    province: str,
    *,
    as_of: date,
    made_at: datetime,
    live: Mapping[str, pa.Table],
    retired: Mapping[str, pa.Table] | None = None,
    claims: pa.Table | None = None,
    near: pa.Table | None = None,
    authentication: pa.Table | None = None,
    excused: pa.Array | None = None,
    told_of_communes: pa.Array | None = None,
    boundaries: Boundaries | None = None,
    expected: pa.Table | None = None,
    receipts: Iterable[Receipt] = (),
) -> None:
    """Write a context file from tables in memory, whole or not at all.

    live, retired  commune code → LIVE_SCHEMA, RETIRED_SCHEMA
    claims             `national_id`, `province_code` (other provinces only; those of this one follow from `live`)
    near               LIVE_SCHEMA: live parcels of other provinces along this one's edge
    """
    with ContextWriter(path, province, as_of, made_at, receipts) as writer:
        for code in sorted({*live, *(retired or {})}):
            writer.add_commune(code, live.get(code, LIVE_SCHEMA.empty_table()), (retired or {}).get(code))
        writer.add_rest(
            claims=claims,
            near=near,
            authentication=authentication,
            excused=excused,
            told_of_communes=told_of_communes,
            boundaries=boundaries,
            expected=expected,
        )
