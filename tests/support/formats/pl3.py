"""Form PL3: attributes in an XLSX with headings as forms have them, geometry in a GeoPackage beside it."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyogrio
import xlsxwriter

from sync.declared.profile import ListMap, Profile, base_file
from sync.declared.tomlfile import read_document
from tests.support.formats.base import Delivered, profile, with_geometry, write_toml
from tests.support.tiny import EPSG, Tiny

KEYS = ("commune_code", "sheet_no", "parcel_no")
USES = 3


def list_map() -> ListMap:
    """The form's own map."""
    document = read_document(base_file("pl3"))
    return ListMap.model_validate({key: value for key, value in document.items() if key != "system"})


def with_list(used: Profile) -> Profile:
    """A profile whose geometry comes with its keys and with what the form has no column for."""
    listed = list_map().columns
    columns = {name: rule for name, rule in used.columns.items() if name in KEYS or name not in listed}
    return used.model_copy(update={"columns": columns, "lists": list_map()})


def write(tiny: Tiny, folder: Path) -> Delivered:
    """A GeoPackage and a list."""
    used = with_list(profile())
    layer = used.parts[0].layer
    pyogrio.write_arrow(
        with_geometry(tiny, used),
        folder / "thua.gpkg",
        layer=layer,
        driver="GPKG",
        geometry_name="geom",
        geometry_type="Unknown",
        crs=f"EPSG:{EPSG}",
    )
    write_list(folder / "pl3.xlsx", tiny.columns)
    write_toml(folder, "thua.gpkg", layer=layer)
    with (folder / "delivery.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[lists]]\nfile = "pl3.xlsx"\n')
    return Delivered(folder, used)


def headings() -> list[tuple[str, str, int]]:
    """Heading, canonical column, and which of several uses; in the order of the form."""
    found = []
    for canonical, rule in list_map().columns.items():
        names = [rule] if isinstance(rule, str) else list(rule.join)
        found += [(name.split(" (")[0], canonical, use) for use, name in enumerate(names)]
    return found


def write_list(path: Path, columns: dict[str, pa.Array], title: str = "DANH SÁCH THỬA ĐẤT (Mẫu PL3)") -> None:
    """A title, merged groups over the headings, a row that counts the columns, and rows as Excel holds them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("PL3")
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.merge_range(0, 0, 0, 12, title)
        sheet.write(2, 0, "STT")
        sheet.merge_range(2, 1, 2, 3, "Thửa đất")
        for at, (heading, _, _) in enumerate(headings(), 1):
            sheet.write(3, at, heading.replace(" ", "\n", 1))
            sheet.write(4, at, f"({at})")
        sheet.write(4, 0, "(0)")
        values = {name: array.to_pylist() for name, array in columns.items()}
        for row in range(len(next(iter(values.values())))):
            sheet.write_number(5 + row, 0, row + 1)
            for at, (_, canonical, use) in enumerate(headings(), 1):
                value = values[canonical][row] if canonical in values else None  # a column that is left blank
                if canonical in ("land_use", "land_use_areas"):
                    pieces = (value or "").split("+")
                    value = pieces[use] if use < len(pieces) and pieces[use] else None
                if isinstance(value, date):
                    sheet.write_datetime(5 + row, at, value, days)
                elif isinstance(value, int | float):
                    sheet.write_number(5 + row, at, value)
                elif value is not None:
                    sheet.write_string(5 + row, at, value)
