"""Workbooks made to hurt, written part by part; see `documents`."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.hostile.documents import (
    CASES,
    COMMENT,
    COMMUNE,
    DOCTYPE,
    HEADER,
    JUDGED,
    LIST,
    PART,
    TOML,
    XML,
    Make,
    case,
    says,
)  # fmt: skip

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def element(name: str, attributes: str = "", inner: str = "") -> str:
    return f"<{name} {attributes}>{inner}</{name}>" if inner else f"<{name} {attributes}/>"


def row(number: int, values: Iterable[str | None]) -> str:
    """A row of texts."""
    cells = (
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for at, value in enumerate(values)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def table(*more: str) -> str:
    """A header and two rows that match, then rows as they are written."""
    good = [row(k + 1, (COMMUNE, "7", str(k), "CLN")) for k in (1, 2)]
    return row(1, HEADER) + "".join(good) + "".join(more)


def xlsx(
    folder: Path,
    data: str = table(),
    *,
    after: str = "",
    before: str = "",
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>',
    encoding: str = "utf-8",
    parts: dict[str, bytes | str] | None = None,
    shared: str | None = None,
    styles: str | None = None,
    sheet: str = "xl/worksheets/sheet1.xml",
    big: tuple[str, bytes, int, str] | None = None,
) -> None:
    """A delivery with a list whose parts are written by hand; big: a beginning, a piece, how often, an end."""
    says(folder, TOML + PART + LIST)
    start = f'{prolog}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>'
    text = f"{start}{data}</sheetData>{after}</worksheet>"
    relations = [("rId1", "worksheet", sheet.removeprefix("xl/"))]
    relations += [("rId2", "sharedStrings", "sharedStrings.xml")] * (shared is not None)
    relations += [("rId3", "styles", "styles.xml")] * (styles is not None)
    listed = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in relations
    )
    content: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="PL3" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>',
        sheet: text.encode(encoding),
    }
    if shared is not None:
        content["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles is not None:
        content["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    content |= parts or {}
    with zipfile.ZipFile(folder / "list.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in content.items():
            if big is None or name != sheet:
                archive.writestr(name, octets)
        if big is not None:
            head, piece, times, end = big
            with archive.open(sheet, "w", force_zip64=True) as part:
                part.write((start + head).encode())
                for _ in range(times):
                    part.write(piece)
                part.write(f"{end}</sheetData></worksheet>".encode())


def xlsx_case(code: str, **how: object) -> tuple[Make, str]:
    return (lambda folder: xlsx(folder, **how)), code  # type: ignore[arg-type]


LONG = "a" * 40_000
CASES |= {
    f"xlsx_{name}": made
    for name, made in {
        "plain": xlsx_case(JUDGED),
        "inline_text_of_80_mb": xlsx_case(
            "DLV-XLSX-TOO-LARGE",
            big=('<row r="1"><c r="A1" t="inlineStr"><is><t>', b"a" * (1 << 20), 60, "</t></is></c></row>"),
        ),
        "text_beyond_a_cell": xlsx_case("DLV-XLSX-TOO-LARGE", data=table(row(9, [LONG]))),
        "text_beyond_a_cell_in_pieces": xlsx_case(
            "DLV-XLSX-TOO-LARGE",
            data=table(
                '<row r="9"><c t="inlineStr"><is>' + "<r><t>aaaaaaaaaa</t></r>" * 5_000 + "</is></c></row>"
            ),
        ),
        "shared_text_beyond_a_cell": xlsx_case("DLV-XLSX-TOO-LARGE", shared=f"<si><t>{LONG}</t></si>"),
        "empty_rows_without_end": xlsx_case("DLV-XLSX-TOO-LARGE", big=("", b"<row/>" * 100_000, 11, "")),
        "row_beyond_the_last": xlsx_case("DLV-XLSX-TOO-LARGE", data=table(row(1_048_577, ["a"]))),
        "row_of_many_digits": xlsx_case("DLV-XLSX-TOO-LARGE", data=table(f'<row r="{"9" * 100_000}"/>')),
        "cells_beyond_the_last_column": xlsx_case(
            "DLV-XLSX-TOO-LARGE", data=table('<row r="9">' + "<c><v>1</v></c>" * 16_385 + "</row>")
        ),
        "column_beyond_the_last": xlsx_case(
            "DLV-XLSX-TOO-LARGE", data=table('<row r="9"><c r="XFE9"><v>1</v></c></row>')
        ),
        "column_of_many_letters": xlsx_case(
            "DLV-CORRUPT", data=table(f'<row r="9"><c r="{"A" * 90_000}9"><v>1</v></c></row>')
        ),
        "rows_out_of_order": xlsx_case("DLV-CORRUPT", data=table(row(2, ["a"]))),
        "cells_out_of_order": xlsx_case(
            "DLV-CORRUPT", data=table('<row r="9"><c r="B9"><v>1</v></c><c r="A9"><v>1</v></c></row>')
        ),
        "cell_of_another_row": xlsx_case(
            "DLV-CORRUPT", data=table('<row r="9"><c r="A8"><v>1</v></c></row>')
        ),
        "number_of_many_digits": xlsx_case(
            "DLV-EXCEL-ROUNDED", data=table(f'<row r="9"><c r="B9"><v>{"9" * 30_000}</v></c></row>')
        ),
        "number_that_is_none": xlsx_case(
            "DLV-CORRUPT", data=table('<row r="9"><c r="B9"><v>một trăm</v></c></row>')
        ),
        "nan": xlsx_case(JUDGED, data=table('<row r="9"><c r="B9"><v>nan</v></c></row>')),
        "shared_text_that_is_none": xlsx_case(
            "DLV-CORRUPT",
            shared="<si><t>a</t></si>",
            data=table('<row r="9"><c r="B9" t="s"><v>7</v></c></row>'),
        ),
        "dates_out_of_range": xlsx_case(
            JUDGED,
            styles='<cellXfs><xf numFmtId="14"/></cellXfs>',
            data=table(
                '<row r="9"><c r="A9" s="0"><v>-99999999999</v></c><c r="G9" s="0"><v>2958466</v></c></row>'
            ),
        ),
        "many_styles": xlsx_case("DLV-XLSX-TOO-LARGE", styles=f"<cellXfs>{'<xf/>' * 70_000}</cellXfs>"),
        "long_format": xlsx_case(
            JUDGED,
            styles=f'<numFmts><numFmt numFmtId="200" formatCode="{"[h" * 90_000}"/></numFmts>'
            '<cellXfs><xf numFmtId="200"/></cellXfs>',
            data=table('<row r="9"><c r="E9" s="0"><v>5</v></c></row>'),
        ),
        "style_that_is_none": xlsx_case(
            JUDGED, data=table('<row r="9"><c r="E9" s="99999"><v>5</v></c></row>')
        ),
        "merged_whole_sheet": xlsx_case(
            JUDGED,
            after='<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="A2:XFD1048576"/></mergeCells>',
        ),
        "many_merged": xlsx_case(
            "DLV-XLSX-TOO-LARGE",
            after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 200_001 + "</mergeCells>",
        ),
        "merged_nonsense": xlsx_case("DLV-CORRUPT", after='<mergeCells><mergeCell ref="A1:"/></mergeCells>'),
        "huge_dimension": xlsx_case(JUDGED, before='<dimension ref="A1:XFD1048576"/>'),
        "hidden_everything": xlsx_case(JUDGED, before='<cols><col min="1" max="16384" hidden="1"/></cols>'),
        "columns_out_of_range": xlsx_case(
            JUDGED, before='<cols><col min="-5" max="999999999" hidden="1"/></cols>'
        ),
        "formula_of_a_megabyte": xlsx_case(
            JUDGED, data=table(f'<row r="9"><c r="E9"><f>{"A1+" * 90_000}</f><v>5</v></c></row>')
        ),
        "circular_formulas": xlsx_case(
            JUDGED, data=table('<row r="9"><c r="E9"><f>F9</f></c><c r="F9"><f>E9</f></c></row>')
        ),
        "external_link": xlsx_case(
            JUDGED, data=table('<row r="9"><c r="E9"><f>[1]X!A1+WEBSERVICE("http://a")</f><v>5</v></c></row>')
        ),
        "deep_elements": xlsx_case("DLV-CORRUPT", after="<a>" * 5_000 + "</a>" * 5_000),
        "long_tag": xlsx_case("DLV-CORRUPT", big=('<row r="1" x="', b"y" * (1 << 20), 8, '"/>')),
        "doctype": xlsx_case("DLV-CORRUPT", prolog=XML + DOCTYPE),
        "doctype_behind_a_comment": xlsx_case("DLV-CORRUPT", prolog=XML + COMMENT + DOCTYPE),
        "doctype_behind_many_comments": xlsx_case("DLV-CORRUPT", prolog=XML + COMMENT * 20 + DOCTYPE),
        "doctype_in_utf16": xlsx_case(
            "DLV-CORRUPT", prolog=f'<?xml version="1.0" encoding="UTF-16"?>{DOCTYPE}', encoding="utf-16"
        ),
        "doctype_in_utf16_unmarked": xlsx_case(
            "DLV-CORRUPT", prolog=f'<?xml version="1.0" encoding="UTF-16LE"?>{DOCTYPE}', encoding="utf-16-le"
        ),
        "doctype_in_a_part_of_another_name": xlsx_case(
            "DLV-CORRUPT", prolog=XML + COMMENT + DOCTYPE, sheet="xl/worksheets/sheet1.bin"
        ),
        "sheet_in_utf16": xlsx_case(
            JUDGED, prolog='<?xml version="1.0" encoding="UTF-16"?>', encoding="utf-16"
        ),
        "utf7": xlsx_case("DLV-CORRUPT", prolog='<?xml version="1.0" encoding="UTF-7"?>'),
        "ebcdic": xlsx_case(
            "DLV-CORRUPT",
            data=row(1, ["a"]),
            prolog='<?xml version="1.0" encoding="cp037"?>',
            encoding="cp1140",
        ),
        "encoding_of_ebcdic": xlsx_case("DLV-CORRUPT", prolog='<?xml version="1.0" encoding="cp037"?>'),
        "entity_without_doctype": xlsx_case("DLV-CORRUPT", data=table(row(9, ["&b;"]))),
        "cdata": xlsx_case(JUDGED, data=table(row(9, ["<![CDATA[" + "<!DOCTYPE a>" * 50 + "]]>"]))),
        "relations_lead_elsewhere": xlsx_case("DLV-CORRUPT", sheet="xl/../../../etc/passwd"),
        "unknown_method": (lambda folder: _repacked(folder, zipfile.ZIP_LZMA), "DLV-CORRUPT"),
        "many_parts": xlsx_case(
            "DLV-XLSX-TOO-LARGE", parts={f"xl/media/{k}.bin": b"" for k in range(10_001)}
        ),
        "bomb": xlsx_case("DLV-XLSX-TOO-LARGE", parts={"xl/media/a.bin": bytes(120_000_000)}),
        "shared_texts_bomb": xlsx_case(
            "DLV-XLSX-TOO-LARGE", parts={"xl/sharedStrings.xml": b"<si/>" * 20_000_000}
        ),
        "big_workbook_part": xlsx_case(
            "DLV-XLSX-TOO-LARGE",
            parts={"xl/workbook.xml": b"<workbook>" + b" " * (65 << 20) + b"</workbook>"},
        ),
        "no_relations": xlsx_case("DLV-CORRUPT", parts={"_rels/.rels": "<Relationships/>"}),
    }.items()
}


def _repacked(folder: Path, method: int) -> None:
    xlsx(folder)
    with zipfile.ZipFile(folder / "list.xlsx") as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "list.xlsx", "w", method) as archive:
        for name, octets in content.items():
            archive.writestr(name, octets)


@case(JUDGED)
def xlsx_one_long_text_for_every_cell(folder: Path) -> None:
    """A text that many cells share weighs nothing in the file."""
    rows = "".join(f'<row r="{k}"><c r="D{k}" t="s"><v>0</v></c></row>' for k in range(9, 2_009))
    xlsx(folder, table(rows), shared=f"<si><t>{'a' * 30_000}</t></si>")
