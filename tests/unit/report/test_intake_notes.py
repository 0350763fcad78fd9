"""What reading showed and no check says of a parcel stands in the report, in both languages."""

from pathlib import Path

import pytest

from sync.folder.conform import CodesConverted, CodesRead, Conformed, ListRead, ListRowRead, PartRead
from sync.folder.notes import LayerNotes
from sync.report.intake import intake_notes
from tests.support.formats.reading import layers_of
from tests.unit.intake.sources.test_drawings import KINDS, sheet, square


def part(file: str, notes: LayerNotes, assumed: tuple[str, ...] = ()) -> PartRead:
    return PartRead(
        part_no=0,
        file=file,
        layer="thua",
        columns={},
        columns_not_mapped=(),
        values_not_readable={},
        texts=(),
        notes=notes,
        archive=None,
        epsg=9209,
        crs_of_file=None,
        crs="none",
        encoding="UTF-8",
        old_province=None,
        read=2,
        deleted_in_file=0,
        assumed=assumed,
        commune_codes=CodesRead(codes="new", shown_by="same", unclear=(), rows={}),
        communes={"00691": 2},
    )


def conformed(*parts: PartRead, lists: tuple[ListRead, ...] = ()) -> Conformed:
    return Conformed(
        snapshot_sha256="0" * 64,
        read=2 * len(parts),
        communes={"00691": 2 * len(parts)},
        parts=parts,
        lists=lists,
        files_not_read=(),
        old_codes={},
        version_kind=None,
        conversion=CodesConverted(boundaries=(), sheet_table=None, sheet_table_against_the_official_table=0),
        crs={},
        holds={},
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_loose_lines_and_stray_labels_of_a_drawing_are_told_with_a_place(kind: str, tmp_path: Path) -> None:
    lines = [square(0, 0, 10), square(20, 0, 10), [(5.0, -1.0), (5.0, 5.0)]]
    texts = [("13", "1", 2.0, 2.0), ("13", "2", 8.0, 2.0), ("13", "9", 50.0, 5.0)]
    (layer,) = layers_of(sheet(kind, tmp_path, lines, texts))
    told = intake_notes(conformed(part("00691-12", LayerNotes.model_validate(layer.notes))))
    assert {file for file, _ in told} == {"00691-12"}
    english = " ".join(said.en for _, said in told)
    assert "2 boundary lines with a loose end, for example at (400005.0" in english
    assert "1 closed areas without a parcel number" in english
    assert "1 labels of parcel number lie in no parcel, for example at (400050.0, 2328005.0)" in english
    assert "1 parcels with several different labels of parcel number" in english
    assert all(said.vi and said.vi != said.en for _, said in told)


def test_a_drawing_in_which_everything_fits_says_nothing(tmp_path: Path) -> None:
    (layer,) = layers_of(sheet("dxf", tmp_path, [square(0, 0, 10)], [("13", "1", 2.0, 2.0)]))
    assert intake_notes(conformed(part("a", LayerNotes.model_validate(layer.notes)))) == []


def test_assumed_names_are_said_once_for_a_delivery_of_many_sheets() -> None:
    parts = [part(f"{k}", LayerNotes(), ("address",)) for k in range(3)]
    ((file, said),) = intake_notes(conformed(*parts))
    assert file == "0"
    assert "address" in said.en


def test_a_list_says_how_many_rows_found_their_parcel() -> None:
    one = ListRead(
        part_no=1,
        file="pl3.xlsx",
        layer="PL3",
        columns={},
        columns_not_mapped=(),
        values_not_readable={},
        texts=(),
        notes=LayerNotes(),
        on=("commune_code", "sheet_no", "parcel_no"),
        rows=9,
        matched=3,
        by_national_id=1,
        parcels=5,
        beside={"footer": 2},
        unmatched={"other_number": 2},
        examples=(
            ListRowRead(
                row=12,
                why="other_number",
                commune_code="00691",
                sheet_no="2",
                parcel_no=None,
                national_id="w7er83vtcr9d",
                of_commune_code="00691",
                of_sheet_no="7",
                of_parcel_no="1",
            ),
        ),
        without_geometry=0,
        without_key=0,
        repeated=1,
        differing={"land_use": 3},
    )
    notes = LayerNotes(formulas_without_values=("Mã xã (B2:B9)",), merged_ranges=("C2:C9",), merged_count=1)
    hidden = LayerNotes(hidden_rows=("4:6",), hidden_columns=("D:D",), hidden_sheets=("Cũ!A1:C9",))
    said = [note for _, note in intake_notes(conformed(lists=(one,)))]
    assert "9 rows: 4 match 5 parcels (1 lack" in said[0].en
    assert "2 have no parcel on the map; 1 repeat" in said[0].en
    assert "12 (00691/2/? → 00691/7/1)" in said[1].vi
    assert "2 footers" in said[2].en
    assert "land_use (3)" in said[3].vi
    sheets = [one.model_copy(update={"notes": note}) for note in (notes, hidden)]
    texts = " ".join(note.en for _, note in intake_notes(conformed(lists=tuple(sheets))))
    assert all(said in texts for said in ("Mã xã (B2:B9)", "C2:C9", "rows 4:6", "Hidden columns", "Cũ!A1:C9"))
