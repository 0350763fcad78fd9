"""Tables of users, certificates, rights and restrictions of one delivery, joined to its parcels and left in `people/`.

Of a parcel that a table names a right of, the tables say who has it, whole: not its own row, and no list beside them. A user and
a certificate of the parcel's own row are then the first of the tables', so that whoever looks at the row alone sees the same.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import count_values, one_array
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.people import MOST_OF_A_PARCEL, PEOPLE_SCHEMA
from sync.conform.columns import NOT_READABLE
from sync.conform.first_of_people import with_first
from sync.conform.lists import Lists
from sync.conform.numbers import Habits
from sync.conform.parts import ReadPart
from sync.conform.people_columns import PeopleMapper
from sync.conform.people_tables import AT, PeopleTable, joined_people
from sync.conform.table_parts import TablePart, table_parts
from sync.conform.texts import Texts
from sync.declared.profile import Profile
from sync.declared.tables import KEYS, NAMED, Holds
from sync.folder.conform import PeopleRead, TableRead, TableRowRead
from sync.folder.delivery import DeliveryRecord
from sync.folder.notes import LayerNotes
from sync.folder.people import PEOPLE_ROWS_SCHEMA, clear_people, write_people, write_people_rows
from sync.folder.snapshot import SnapshotWriter, split
from sync.intake.sources.base import ROW_NUMBER, ROW_TEXT
from sync.intake.sources.guard import read_source
from validators.policy import policy_at

_EXAMPLES = 20
_ORDER = [
    (name, "ascending") for name in ("row_no", "says", "part_no", AT)
]  # of a commune's rows, as they are written


class Tables:
    """The tables of people of one delivery. Raises DeliveryRejected or UsageError."""

    def __init__(
        self, record: DeliveryRecord, profile: Profile, run_dir: Path, parts: list[ReadPart], habits: Habits
    ) -> None:
        self._run_dir = run_dir
        self._profile = profile
        self._habits = habits
        self._as_of = record.as_of
        self._tables, self._not_read = table_parts(record, profile, parts, len(parts) + len(record.lists))
        self._told: dict[int, dict[str, Any]] = {}
        self._unused = PEOPLE_ROWS_SCHEMA.empty_table()
        self._rows: dict[str, int] = {}
        self._parcels = self._instead = 0

    def leave_people(self, writer: SnapshotWriter, lists: Lists) -> dict[str, tuple[str, ...]]:
        """After the snapshot's rows are known: leave what tables and forms say of the people of each commune in `people/`.

        Returns what comes and goes → the communes of which it is said what there is of it: a table is of all parcels of its
        system; a form with columns for transferees is of the communes in which it names anybody.
        """
        clear_people(self._run_dir)
        tables = self._read_tables()
        if not tables and not lists.say_people:
            return {}
        communes = writer.written()
        people = self._of_tables(tables, writer, communes)
        restricted = any(table.holds == "restrictions" for table in self._tables)
        named = []
        for commune in communes:
            row_nos = one_array(writer.part(commune, ["row_no"])["row_no"])
            mine = people.get(commune, PEOPLE_SCHEMA.empty_table())
            told = one_array(mine.filter(pc.equal(mine["says"], "right"))["row_no"])
            listed = lists.people_of(row_nos.to_numpy())
            _refuse_too_many(listed, commune)
            if listed.num_rows and lists.say_transferees:
                named.append(commune)
            theirs = pc.and_(pc.equal(listed["says"], "right"), pc.is_in(listed["row_no"], value_set=told))
            every = pa.concat_tables([mine, listed.filter(pc.invert(theirs))]).combine_chunks()
            write_people(self._run_dir, commune, every.sort_by(_ORDER) if mine.num_rows else every)
            if len(told):
                part, instead = with_first(writer.part(commune), mine, self._as_of)
                self._instead += instead
                writer.replace(commune, part)
        if self._tables:
            write_people_rows(self._run_dir, self._unused)
        spoken = {"restriction": tuple(communes) if restricted else (), "transferee": tuple(named)}
        return {record: codes for record, codes in spoken.items() if codes}

    def report(self) -> PeopleRead | None:
        """For conform.json; None where the delivery brought no table of people."""
        if not self._tables and not self._not_read:
            return None
        tables = tuple(self._read(table, self._told[table.part.part_no]) for table in self._tables)
        return PeopleRead(
            tables=tables,
            not_read=tuple(self._not_read),
            rows=self._rows,
            parcels=self._parcels,
            instead=self._instead,
        )

    def _read_tables(self) -> list[PeopleTable]:
        """Those that can be joined, once each of them was read. A guessed one that cannot be is told."""
        tables: dict[int, PeopleTable] = {}
        for table in self._tables:
            try:
                tables[table.part.part_no] = self._one(table)
            except DeliveryRejected:
                if not table.guessed:
                    raise
        there = {table.holds for table in tables.values()}
        left = [
            table
            for table in self._tables
            if table.part.part_no in tables
            and not (table.guessed and _names_what_is_not_there(tables[table.part.part_no], there))
        ]
        self._not_read += [table.name for table in self._tables if table not in left]
        self._tables = left
        return [tables[table.part.part_no] for table in left]

    def _of_tables(
        self, tables: list[PeopleTable], writer: SnapshotWriter, communes: list[str]
    ) -> dict[str, pa.Table]:
        """By commune: the rows of people that the tables give."""
        if not tables:
            return {}
        parts = [writer.part(commune, ["row_no", "source_key"]) for commune in communes]
        at = np.repeat(np.arange(len(parts)), [part.num_rows for part in parts])
        parcels = pa.concat_tables(parts).combine_chunks()
        people, self._unused = joined_people(parcels, tables)
        self._rows = dict(sorted(count_values(people["says"]).items()))
        self._parcels = len(pc.unique(people["row_no"]))
        place = pc.index_in(people["row_no"], value_set=one_array(parcels["row_no"]))
        codes = pa.array(communes).take(pa.array(at[np.asarray(place, dtype=np.int64)]))
        return {code: people.take(pa.array(rows)) for code, rows in split(codes)}

    def _one(self, table: TablePart) -> PeopleTable:
        """One table as it is read: its canonical columns, and the numbers of its rows as its program counts them."""
        part = table.part
        rules = policy_at(self._as_of).placeholders
        mapper = PeopleMapper(
            self._profile, table.said.columns, table.said.values, part.file, self._habits, part.part_no, rules,
            found=table.found,
        )  # fmt: skip
        texts = Texts(part)
        delivered = list(dict.fromkeys(name for names in table.found.values() for name in names))
        beside = [ROW_NUMBER, ROW_TEXT] if part.source.tells_rows else []
        pieces, seen = [], 0
        for read in read_source(part.source, part.path, part.layer, [*delivered, *beside]):
            numbers = pa.array(np.arange(seen + 1, seen + 1 + read.num_rows))
            seen += read.num_rows
            if beside:
                numbers = read.column(ROW_NUMBER).cast(pa.int64())
            columns = mapper.columns(texts.convert(read.drop_columns(beside)).batch)
            pieces.append(pa.table({AT: numbers, **columns}))
        empty = pa.table({AT: pa.array([], pa.int64()), NOT_READABLE: pa.array([], pa.string())})
        self._told[part.part_no] = {
            "rows": seen,
            "columns": {canonical: " + ".join(names) for canonical, names in table.found.items()},
            "columns_not_mapped": tuple(c for c in part.layer.columns if c not in delivered),
            "values_not_readable": dict(mapper.unreadable),
            "texts": texts.report(),
        }
        return PeopleTable(table.holds, part.part_no, pa.concat_tables(pieces) if pieces else empty)

    def _read(self, table: TablePart, said: dict[str, Any]) -> TableRead:
        unused = self._unused.filter(pc.equal(self._unused["part_no"], table.part.part_no))
        whys: Counter[str] = Counter(count_values(unused["why"]))
        return TableRead(
            part_no=table.part.part_no,
            file=table.part.file,
            layer=table.part.layer.name,
            holds=table.holds,
            used=said["rows"] - whys.total(),
            unused=dict(sorted(whys.items())),
            examples=tuple(
                TableRowRead(**row) for row in unused.slice(0, _EXAMPLES).select(["row", "why"]).to_pylist()
            ),
            assumed=table.said.assumed,
            notes=LayerNotes.model_validate(table.part.layer.notes),
            **said,
        )


def _refuse_too_many(listed: pa.Table, commune: str) -> None:
    """More than can be kept of one parcel, in a list or a form: then what names the parcels there names them wrongly."""
    most = (
        pc.max(listed.group_by(["row_no", "says"]).aggregate([([], "count_all")])["count_all"]).as_py() or 0
    )
    if most > MOST_OF_A_PARCEL:
        raise DeliveryRejected(
            "DLV-PEOPLE-MANY",
            Bilingual(
                f"Một thửa của xã {commune} có {most} dòng về người sử dụng đất; nhiều nhất là {MOST_OF_A_PARCEL}.",
                f"One parcel of commune {commune} has {most} rows about its people; {MOST_OF_A_PARCEL} can be kept.",
            ),
            Bilingual(
                "Số tờ, số thửa trong danh sách có thể sai: hãy xem lại các cột đó.",
                "Sheet and parcel numbers of the list may be wrong: look at these columns.",
            ),
        )


def _names_what_is_not_there(rights: PeopleTable, there: set[Holds]) -> bool:
    """Whether no table has what rights name: not one of them could be used, and each would be a fault of its parcel."""
    if rights.holds != "rights":
        return False
    named = rights.table
    keys = [KEYS[holds] for holds in NAMED if holds not in there and KEYS[holds] in named.column_names]
    return any(named[key].null_count < named.num_rows for key in keys)
