"""Form PL3-01 as a table in memory: its rows read, asked for by a map, and what they say of people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from parcels.admin_units import LATEST
from parcels.people import PEOPLE_SCHEMA
from sync.conform.list_table import ListTable, read_list
from sync.conform.numbers import Habits
from sync.conform.parts import ReadPart
from sync.declared.delivery import AttributeList
from sync.intake.sources.base import (
    GEOMETRY,
    NO_GEOMETRY,
    ROW_NUMBER,
    ROW_TEXT,
    Heading,
    Layer,
    Source,
    row_text,
)
from tests.support.formats.pl3_01 import FIRST_DATA, FORM, form_map
from tests.support.strip import COMMUNE, ZONE, profile_of
from validators.policy import policy_at

NAMES = [name for _, _, name in FORM]


class Sheet(Source):
    """The form as a table in memory."""

    kind = "spreadsheet"
    suffixes = (".xlsx",)
    tells_rows = True

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.layer = Layer("PL3-01", table.num_rows, tuple(NAMES), NO_GEOMETRY)

    def probe(self, path: Path, encoding: str | None, options: Any = None) -> tuple[Layer, ...]:  # noqa: ARG002
        return (self.layer,)

    def headings(self, layer: Layer) -> tuple[Heading, ...]:  # noqa: ARG002
        return tuple(Heading(at, name, f"{group} / {said}") for at, (group, said, name) in enumerate(FORM, 1))

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        for batch in self.table.select(columns).to_batches(max_chunksize=8_192):
            yield batch.append_column(GEOMETRY, pa.nulls(batch.num_rows, pa.binary()))


def sheet_of(rows: list[dict[str, str | None]]) -> Sheet:
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in NAMES}
    numbers = [str(FIRST_DATA + at) for at in range(len(rows))]
    texts = [row_text(str(value) for value in row.values() if value is not None) for row in rows]
    return Sheet(pa.table(columns | {ROW_NUMBER: numbers, ROW_TEXT: texts}))


def read(sheet: Sheet, file: Path) -> ListTable:
    part = ReadPart(1, file, "pl3.xlsx", sheet, sheet.layer, ZONE, None, None)
    said = AttributeList(file="pl3.xlsx")
    return read_list(part, form_map(), profile_of(), said, file, Habits(), policy_at(LATEST).placeholders)


def parcels(numbers: list[str], ids: list[str | None] | None = None) -> dict[str, pa.Array]:
    """The rows of the map, all on sheet 7 of one commune."""
    n = len(numbers)
    return {
        "commune_code": pa.array([COMMUNE] * n),
        "sheet_no": pa.array(["7"] * n),
        "parcel_no": pa.array(numbers),
        "national_id": pa.array(ids or [None] * n, pa.string()),
    }


def people_of(one: ListTable, n: int) -> list[dict[str, Any]]:
    assert one.speakers is not None
    table = one.speakers.of(one.table, 1, one.numbers, np.arange(n))
    assert table.schema == PEOPLE_SCHEMA
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]


def asked(
    rows: list[dict[str, str | None]], map_rows: dict[str, pa.Array], folder: Path
) -> tuple[ListTable, list[dict[str, Any]], dict[int, str]]:
    """The list after all parcels asked; its people; why by row for those that gave nothing."""
    one = read(sheet_of(rows), folder / "list.arrow")
    n = len(map_rows["parcel_no"])
    half = n // 2
    one.asked({name: column[:half] for name, column in map_rows.items()}, 0)
    one.asked({name: column[half:] for name, column in map_rows.items()}, half)
    people = people_of(one, n)
    left = {row["row"]: row["why"] for row in one.left().to_pylist()}
    return one, people, left


def row(number: str | None, **said: str | None) -> dict[str, str | None]:
    return {"number": "1", "commune_code": COMMUNE, "sheet_no": "7", "parcel_no": number} | said
