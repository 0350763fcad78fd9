"""A list as it is read: its rows in a file that is mapped into memory, and which row speaks of which parcel."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from parcels.people import BY_NAME
from sync.conform.kept import KEPT_TYPE
from sync.conform.list_form import rows_of
from sync.conform.list_join import Columns
from sync.conform.list_people import Grouped, Speakers, contradicting, joined_predecessors
from sync.conform.list_rows import OnTheMap, kinds_of, told_table
from sync.conform.numbers import Habits
from sync.conform.parts import ReadPart
from sync.conform.texts import Texts
from sync.declared.delivery import AttributeList
from sync.declared.profile import ListMap, Profile
from sync.folder.list_rows import KEY, WHYS
from sync.intake.sources.base import ROW_NUMBER, ROW_TEXT, row_text
from sync.intake.sources.guard import read_source
from validators.placeholders import PlaceholderRules

RAW = "raw_text"
_CODE_DIGITS = 5
_SEPARATOR = "\x1f"
_LONGEST_KEY = 200  # octets of a part
_NUMBERS = frozenset({"sheet_no", "parcel_no"})


@dataclass(slots=True)
class ListTable:
    """One list: its rows in a file, which key stands where, and which rows were asked for.

    numbers  of the rows, as the office's program counts them; kinds: see `list_rows.Kinds`
    keys     each once, and in `first` its first row; ids: national ids of rows without a whole key, and `of_id` their row
    speakers of a form whose rows are owners: all rows of a key, none of which is `repeated` before that is known
    """

    part: ReadPart
    on: tuple[str, ...]
    table: pa.Table
    numbers: NDArray[np.int64]
    kinds: NDArray[np.int8]
    keys: pa.Array
    first: NDArray[np.int64]
    repeated: NDArray[np.int64]
    ids: pa.Array
    of_id: NDArray[np.int64]
    carried: list[str]
    map: OnTheMap
    told: dict[str, Any]
    by_key: NDArray[np.bool_]
    by_id: NDArray[np.bool_]
    speakers: Speakers | None = None
    parcels: int = 0
    differing: Counter[str] = field(default_factory=Counter)

    def asked(self, columns: Columns, first_row: int) -> pa.Array:
        """The row that each of these parcels is told by; NULL for none. first_row: where they begin in the snapshot."""
        places = pc.index_in(_keys(columns, self.on), value_set=self.keys, skip_nulls=True)
        self.by_key[self.first[np.asarray(places.drop_null())]] = True
        rows = pa.array(self.first).take(places)
        row_nos = np.arange(first_row, first_row + len(places))
        if self.speakers is not None:
            self.speakers.by_key(row_nos, places)
        national = _id(columns)
        if len(self.ids):
            which = pc.index_in(national, value_set=self.ids, skip_nulls=True)
            if self.speakers is None:
                others = pa.array(self.of_id).take(which)
                others = pc.if_else(self._agrees(others, columns), others, None)
            else:
                others = self._owners_by_id(which, columns, row_nos, self.speakers)
            others = pc.if_else(pc.is_null(rows), others, None)
            self.by_id[np.asarray(others.drop_null())] = True
            rows = pc.coalesce(rows, others)
        self.map.see(
            _keys(columns, KEY[:1]), _keys(columns, KEY[:2]), national, [columns[name] for name in KEY]
        )
        return rows

    def _agrees(self, rows: pa.Array, columns: Columns) -> pa.Array:
        """(n,) whether a row of the list says no other key than the parcel's beside it."""
        fits = pc.is_valid(rows)
        for name in self.on:
            said = _part(name, taken(self.table[name], rows))
            fits = pc.and_(fits, pc.fill_null(pc.equal(said, _part(name, columns[name])), said.is_null()))
        return fits

    def _owners_by_id(
        self, which: pa.Array, columns: Columns, row_nos: NDArray[np.int64], speakers: Speakers
    ) -> pa.Array:
        """The first row of a form that means each parcel by its id, all of them being noted: co-owners have the same one."""
        at, rows = speakers.by_id(which)
        theirs = {name: columns[name].take(pa.array(at)) for name in self.on}
        agrees = np.asarray(self._agrees(pa.array(rows), theirs))
        parcels, rows = at[agrees], rows[agrees]
        speakers.note(row_nos[parcels], rows)
        first = np.full(len(which), len(self.numbers), np.int64)
        np.minimum.at(first, parcels, rows)
        return pa.array(first, mask=first == len(self.numbers))

    def left(self) -> pa.Table:
        """The rows that gave no parcel anything, told in their order; see `sync.folder.list_rows`."""
        alone = self.kinds < 0
        alone[self.repeated] = False
        alone &= ~(self.by_key | self.by_id)
        if self.speakers is not None:
            alone &= ~self.speakers.spoke
        rows = np.flatnonzero(alone | (self.kinds >= 0))
        columns = {name: taken(self.table[name], pa.array(rows)) for name in (*KEY, "national_id", *self.on)}
        holders = self.map.holders(_id(columns))
        whys = np.full(len(rows), WHYS.index("parcel_not_on_map"), np.int8)
        named = [np.asarray(_keys(columns, KEY[:n]).is_valid()) for n in (1, 2)]
        whys[named[1] & self.map.lacks_sheet(_keys(columns, KEY[:2]))] = WHYS.index("sheet_not_on_map")
        whys[named[0] & self.map.lacks_commune(_keys(columns, KEY[:1]))] = WHYS.index("commune_not_on_map")
        whys[~np.asarray(_keys(columns, self.on).is_valid())] = WHYS.index("no_key")
        whys[np.asarray(holders[KEY[2]].is_valid())] = WHYS.index("other_number")
        beside = self.kinds[rows]
        whys = np.where(beside >= 0, beside, whys)
        return told_table(self.part.part_no, self.numbers[rows], whys, pa.table(columns), holders)


def read_list(
    part: ReadPart,
    said: ListMap,
    profile: Profile,
    one: AttributeList,
    file: Path,
    habits: Habits,
    rules: PlaceholderRules,
) -> ListTable:
    """The list through the same steps as any part, into a file that is mapped into memory."""
    reading, texts = rows_of(part, said, profile, habits, rules), Texts(part)
    on, carried = one.on or said.on, reading.carried
    missing = [name for name in on if name not in carried]
    if missing:
        raise _no_key(part.file, missing)
    beside = [ROW_NUMBER, ROW_TEXT] if part.source.tells_rows else []
    writer: pa.ipc.RecordBatchFileWriter | None = None
    numbers: list[pa.Array] = []
    said_texts: list[pa.Array] = []
    with pa.OSFile(str(file), "wb") as sink:
        for batch in read_source(part.source, part.path, part.layer, [*reading.delivered, *beside]):
            if beside:
                numbers.append(batch.column(ROW_NUMBER).cast(pa.int64()))
                said_texts.append(batch.column(ROW_TEXT))
                batch = batch.drop_columns(beside)  # noqa: PLW2901
            converted = texts.convert(batch)
            columns = _with_zeros(reading.canonical(converted.batch))
            made = pa.record_batch(columns | {RAW: converted.raw.cast(KEPT_TYPE)})
            writer = writer or pa.ipc.new_file(sink, made.schema)
            writer.write_batch(made)
        if writer is None:
            raise _empty(part.file, part.layer.name)
        writer.close()
    table = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
    told = {
        "columns": {canonical: " + ".join(names) for canonical, names in reading.found.items()},
        "columns_not_mapped": [c for c in part.layer.columns if c not in reading.delivered],
        "values_not_readable": dict(reading.unreadable),
        "texts": texts.report(),
    }
    order = pa.chunked_array(numbers).to_numpy() if numbers else np.arange(1, table.num_rows + 1)
    shown = pa.chunked_array(said_texts).combine_chunks() if said_texts else pa.nulls(len(order), pa.string())
    ready = _ready(part, table, on, order, shown, [name for name in carried if name not in on], told)
    return with_owners(ready) if said.form else ready


def _ready(
    part: ReadPart,
    table: pa.Table,
    on: tuple[str, ...],
    numbers: NDArray[np.int64],
    shown: pa.Array,
    carried: list[str],
    told: dict[str, Any],
) -> ListTable:
    """The list with its rows told apart, and its keys each once."""
    n = table.num_rows
    columns = {name: one_array(table[name]) for name in {*on, *KEY, "national_id", "source_key"}}
    key, national = _keys(columns, on), _id(columns)
    keyed, named = np.asarray(key.is_valid()), np.zeros(n, np.bool_)
    for name in columns.keys() - {"commune_code"}:
        named |= np.asarray(columns[name].is_valid())
    if part.source.tells_rows:
        kinds = kinds_of(shown, named, keyed, row_text(part.layer.columns[:3])).of
    else:
        kinds = np.full(n, -1, np.int8)
    places = pa.table({"key": key, "row": np.arange(n)}).filter(pa.array(keyed & (kinds < 0)))
    unique = places.group_by("key").aggregate([("row", "min")])
    first = unique["row_min"].to_numpy()
    loose = pa.table({"key": national, "row": np.arange(n)}).filter(
        pc.and_(pc.is_valid(national), pa.array(~keyed & (kinds < 0)))
    )
    alone = loose.group_by("key").aggregate([("row", "min"), ("row", "count")])
    alone = alone.filter(pc.equal(alone["row_count"], 1))
    return ListTable(
        part,
        on,
        table,
        numbers,
        kinds,
        unique["key"].combine_chunks(),
        first,
        np.setdiff1d(places["row"].to_numpy(), first),
        alone["key"].combine_chunks(),
        alone["row_min"].to_numpy(),
        carried,
        OnTheMap(pc.unique(national)),
        told | {"without_key": int((~keyed & (kinds < 0)).sum())},
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
    )


def with_owners(one: ListTable) -> ListTable:
    """A list whose rows are owners: of each key and each id all rows count."""
    table_rows = one.kinds < 0
    columns = {name: one_array(one.table[name]) for name in {*one.on, "national_id"}}
    keys, national = _keys(columns, one.on), _id(columns)
    loose = table_rows & np.asarray(keys.is_null()) & np.asarray(national.is_valid())
    one.ids = pc.unique(national.filter(pa.array(loose)))
    of_key = Grouped.of(keys, one.keys, table_rows)
    one.speakers = Speakers(
        of_key,
        Grouped.of(national, one.ids, loose),
        np.zeros(len(loose), np.bool_),
        np.zeros(len(loose), np.bool_),
    )
    one.repeated = one.repeated[:0]
    of_parcel = [name for name in one.carried if name not in (*BY_NAME, "predecessor_numbers")]
    one.told["contradicting"] = contradicting(one.table, of_key, of_parcel)
    one.table = joined_predecessors(one.table, of_key)
    return one


def _with_zeros(columns: Columns) -> Columns:
    """Commune codes with the zeros that a spreadsheet took for nothing: 691 is 00691."""
    codes = columns["commune_code"]
    short = pc.fill_null(pc.match_substring_regex(codes, r"^[0-9]{1,4}$"), False)
    return columns | {"commune_code": pc.if_else(short, pc.utf8_lpad(codes, _CODE_DIGITS, "0"), codes)}


def _keys(columns: Columns, on: tuple[str, ...]) -> pa.Array:
    """The key of each row; NULL where any part of it is missing, or longer than a key is."""
    parts = [_part(name, columns[name]) for name in on]
    return pc.binary_join_element_wise(*parts, _SEPARATOR, null_handling="emit_null")


def _part(name: str, values: pa.Array) -> pa.Array:
    """A part of keys as it is compared: case and zeros before numbers do not matter."""
    text = pc.if_else(pc.greater(pc.binary_length(values), _LONGEST_KEY), None, pc.utf8_lower(values))
    return pc.replace_substring_regex(text, r"^0+([0-9])", r"\1") if name in _NUMBERS else text


def _id(columns: Columns) -> pa.Array:
    return _part("national_id", columns["national_id"])


def taken(values: pa.ChunkedArray, rows: pa.Array) -> pa.Array:
    """Some rows of a column of a list, NULL where there is none."""
    return one_array(values.take(rows))


def _no_key(file: str, missing: list[str]) -> UsageError:
    listed = ", ".join(missing)
    return UsageError(
        "PRF-LISTS-KEY",
        Bilingual(
            f"Không ghép được danh sách «{file}»: [lists.columns] không nêu cột cho {listed}.",
            f"The list “{file}” cannot be joined: [lists.columns] names no column for {listed}.",
        ),
        Bilingual(
            'Hãy thêm các cột đó, hoặc chọn khóa khác bằng on, ví dụ on = ["national_id"].',
            'Name those columns, or choose another key with on, such as on = ["national_id"].',
        ),
    )


def _empty(file: str, layer: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-LIST-EMPTY",
        Bilingual(
            f"Danh sách «{file}», trang «{layer}», không có dòng nào.",
            f"The list “{file}”, sheet “{layer}”, has no row.",
        ),
        Bilingual(
            "Hãy kiểm tra đúng trang tính và đúng dòng tiêu đề.", "Check the sheet and its header row."
        ),
    )
