"""Lists of attributes joined to the parcels of a delivery: by commune, sheet and number, or by an id.

A list (form PL3 of the campaign, say) has no geometry. Its rows give their attributes to the parcels with the same key.
A row whose key lacks a part means the parcel that has its national id, if all else that it says agrees. A row that means no
parcel of the map is told with its number and why, and becomes none itself: it is the list that is at fault, or land that
nobody drew. Of several rows with one key the first counts; of a form whose rows are owners all of them say who has the parcel
(`sync.conform.list_people`). The list lies in a file beside the run, not in memory.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import count_values
from parcels.bilingual import Bilingual
from parcels.columns import RECORDS
from parcels.errors import UsageError
from parcels.people import PEOPLE_SCHEMA
from sync.conform.columns import NOT_READABLE
from sync.conform.list_join import Columns, both, joined
from sync.conform.list_table import RAW, ListTable, read_list, taken
from sync.conform.numbers import Habits
from sync.conform.parts import ReadPart, list_layer
from sync.conform.placeholders import PLACEHOLDERS
from sync.declared.profile import Profile
from sync.folder.conform import ListRead, ListRowRead
from sync.folder.delivery import DeliveryRecord
from sync.folder.files import private_folder
from sync.folder.list_rows import BESIDE, WHYS, write_list_rows
from sync.folder.notes import LayerNotes
from validators.policy import policy_at

FOLDER = ".lists"
_EXAMPLES = 20
_TRANSFEREE = {column.name for column in RECORDS["transferee"]}


class Lists:
    """The lists of one delivery, read once. Raises DeliveryRejected, UsageError or MarksShown."""

    def __init__(
        self,
        record: DeliveryRecord,
        profile: Profile,
        run_dir: Path,
        parts: list[ReadPart],
        habits: Habits,
    ) -> None:
        self._lists: list[ListTable] = []
        self._left: list[pa.Table] = []
        self._run_dir = run_dir
        if not record.lists:
            return
        if profile.lists is None:
            raise _no_map(record.lists[0].file)
        folder = run_dir / FOLDER
        private_folder(folder)
        rules = policy_at(record.as_of).placeholders
        for number, said in enumerate(record.lists):
            part = list_layer(record, profile, said, parts, len(parts) + number)
            file = folder / f"{number}.arrow"
            self._lists.append(read_list(part, profile.lists, profile, said, file, habits, rules))

    def fill(self, columns: Columns, raw: pa.Array, first_row: int) -> tuple[Columns, pa.Array]:
        """Canonical columns (n,) with what the lists say of these parcels, and their text as delivered.

        first_row  the number of the first of them in the snapshot
        """
        for one in self._lists:
            rows = one.asked(columns, first_row)
            found = len(rows) - rows.null_count
            if not found:
                continue
            one.parcels += found
            theirs = {
                name: taken(one.table[name], rows) for name in (*one.carried, NOT_READABLE, PLACEHOLDERS, RAW)
            }
            columns = columns | joined(columns, theirs, one.carried, one.on, one.differing)
            raw = both(raw, theirs[RAW])
        return columns, raw

    def close(self) -> None:
        """After all parcels: leave the rows that meant none of them in `list_rows.parquet`."""
        self._left = [one.left() for one in self._lists]
        write_list_rows(self._run_dir, self._left)

    @property
    def say_people(self) -> bool:
        """Whether there is a form whose rows are owners."""
        return any(one.speakers is not None for one in self._lists)

    @property
    def say_transferees(self) -> bool:
        """Whether one of them has columns for who took land over and is not registered."""
        said = (one.table.column_names for one in self._lists if one.speakers is not None)
        return any(_TRANSFEREE & {*names} for names in said)

    def people_of(self, row_nos: NDArray[np.int64]) -> pa.Table:
        """PEOPLE_SCHEMA: what the forms say of people of these rows of the snapshot, when all parcels have asked."""
        forms = [(one, one.speakers) for one in self._lists if one.speakers is not None]
        said = [who.of(one.table, one.part.part_no, one.numbers, row_nos) for one, who in forms]
        return pa.concat_tables([PEOPLE_SCHEMA.empty_table(), *said])

    def report(self) -> tuple[ListRead, ...]:
        """For conform.json: an entry a list."""
        return tuple(_told(one, left) for one, left in zip(self._lists, self._left, strict=True))


def _told(one: ListTable, left: pa.Table) -> ListRead:
    counts = count_values(left["why"])
    shown = left.filter(pc.invert(pc.is_in(left["why"], value_set=pa.array(BESIDE))))
    return ListRead(
        part_no=one.part.part_no,
        file=one.part.file,
        layer=one.part.layer.name,
        on=one.on,
        rows=one.table.num_rows,
        matched=int(one.by_key.sum()),
        **_of_people(one),
        by_national_id=int(one.by_id.sum()),
        parcels=one.parcels,
        beside={why: counts[why] for why in WHYS if why in BESIDE and why in counts},
        unmatched={why: counts[why] for why in WHYS if why not in BESIDE and why in counts},
        examples=tuple(
            ListRowRead(**row) for row in shown.slice(0, _EXAMPLES).drop_columns(["part_no"]).to_pylist()
        ),
        without_geometry=0,
        differing=dict(sorted(one.differing.items())),
        notes=LayerNotes.model_validate(one.part.layer.notes),
        **one.told,
    )


def _of_people(one: ListTable) -> dict[str, Any]:
    """Of rows that speak of a parcel that an earlier row means: which say more of its people, and which nothing new."""
    if one.speakers is None:
        return {"repeated": len(one.repeated)}
    after = one.speakers.spoke & ~(one.by_key | one.by_id)
    more = int((after & one.speakers.told).sum())
    return {"further": more, "repeated": int(after.sum()) - more, "people": one.speakers.people}


def _no_map(file: str) -> UsageError:
    return UsageError(
        "PRF-LISTS",
        Bilingual(
            f"delivery.toml ghi danh sách «{file}» trong [[lists]], nhưng hồ sơ tỉnh chưa nói các cột của danh sách.",
            f"delivery.toml names the list “{file}” in [[lists]], but the province's profile does not say what its "
            "columns are.",
        ),
        Bilingual(
            'Hãy thêm vào hồ sơ tỉnh mục [lists] với extends = "pl3" (mẫu PL3) hoặc với [lists.columns].',
            'Add [lists] to the province\'s profile, with extends = "pl3" (form PL3) or with [lists.columns].',
        ),
    )
