"""Lists of attributes joined to the parcels of a delivery: by commune, sheet and number, or by an id.

A list (form PL3 of the campaign, say) has no geometry. Its rows give their attributes to the parcels with the same key;
a row whose parcel has no geometry in the delivery becomes a row of its own, so that it is seen and quarantined; of several
rows with one key the first counts, and the others are told. The list lies in a file beside the run, not in memory.
"""

from collections import Counter
from collections.abc import Iterator
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
from parcels.model import NOT_READABLE_JOINER
from parcels.text import join_said
from sync.conform.columns import NOT_READABLE, Mapper, find_columns
from sync.conform.parts import ReadPart, list_layer
from sync.conform.texts import RAW_TYPE, Texts
from sync.declared.delivery import AttributeList
from sync.declared.profile import ListMap, Profile
from sync.folder.conform import ListRead
from sync.folder.delivery import DeliveryRecord
from sync.folder.files import private_folder
from sync.folder.notes import LayerNotes
from sync.intake.sources import BATCH_ROWS
from sync.intake.sources.guard import read_source

Columns = dict[str, pa.Array]

FOLDER = ".lists"
RAW = "raw_text"
_CODE_DIGITS = 5
_SEPARATOR = "\x1f"
_NUMBERS = frozenset({"sheet_no", "parcel_no"})
# What names a parcel: a list fills it where the file with the geometry says nothing, and changes nothing.
_HANDLES = frozenset(
    {"commune_code", "sheet_no", "parcel_no", "map_scale", "map_set", "source_key", "national_id"}
)
# Columns that only mean something together: taken from one side, never mixed.
_TOGETHER = (
    ("land_use", "land_use_areas"),
    ("land_user_name", "land_user_id_number", "land_user_birth_year", "land_user_key"),
    ("certificate_no", "certificate_issued_on"),
)
# Which lists do not carry, and which stays the file's while the list contradicts nothing the file says of the same thing.
_KEY = "land_user_key"


@dataclass(slots=True)
class _List:
    """One list: its rows in a file, which key stands where, and which rows were asked for."""

    part: ReadPart
    on: tuple[str, ...]
    table: pa.Table
    keys: pa.Array
    first: NDArray[np.int64]
    told: dict[str, Any]
    hit: NDArray[np.bool_]
    parcels: int = 0
    differing: Counter[str] = field(default_factory=Counter)


class Lists:
    """The lists of one delivery, read once. Raises DeliveryRejected or UsageError."""

    def __init__(
        self, record: DeliveryRecord, profile: Profile, run_dir: Path, parts: list[ReadPart]
    ) -> None:
        self._lists: list[_List] = []
        if not record.lists:
            return
        if profile.lists is None:
            raise _no_map(record.lists[0].file)
        folder = run_dir / FOLDER
        private_folder(folder)
        for number, said in enumerate(record.lists):
            part = list_layer(record, profile, said, parts, len(parts) + number)
            self._lists.append(_read(part, profile.lists, profile, said, folder / f"{number}.arrow"))

    def fill(self, columns: Columns, raw: pa.Array) -> tuple[Columns, pa.Array]:
        """Canonical columns (n,) with what the lists say of these parcels, and their text as delivered."""
        for one in self._lists:
            places = pc.index_in(_keys(columns, one.on), value_set=one.keys, skip_nulls=True)
            found = np.asarray(places.is_valid())
            if not found.any():
                continue
            rows = pa.array(one.first).take(places)
            one.hit[np.asarray(places.drop_null())] = True
            one.parcels += int(found.sum())
            wanted = (*one.told["carried"], NOT_READABLE, RAW)
            theirs = {name: _taken(one.table[name], rows) for name in wanted}
            columns = columns | _joined(columns, theirs, one)
            raw = _both(raw, theirs[RAW])
        return columns, raw

    def rows_left(self) -> Iterator[tuple[ReadPart, Columns, pa.Array, NDArray[np.int64]]]:
        """The rows without a parcel, in batches: their part, canonical columns, text as delivered, places in the list."""
        for one in self._lists:
            alone = np.setdiff1d(np.arange(one.table.num_rows), one.told["repeated_at"])
            alone = np.setdiff1d(alone, one.first[one.hit])
            one.told["without_geometry"] = len(alone)
            for start in range(0, len(alone), BATCH_ROWS):
                rows = alone[start : start + BATCH_ROWS]
                batch = {name: _taken(one.table[name], pa.array(rows)) for name in one.table.column_names}
                yield one.part, batch, batch.pop(RAW), rows

    def report(self) -> tuple[ListRead, ...]:
        """For conform.json: an entry a list."""
        return tuple(
            ListRead(
                part_no=one.part.part_no,
                file=one.part.file,
                layer=one.part.layer.name,
                on=one.on,
                rows=one.table.num_rows,
                matched=int(one.hit.sum()),
                parcels=one.parcels,
                without_geometry=one.told["without_geometry"],
                without_key=one.told["without_key"],
                repeated=len(one.told["repeated_at"]),
                differing=dict(sorted(one.differing.items())),
                notes=LayerNotes.model_validate(one.part.layer.notes),
                **one.told["mapping"],
            )
            for one in self._lists
        )


def _read(part: ReadPart, said: ListMap, profile: Profile, one: AttributeList, file: Path) -> _List:
    """The list through the same steps as any part, into a file that is mapped into memory."""
    own = said.as_profile(profile)
    found = find_columns(own, part.layer.columns, part.file, cut_names=part.source.cut_names)
    mapper, texts = Mapper(own, found, part.file), Texts(part)
    on = one.on or said.on
    carried = tuple(dict.fromkeys((*own.columns, *own.constants)))
    missing = [name for name in on if name not in carried]
    if missing:
        raise _no_key(part.file, missing)
    writer: pa.ipc.RecordBatchFileWriter | None = None
    keys: list[pa.Array] = []
    with pa.OSFile(str(file), "wb") as sink:
        for batch in read_source(part.source, part.path, part.layer, mapper.source_columns):
            converted = texts.convert(batch)
            columns = _with_zeros(mapper.canonical(converted.batch))
            keys.append(_keys(columns, on))
            made = pa.record_batch(columns | {RAW: converted.raw.cast(RAW_TYPE)})
            writer = writer or pa.ipc.new_file(sink, made.schema)
            writer.write_batch(made)
        if writer is None:
            raise _empty(part.file, part.layer.name)
        writer.close()
    table = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
    key = pa.chunked_array(keys, pa.string()).combine_chunks()
    places = pa.table({"key": key, "row": np.arange(len(key))}).filter(pc.is_valid(key))
    unique = places.group_by("key").aggregate([("row", "min")])
    first = unique["row_min"].to_numpy()
    told = {
        "carried": [name for name in carried if name not in on],
        "repeated_at": np.setdiff1d(places["row"].to_numpy(), first),
        "without_key": key.null_count,
        "without_geometry": 0,
        "mapping": {
            "columns": {canonical: " + ".join(names) for canonical, names in found.items()},
            "columns_not_mapped": [c for c in part.layer.columns if c not in mapper.source_columns],
            "values_not_readable": dict(mapper.unreadable),
            "texts": texts.report(),
        },
    }
    return _List(
        part, on, table, unique["key"].combine_chunks(), first, told, np.zeros(len(first), dtype=np.bool_)
    )


def _with_zeros(columns: Columns) -> Columns:
    """Commune codes with the zeros that a spreadsheet took for nothing: 691 is 00691."""
    codes = columns["commune_code"]
    short = pc.fill_null(pc.match_substring_regex(codes, r"^[0-9]{1,4}$"), False)
    return columns | {"commune_code": pc.if_else(short, pc.utf8_lpad(codes, _CODE_DIGITS, "0"), codes)}


def _keys(columns: Columns, on: tuple[str, ...]) -> pa.Array:
    """The key of each row; NULL where any part of it is missing. Case and zeros before numbers do not matter."""
    parts = []
    for name in on:
        text = pc.utf8_lower(columns[name])
        parts.append(pc.replace_substring_regex(text, r"^0+([0-9])", r"\1") if name in _NUMBERS else text)
    return pc.binary_join_element_wise(*parts, _SEPARATOR, null_handling="emit_null")


def _joined(ours: Columns, theirs: Columns, one: _List) -> Columns:
    """The columns of both sides: of a list what it says, of the file what names a parcel."""
    result: Columns = {}
    for name in one.told["carried"]:
        mine, listed = ours[name], theirs[name]
        differ = int(pc.sum(pc.fill_null(pc.not_equal(mine, listed), False)).as_py() or 0)
        if differ:
            one.differing[name] += differ
        group = next((names for names in _TOGETHER if name in names), (name,))
        if name in _HANDLES:
            result[name] = pc.coalesce(mine, listed)
        else:
            result[name] = pc.if_else(_says(theirs, group, len(mine)), listed, mine)
    for group in _TOGETHER:  # what the list leaves out of a group that it speaks of is not the file's either
        for name in group:
            if name not in result and name not in one.on:
                said = _says(theirs, group, len(ours[name]))
                if name == _KEY:
                    said = pc.and_(said, _contradicts(ours, theirs, group))
                result[name] = pc.if_else(said, pa.scalar(None, ours[name].type), ours[name])
    # Of both sides: what is not NULL in the end was read from one of them.
    result[NOT_READABLE] = join_said([side[NOT_READABLE] for side in (ours, theirs)], NOT_READABLE_JOINER)
    return result


def _contradicts(ours: Columns, theirs: Columns, group: tuple[str, ...]) -> pa.Array:
    """Where both sides say something of a group of columns, and not the same."""
    found = pa.array(np.zeros(len(ours[group[0]]), dtype=np.bool_))
    for name in group:
        if name in theirs:
            found = pc.or_(found, pc.fill_null(pc.not_equal(ours[name], theirs[name]), False))
    return found


def _says(theirs: Columns, group: tuple[str, ...], n: int) -> pa.Array:
    """Where a list says anything of a group of columns."""
    said = pa.array(np.zeros(n, dtype=np.bool_))
    for name in group:
        if name in theirs:
            said = pc.or_(said, theirs[name].is_valid())
    return said


def _taken(values: pa.ChunkedArray, rows: pa.Array) -> pa.Array:
    taken = values.take(rows)
    return one_array(taken)


def _both(a: pa.Array, b: pa.Array) -> pa.Array:
    """Two columns of delivered texts (maps) as one."""
    if b.null_count == len(b):
        return a
    sizes = [np.asarray(pc.fill_null(pc.list_value_length(side.cast(_PAIRS)), 0)) for side in (a, b)]
    order = np.argsort(np.concatenate([np.repeat(np.arange(len(a)), size) for size in sizes]), kind="stable")
    pairs = [pc.list_flatten(side.cast(_PAIRS)) for side in (a, b)]
    flat = pa.concat_arrays([part.cast(_PAIRS.value_type) for part in pairs]).take(pa.array(order))
    offsets = np.concatenate(([0], np.cumsum(sizes[0] + sizes[1]))).astype(np.int32)
    empty = np.append((sizes[0] + sizes[1]) == 0, False)
    return pa.MapArray.from_arrays(
        pa.array(offsets, mask=empty), pc.struct_field(flat, 0), pc.struct_field(flat, 1)
    )


_PAIRS = pa.list_(pa.struct([pa.field("key", pa.string(), nullable=False), pa.field("value", pa.string())]))


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
