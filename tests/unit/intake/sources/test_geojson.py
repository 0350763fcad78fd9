"""GeoJSON and its sequences: whole or refused, digits and zeros kept, a CRS only where the file states one."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.intake.sources.json_scan import scan_json
from tests.support.formats.reading import layers_of, read_all, refusal

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def feature(**properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": SQUARE}


def document(*features: dict[str, Any], **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", **more, "features": features})


def lines(*features: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in features)


ROWS = [feature(key=f"00{i}", said='a "quoted\\" [text] {', n=i) for i in range(40)]
TEXTS = {"t.geojson": document(*ROWS), "t.json": document(*ROWS), "t.geojsonl": lines(*ROWS)}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_whole_file_is_read_and_any_cut_of_it_is_refused(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / name, TEXTS[name].encode()
    path.write_bytes(content)
    assert read_all(path)["key"].to_pylist() == [row["properties"]["key"] for row in ROWS]
    ends_a_line = {i + step for i, byte in enumerate(content) if byte == ord("\n") for step in (0, 1)}
    for size in range(0, len(content), 37):
        if name.endswith("l") and size in ends_a_line:
            continue
        path.write_bytes(content[:size])
        assert refusal(path).code in {"DLV-TRUNCATED", "DLV-EMPTY-FILE", "DLV-NOT-THIS-FORMAT"}, size


@pytest.mark.parametrize("name", ["t.geojson", "t.geojsonl"])
def test_integers_beside_null_keep_every_digit_and_text_its_zeros_and_dates(
    tmp_path: Path, name: str
) -> None:
    rows = [feature(n=2**53 + 1, t="007", d="2026-11-20", y="1998"), feature(n=None, t="08", d=None, y=None)]
    (tmp_path / name).write_text(document(*rows) if name == "t.geojson" else lines(*rows))
    read = read_all(tmp_path / name)
    assert read["n"].to_pylist() == [2**53 + 1, None]
    assert read["t"].to_pylist() == ["007", "08"]
    assert [value and str(value) for value in read["d"].to_pylist()] == ["2026-11-20", None]
    assert read["y"].to_pylist() == ["1998", None]


def test_numbers_beside_text_become_text_as_written(tmp_path: Path) -> None:
    (tmp_path / "t.geojson").write_text(document(feature(n=12), feature(n="007"), feature(n="12.0")))
    assert read_all(tmp_path / "t.geojson")["n"].to_pylist() == ["12", "007", "12.0"]


@pytest.mark.parametrize(
    ("more", "stated"),
    [
        ({}, None),
        ({"crs": None}, None),
        (
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5899"}}},
            "urn:ogc:def:crs:EPSG::5899",
        ),
        ({"crs": {"type": "link", "properties": {"href": "http://x"}}}, "crs {'type': 'link'"),
        ({"metadata": {"crs": {"type": "name", "properties": {"name": "EPSG:1"}}}}, None),
    ],
)
def test_only_what_the_document_itself_states_is_its_crs(
    tmp_path: Path, more: dict[str, Any], stated: str | None
) -> None:
    (tmp_path / "t.geojson").write_text(document(feature(a=1), **more))
    (layer,) = layers_of(tmp_path / "t.geojson")
    assert layer.crs == stated or (stated and str(layer.crs).startswith(stated))


def test_lists_beside_the_features_are_no_features(tmp_path: Path) -> None:
    more = {"links": [{"rel": "self"}, {"rel": "next"}], "bbox": [0, 0, 1, 1]}
    (tmp_path / "t.geojson").write_text(document(feature(a=[{"b": {}}]), feature(a=[]), **more))
    assert read_all(tmp_path / "t.geojson").num_rows == 2


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\x1e"])
def test_sequences_with_any_separator_are_read(tmp_path: Path, separator: str) -> None:
    start = "\x1e" if "\x1e" in separator else ""
    (tmp_path / "t.geojsons").write_bytes((start + separator.join(map(json.dumps, ROWS))).encode())
    assert read_all(tmp_path / "t.geojsons").num_rows == len(ROWS)


def test_a_sequence_of_one_record_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.ndjson").write_text(lines(ROWS[0]))
    assert read_all(tmp_path / "t.ndjson").num_rows == 1


@pytest.mark.parametrize(
    "broken",
    [
        '{"type": "Feature", "properties": {"a": nul}, "geometry": null}',
        '{"type": "Feature", "properties": {"a": "x", "b"", "c": 1}, "geometry": null}',
        '{"type": "Feature", "properties": {"a": 1 "b": 2}, "geometry": null}',
        "null",
        "\0" * 200,
        "xyz",
        "[1, 2]",
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_record_that_gdal_skips_is_noticed(tmp_path: Path, broken: str, last: bool) -> None:
    rest = "" if last else lines(ROWS[3])
    (tmp_path / "t.ndjson").write_text(lines(*ROWS[:2]) + broken + "\n" + rest)
    refused = refusal(tmp_path / "t.ndjson")
    assert refused.code == ("DLV-TRUNCATED" if broken.count('"') % 2 else "DLV-CORRUPT")


def test_the_record_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.ndjson").write_text(lines(*ROWS[:2]) + '{"type": "Feature", "a": nul}\n')
    assert "record 3" in refusal(tmp_path / "t.ndjson").message.en


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector read /etc/passwd"}',
        '{"type": "FeatureCollection", "type": "gdal_streamed_alg", "command_line": "x", "features": []}',
        '{"name": "package", "version": "1"}',
        "[1, 2]",
        "<OGRVRTDataSource/>",
    ],
)
def test_other_json_and_gdal_s_own_programs_are_never_opened(tmp_path: Path, text: str) -> None:
    for name in ("t.json", "t.geojson", "t.geojsonl"):
        (tmp_path / name).write_text(text)
        assert refusal(tmp_path / name).code == "DLV-NOT-THIS-FORMAT"


def test_blocks_of_any_size_count_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.geojson"
    path.write_text(document(*ROWS, crs={"type": "name", "properties": {"name": "EPSG:5899"}}))
    whole = scan_json(path)
    assert (whole.texts, whole.features) == (1, len(ROWS))
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr("sync.intake.sources.json_scan._BLOCK", size)
        assert scan_json(path) == whole, size


@pytest.mark.shared_data
def test_the_known_half_file_is_refused(shared_data: Path) -> None:
    (path,) = (shared_data / "cases" / "truncated").glob("*.geojson")
    assert refusal(path).code == "DLV-CORRUPT"  # its brackets close, but a comma waits for a feature
