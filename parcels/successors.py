"""Which commune of today each old one became: the official conversion as a list for people, with those it says nothing of."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from parcels.admin_units import EARLIEST, communes_table, conversion
from parcels.provinces import old_provinces, provinces

# extent: whole; part: the old commune was divided, and this is one of its successors; none: no successor is known.
COLUMNS = (
    "old_code",
    "old_name",
    "district",
    "old_province",
    "extent",
    "new_code",
    "new_name",
    "province_code",
    "province",
)


@cache
def successors() -> pa.Table:
    """COLUMNS, text, by old and then new code. A commune of before 1 July 2025 stands in a row for each successor.

    One that had another code in the list of January 2025 stands in it under both.
    """
    official = conversion()
    kept = ["district", "old_province_code", "extent", "new_code", "new_name", "province_code"]
    known = official.select(["old_code", "old_name", *kept])
    renumbered = official.filter(
        pc.and_(
            pc.is_valid(official["january_code"]),
            pc.not_equal(official["january_code"], official["old_code"]),
        )
    )
    again = renumbered.select(["january_code", "january_name", *kept]).rename_columns(known.column_names)
    before = communes_table(None, EARLIEST)
    named = pa.concat_arrays([known["old_code"].combine_chunks(), again["old_code"].combine_chunks()])
    alone = before.filter(pc.invert(pc.is_in(before["commune_code"], value_set=named)))
    rest = alone.select(["commune_code", "name", "district", "old_province_code", "province_code"])
    rest = rest.rename_columns(["old_code", "old_name", "district", "old_province_code", "province_code"])
    rest = rest.append_column("extent", pa.repeat(pa.scalar("none"), len(rest)))
    table = pa.concat_tables([known, again, rest], promote_options="default").combine_chunks()
    old = {one.code: one.name for one in old_provinces()}
    new = {code: province.name for code, province in provinces().items()}
    table = table.append_column("old_province", _named(table["old_province_code"], old))
    table = table.append_column("province", _named(table["province_code"], new))
    return table.select(list(COLUMNS)).sort_by([("old_code", "ascending"), ("new_code", "ascending")])


def _named(codes: pa.ChunkedArray, names: dict[str, str]) -> pa.Array:
    return pa.array([names.get(code) for code in codes.to_pylist()], pa.string())
