"""`docs/columns.md`, made from columns.py."""

from collections.abc import Iterable, Sequence

from parcels.column import Column
from parcels.columns import DECIMAL_PLACES, DELIVERED_ONLY, HASH_VERSIONS, RECORDS, hashed_columns

_TITLES = {
    "parcel": "Parcel / Thửa đất",
    "land_use_part": "Land use of a parcel / Loại đất của thửa",
    "land_user": "Land user / Người sử dụng đất",
    "certificate": "Certificate / Giấy chứng nhận",
    "land_right": "Right to the parcel / Quyền đối với thửa đất",
    "restriction": "Restriction of a right / Hạn chế quyền",
    "transferee": "Transferee who is not registered / Người nhận chuyển quyền chưa đăng ký",
}
_HEAD = f"""\
# Columns

<!-- Made by `make pages` from parcels/columns.py. Do not edit by hand. -->

Every canonical column, once. A province's column map (`[columns]` of its profile) may name those marked
"delivered"; the others are computed on the way. "Hash" is the place of the column in the
[content hash](architecture.md#content-hash), of the version that is written now.

Kinds: text is Unicode in Normalisation Form C; integer is 32 bits; decimal is decimal(18,{DECIMAL_PLACES}); date
is a calendar date; uuid and boolean are as PostgreSQL has them; geometry is a MultiPolygon in EPSG:4756. Confidentiality: *public* columns are in the
analyst's views; *private* ones live in `land_private` and in no view, log, finding or tile
([what is promised](database.md#where-persons-are-and-where-nobody-is-found)).
"""
_TABLE = """\
| column | kind | unit | meaning | nghĩa | confidentiality | delivered | hash |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def _table(columns: Iterable[Column], hashed: Sequence[Column] = ()) -> str:
    places = {column.name: str(place) for place, column in enumerate(hashed, 1)}
    lines = []
    for column in columns:
        cells = (
            f"`{column.name}`",
            column.kind,
            column.unit or "",
            column.en,
            column.vi,
            column.confidentiality,
            "yes" if column.delivered else "",
            places.get(column.name, ""),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return _TABLE + "".join(lines)


def document() -> str:
    """The text of docs/columns.md."""
    parts = [_HEAD]
    for record, columns in RECORDS.items():
        said = f"Record `{record}`, version {HASH_VERSIONS[record]} of its hash."
        parts.append(f"\n## {_TITLES[record]}\n\n{said}\n\n{_table(columns, hashed_columns(record))}")
    parts.append(
        "\n## Delivered beside the records / Giao nộp kèm theo\n\n"
        f"Kept in the snapshot, not stored as columns of their own.\n\n{_table(DELIVERED_ONLY)}"
    )
    return "".join(parts)
