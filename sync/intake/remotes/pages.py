"""Pages of a service on their way to one table: kept compressed on disk until the last one is there.

Only then is it known which columns there are (a page leaves out what none of its features has) and whether the pages
fit together: as many rows as counted, no id twice.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from parcels.bilingual import Bilingual
from sync.intake.remotes.http import changed_meanwhile


class Pages:
    """Batches of text columns and one `geometry` of WKB; columns may differ from page to page."""

    def __init__(self, geometry: str) -> None:
        self._geometry = geometry
        self._folder = tempfile.TemporaryDirectory(prefix="landsync-pages-")
        self._columns: dict[str, None] = {}
        self._ids: list[pa.Array] = []
        self._pages = 0
        self.rows = 0

    def close(self) -> None:
        """Remove the pages."""
        self._folder.cleanup()

    def add(self, batch: pa.RecordBatch, ids: pa.Array) -> None:
        """The next page, and the ids of its features."""
        self._columns |= dict.fromkeys(name for name in batch.schema.names if name != self._geometry)
        self._ids.append(ids)
        self.rows += batch.num_rows
        feather.write_feather(pa.table(batch), self._path(self._pages), compression="zstd")
        self._pages += 1

    def check(self, where: str) -> None:
        """Each row has an id, and none came twice. Raises TransientError."""
        if not self._ids:
            return
        ids = pa.chunked_array(self._ids, pa.string())
        if ids.null_count:
            raise changed_meanwhile(
                where,
                Bilingual(
                    f"{ids.null_count} đối tượng không có mã (id), không thể đối chiếu các trang",
                    f"{ids.null_count} features have no id, so the pages cannot be held together",
                ),
            )
        twice = len(ids) - pc.count_distinct(ids).as_py()
        if twice:
            raise changed_meanwhile(
                where, Bilingual(f"{twice} mã (id) xuất hiện hai lần", f"{twice} ids came twice")
            )

    def batches(self, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """All pages with the same columns: those named, then whichever else appeared."""
        names = list(dict.fromkeys((*columns, *self._columns)))
        for page in range(self._pages):
            table = feather.read_table(self._path(page), memory_map=False)
            arrays = [
                table[name].combine_chunks()
                if name in table.schema.names
                else pa.nulls(len(table), pa.string())
                for name in names
            ]
            wkb = table[self._geometry].combine_chunks()
            yield pa.record_batch([*arrays, wkb], names=[*names, self._geometry])

    def _path(self, page: int) -> str:
        return str(Path(self._folder.name) / f"{page:06}.arrow")
