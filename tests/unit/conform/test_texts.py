"""Old encodings through the whole intake: shapefile bytes, misread GeoPackages, declarations, what is kept and told."""

import html
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
import pytest

from parcels.encodings import encode_text
from parcels.encodings.codecs import western
from parcels.encodings.column import TextColumn
from parcels.encodings.evidence import READINGS, Vocabulary
from parcels.errors import DeliveryRejected
from sync.check import check
from sync.conform import conform
from sync.conform.kept import KEPT_TYPE
from sync.declared.profile import Profile
from sync.folder.conform import Conformed, TextRead
from sync.folder.snapshot import part_paths, read_part
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.writing import report
from tests.support.strip import profile_of, strip

Write = Callable[..., Path]
NAMES = ("Nguyễn Văn Thử", "Trần Thị Giả", "Hồ Đức Mẫu", "Phạm Hữu Ổi", "Võ Thị Sấu", "Đỗ Quýt")


def frame_of(names: list[str]) -> gpd.GeoDataFrame:
    frame = strip(len(names))
    frame["tenChu"] = names
    return frame


def misread(encoding: str, names: tuple[str, ...] = NAMES) -> list[str]:
    return [western(encode_text(name, encoding)) for name in names]


def dbf(shapefile: Write, encoding: str, cpg: str | None) -> Path:
    """A shapefile whose table holds the bytes of an encoding."""
    raw = frame_of([encode_text(name, encoding) for name in NAMES])
    path = shapefile(raw, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


def snapshot(path: Path, profile: Profile, folder: Path) -> pa.Table:
    fetch(path, profile, folder)
    conform(folder, profile)
    return pa.concat_tables([read_part(part) for part in part_paths(folder).values()]).sort_by("row_no")


def texts(folder: Path) -> dict[str, TextRead]:
    (part,) = Conformed.load(folder).parts
    return {entry.column: entry for entry in part.texts}


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI", "VPS", "VISCII", "CP1258", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "ISO-8859-1", "1252"])
def test_a_shapefile_of_bytes_is_read_in_the_encoding_that_its_words_show(
    shapefile: Write, profile: Profile, tmp_path: Path, encoding: str, cpg: str | None
) -> None:
    table = snapshot(dbf(shapefile, encoding, cpg), profile, tmp_path / "run")
    said = table["land_user_name"].to_pylist()
    assert [name.lower() for name in said] == [name.lower() for name in NAMES]
    entry = texts(tmp_path / "run")["tenChu"]
    assert (entry.encoding, entry.how) == (encoding, "found")
    assert entry.probability is not None
    assert entry.probability >= 0.99
    assert entry.converted == (0 if encoding == "UTF-8" else 6)


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI", "VPS", "VISCII", "CP1258"])
def test_a_geopackage_that_was_misread_elsewhere_is_converted_and_the_raw_text_kept(
    gpkg: Write, profile: Profile, tmp_path: Path, encoding: str
) -> None:
    delivered = misread(encoding)
    table = snapshot(gpkg(frame_of(delivered)), profile, tmp_path / "run")
    assert [name.lower() for name in table["land_user_name"].to_pylist()] == [name.lower() for name in NAMES]
    assert table["raw_text"].type == KEPT_TYPE
    assert [dict(raw) for raw in table["raw_text"].to_pylist()] == [{"tenChu": name} for name in delivered]


def test_rows_that_did_not_change_keep_no_raw_text(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    names = [*misread("TCVN3"), "An Ba", None]
    table = snapshot(gpkg(frame_of(names)), profile, tmp_path / "run")
    assert table["raw_text"].is_null().to_pylist() == [False] * 6 + [True] * 2


def test_raw_text_holds_every_changed_column_of_a_row(gpkg: Write, tmp_path: Path) -> None:
    frame = frame_of(misread("VNI"))
    frame["diaChi"] = misread("VNI", tuple(f"Thôn Phước Lộc {n}, đường số {n}" for n in range(6)))
    frame.loc[2, "diaChi"] = "An Ba"
    columns = {**profile_of().columns, "address": "diaChi"}
    table = snapshot(gpkg(frame), profile_of(columns=columns), tmp_path / "run")
    raw = [dict(row) for row in table["raw_text"].to_pylist()]
    assert [sorted(row) for row in raw] == [["diaChi", "tenChu"]] * 2 + [["tenChu"]] + [
        ["diaChi", "tenChu"]
    ] * 3
    assert raw[0]["diaChi"] == frame.loc[0, "diaChi"]
    assert table["address"].to_pylist()[0] == "Thôn Phước Lộc 0, đường số 0"


def test_unicode_is_delivered_as_it_is_and_nothing_is_told(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    names = ["Nguyễn Thử", "François Besançon", "Núñez 30 m²", "Xã Hòa Bình", "Müller §3", "LÔ Â"]
    table = snapshot(gpkg(frame_of(names)), profile, tmp_path / "run")
    assert table["land_user_name"].to_pylist() == names
    assert table["raw_text"].null_count == len(names)
    assert texts(tmp_path / "run") == {}


def declare(folder: Path, source: Path, encoding: str) -> Path:
    """A delivery of one file with its encoding declared."""
    folder.mkdir()
    for file in source.parent.glob(source.stem + ".*"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "delivery.toml").write_text(
        f'province = "08"\n[[parts]]\nfile = "{source.name}"\nepsg = 9209\nencoding = "{encoding}"\n',
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI", "VPS", "VISCII", "CP1258"])
def test_a_declared_encoding_is_used(
    shapefile: Write, profile: Profile, tmp_path: Path, encoding: str
) -> None:
    folder = declare(tmp_path / "goi", dbf(shapefile, encoding, None), encoding)
    table = snapshot(folder, profile, tmp_path / "run")
    assert [name.lower() for name in table["land_user_name"].to_pylist()] == [name.lower() for name in NAMES]


@pytest.mark.parametrize(("declared", "really"), [("TCVN3", "VNI"), ("VNI", "TCVN3"), ("VPS", "TCVN3")])
def test_a_declaration_that_the_data_contradict_is_refused_with_a_sentence(
    shapefile: Write, profile: Profile, tmp_path: Path, declared: str, really: str
) -> None:
    folder = declare(tmp_path / "goi", dbf(shapefile, really, None), declared)
    with pytest.raises(DeliveryRejected) as caught:
        snapshot(folder, profile, tmp_path / "run")
    assert caught.value.code == "DLV-ENCODING"
    assert all(word in caught.value.message.vi for word in (declared, really, "tenChu"))
    assert not any(name.split()[0] in caught.value.message.en for name in NAMES)


def test_unicode_declared_as_an_old_encoding_is_refused(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    folder = declare(tmp_path / "goi", gpkg(frame_of(list(NAMES))), "TCVN3")
    with pytest.raises(DeliveryRejected) as caught:
        snapshot(folder, profile, tmp_path / "run")
    assert caught.value.code == "DLV-ENCODING"


def test_an_unknown_declaration_is_refused_in_any_format(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    folder = declare(tmp_path / "goi", gpkg(frame_of(list(NAMES))), "TCVN5712-1")
    with pytest.raises(DeliveryRejected) as caught:
        snapshot(folder, profile, tmp_path / "run")
    assert caught.value.code == "DLV-ENCODING-UNKNOWN"
    assert "TCVN3" in caught.value.hint.vi


def test_names_of_fields_are_read_from_bytes_too(shapefile: Write, tmp_path: Path) -> None:
    frame = frame_of([encode_text(name, "UTF-8") for name in NAMES]).rename(
        columns={"tenChu": encode_text("tênChủ", "UTF-8")}
    )
    path = shapefile(frame, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    columns = {**profile_of().columns, "land_user_name": "tênChủ"}
    table = snapshot(path, profile_of(columns=columns), tmp_path / "run")
    assert table["land_user_name"].to_pylist() == list(NAMES)


def test_the_report_tells_of_columns_and_counts_and_of_no_value(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    delivered = [*misread("TCVN3"), "Nguy?n V?n Lạc", *NAMES]
    folder = tmp_path / "run"
    fetch(gpkg(frame_of(delivered)), profile, folder)
    conform(folder, profile)
    check(folder, profile)
    gate(folder)
    report(folder)
    page = html.unescape((folder / "report" / "report.html").read_text(encoding="utf-8"))
    assert "TCVN3" in page
    assert "tenChu" in page
    for name in (*NAMES, *delivered):
        assert name not in page
        assert name not in (folder / Conformed.FILE).read_text(encoding="utf-8")


@pytest.mark.shared_data
@pytest.mark.parametrize("pattern", ["cadastre/**/*.gpkg", "cases/**/*.gpkg"])
def test_no_text_of_another_country_is_converted(shared_data: Path, pattern: str) -> None:
    """French, German, Māori, English: every text column of every layer as it stands."""
    words, looked_at = Vocabulary("cp1252"), 0
    for path in sorted(shared_data.glob(pattern)):
        for layer, _ in pyogrio.list_layers(path):
            _, table = pyogrio.read_arrow(path, layer=layer, read_geometry=False, max_features=20_000)
            for name in table.column_names:
                values = table[name].combine_chunks()
                if pa.types.is_string(values.type):
                    column = TextColumn(words)
                    column.observe(values)
                    column.decide(frozenset())
                    assert [READINGS[number] for number in column.decided] == [], (
                        f"{path.name} {layer} {name}"
                    )
                    looked_at += 1
    assert looked_at or "cases" in pattern
