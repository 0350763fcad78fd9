"""A file in which a person's name stands where a parser wants something else: what the parser says of it is not passed on."""

import io
import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.declared.profile import Profile
from sync.intake.sources.refusals import without_values
from tests.hostile.base_deliveries import write_base
from tests.hostile.child import checked
from tests.support.markers import PEOPLE, STEMS
from tests.support.searched import files_of, kinds_in

NAME = PEOPLE[1].name.encode()
BARE = NAME.replace(b" ", b"")
Spoil = Callable[[bytes], bytes]


def instead(wanted: bytes, by: bytes) -> Spoil:
    return lambda content: content.replace(wanted, by, 1)


def swapped(pattern: bytes, by: bytes) -> Spoil:
    return lambda content: re.sub(pattern, by, content)


def in_sheet(spoil: Spoil) -> Spoil:
    def packed(content: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w") as after:
            for name in before.namelist():
                member = before.read(name)
                after.writestr(name, spoil(member) if name.endswith("sheet1.xml") else member)
        return target.getvalue()

    return packed


def headless(content: bytes) -> bytes:
    """Without its header; what is then the first line has no value twice, so that nothing else is wrong with it."""
    first, *rest = content.decode("utf-8-sig").split("\n")[1:]
    cells: list[str] = []
    for cell in first.split(";"):
        cells.append(cell + "x" * cells.count(cell))
    return "\n".join([";".join(cells), *rest]).encode()


NUMBER = rb'<c r="(\w+)"[^>]*><v>[\d.]+</v>'
SPOILT: dict[str, tuple[str, str, Spoil]] = {
    "a name without marks": ("geojson", "*.geojson", instead(b'"' + NAME + b'"', NAME)),
    "a mark too few": ("geojson", "*.geojson", instead(NAME + b'"', NAME)),
    "a name as a line": ("geojsonseq", "*.geojsonl", instead(b'"' + NAME + b'"', NAME)),
    "an entity": ("gml", "*.gml", instead(NAME, b"A&" + BARE + b";")),
    "a tag": ("gml", "*.gml", instead(NAME, b"<" + BARE + b">")),
    "an entity of VBDLIS": ("vbdlis_xml", "*.xml", instead(NAME, b"A&" + BARE + b";")),
    "a tag of VBDLIS": ("vbdlis_xml", "*.xml", instead(NAME, b"<" + BARE + b">")),
    "an attribute": ("vbdlis_xml", "*.xml", instead(NAME, b"<a " + BARE + b'="1" ' + BARE + b'="2"/>')),
    "a group code": ("dxf", "*-1.dxf", instead(b"\n10\n", b"\n" + NAME + b"\n")),
    "a coordinate": ("dxf", "*-1.dxf", swapped(rb"\n10\n.*\n", b"\n10\n" + NAME + b"\n")),
    "no header": ("csv", "*.csv", headless),
    "a column twice": ("csv", "*.csv", lambda c: c.replace(b"tenChu", NAME, 1).replace(b"diaChi", NAME, 1)),
    "NUL": ("csv", "*.csv", instead(NAME, NAME + b"\0")),
    "no UTF-8": ("csv", "*.csv", instead(NAME, NAME + b"\xff\xfe")),
    "a number in a cell": ("pl3", "*.xlsx", in_sheet(swapped(rb' t="s"><v>(\d+)</v>', b"><v>" + NAME + b"</v>"))),
    "a day in a cell": ("pl3", "*.xlsx", in_sheet(swapped(NUMBER, rb'<c r="\1" t="d"><v>' + NAME + b"</v>"))),
    "a truth in a cell": ("pl3", "*.xlsx", in_sheet(swapped(NUMBER, rb'<c r="\1" t="b"><v>' + NAME + b"</v>"))),
    "a cell's place": ("pl3", "*.xlsx", in_sheet(swapped(rb'<c r="B\d+"', b'<c r="' + NAME + b'"'))),
    "a shared text": ("pl3", "*.xlsx", in_sheet(swapped(rb"<v>\d+</v>", b"<v>" + NAME + b"</v>"))),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_what_a_parser_quotes_is_not_passed_on(
    what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    kind, pattern, spoil = SPOILT[what]
    write_base(kind, tmp_path)
    path = min((tmp_path / "delivery").glob(pattern))
    before = path.read_bytes()
    path.write_bytes(spoil(before))
    assert path.read_bytes() != before
    assert "name" in kinds_in(path.read_bytes())
    answer = told(tmp_path)
    assert answer["outcome"] in ("refused", "judged")
    printed = capfd.readouterr()
    assert kinds_in("\n".join([*answer["words"], caplog.text, printed.out, printed.err])) == set()
    assert answer["outcome"] == "judged" or re.search(r"\w", answer["words"][0])


def told(folder: Path) -> dict[str, object]:  # type: ignore[type-arg]
    profile = Profile.model_validate_json((folder / "profile.json").read_text(encoding="utf-8"))
    return checked(folder / "delivery", profile, folder / "run", whole=True)


def test_a_geopackage_with_names_for_numbers_and_days_names_nobody(tmp_path: Path) -> None:
    write_base("geopackage", tmp_path)
    (path,) = (tmp_path / "delivery").glob("*.gpkg")
    link = sqlite3.connect(path)
    for (trigger,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        link.execute(f'DROP TRIGGER "{trigger}"')
    (table,) = link.execute("SELECT table_name FROM gpkg_contents").fetchone()
    for column in ("namSinh", "ngayCapGCN", "dienTichPhapLy"):
        link.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = 3', (PEOPLE[1].name,))
    link.commit()
    link.close()
    answer = told(tmp_path)
    public = [
        content
        for name, content in files_of(tmp_path / "run")
        if not name.startswith(("snapshot/", "list_rows.parquet"))
    ]
    assert set().union(kinds_in("\n".join(answer["words"])), *map(kinds_in, public)) & set(STEMS) == set()


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("could not convert string to float: 'Lê'", "could not convert string to float: …"),
        ('Invalid group code "Lê" at line 12.', "Invalid group code … at line 12."),
        ("a 'Lê's' b", "a … b"),
        ("never closed: 'Lê", "never closed: …"),
        ("raw: b'At line 1, character 378: Lê'", "raw: …, line 1, character 378"),
        ("value “Lê” and «Vũ»", "value …"),
        ("SQLite: database disk image is malformed", "SQLite: database disk image is malformed"),
        ("the file doesn't say", "the file doesn't say"),
    ],
)
def test_quotes_are_taken_out_of_a_library_s_words(words: str, left: str) -> None:
    assert without_values(words) == left
