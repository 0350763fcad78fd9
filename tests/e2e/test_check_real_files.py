"""Files as offices really send them, through `landsync check`: names, numbers, tails, codes, label points, arcs."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sync.cli.app import app

pytestmark = pytest.mark.shared_data
PROFILE = """
province = "00"
system = "kadaster"
foreign = true
[columns]
source_key = "id"
[constants]
commune_code = "NL01"
[[parts]]
epsg = 28992
[not_applicable]
IDN-COMMUNE-UNKNOWN = "the Netherlands"
IDN-COMMUNE-PROVINCE = "the Netherlands"
IDN-COMMUNE-EXPIRED = "the Netherlands"
IDN-NATIONAL-MISSING = "the Netherlands"
IDN-SHEET-MISSING = "the Netherlands"
"""


@pytest.fixture
def reports(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSYNC_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    return shared_data / "reports"


def check(path: Path, out: Path, *more: str, province: str = "08") -> tuple[int, dict[str, object], str]:
    """Exit status, summary and what was said."""
    result = CliRunner().invoke(
        app, ["check", str(path), "--province", province, "--out", str(out), "--json", *more]
    )
    return result.exit_code, json.loads(result.stdout) if result.exit_code in (0, 3) else {}, result.output


@pytest.mark.parametrize(
    "case",
    [
        "05-dbf-decimal-comma",  # the registered areas are those of the polygons: cut, they would be findings
        "08-name-nfd",
        "10-shapefile-mixed-case",
        "15-gpkg-undefined-crs",
        "18-commune-text-691",
    ],
)
def test_what_can_be_read_is_read_as_it_says(reports: Path, tmp_path: Path, case: str) -> None:
    status, said, output = check(reports / case, tmp_path / "out")
    assert status == 0, output
    assert (said["read"], said["accepted"], said["quarantined"], said["findings"]) == (6, 6, 0, {})
    parcels = pq.read_table(tmp_path / "out" / "judgement" / "parcels.parquet")
    assert set(parcels["dataset"].to_pylist()) == {"00691"}


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("06-dbf-zero-tail", "DLV-DBF-ROWS", "record 5"),
        ("20-geojson-key-twice", "DLV-JSON-KEY-TWICE", "“maXa”"),
    ],
)
def test_what_is_damaged_is_refused_with_its_place(
    reports: Path, tmp_path: Path, case: str, code: str, words: str
) -> None:
    status, _, output = check(reports / case, tmp_path / "out")
    assert status == 4
    assert code in output
    assert words in output


def gml(reports: Path, tmp_path: Path, name: str) -> dict[str, str]:
    """The decision about each parcel of a file of `31-gml-geometry`, and the check that quarantined it."""
    folder = tmp_path / name
    folder.mkdir()
    shutil.copy(reports / "31-gml-geometry" / f"{name}.gml", folder / "p.gml")
    (tmp_path / "nl.toml").write_text(PROFILE, encoding="utf-8")
    status, _, output = check(
        folder, tmp_path / f"{name}-out", "--profile", str(tmp_path / "nl.toml"), province="00"
    )
    assert status in (0, 3), output
    judged = tmp_path / f"{name}-out" / "judgement"
    parcels = pq.read_table(judged / "parcels.parquet", columns=["row_no", "source_key", "decision"])
    found = pq.read_table(judged / "findings.parquet", columns=["row_no", "check_code", "quarantines"])
    why = {line["row_no"]: line["check_code"] for line in found.to_pylist() if line["quarantines"]}
    return {line["source_key"]: why.get(line["row_no"], "passes") for line in parcels.to_pylist()}


def test_a_label_point_before_or_after_gives_the_same_parcel(reports: Path, tmp_path: Path) -> None:
    first, last, plain = (
        gml(reports, tmp_path, name) for name in ("label_first", "label_last", "arcs_plain")
    )
    assert first == last == plain == {"A": "passes"}


def test_only_the_feature_with_an_arc_cannot_be_read(reports: Path, tmp_path: Path) -> None:
    assert gml(reports, tmp_path, "arcs") == {"A": "passes", "B": "GEO-TYPE"}


def test_a_gap_is_between_the_parcels_beside_it(reports: Path, tmp_path: Path) -> None:
    """A third parcel touches its tip in one point."""
    file = reports / "32-gap-touched-at-a-point" / "gapcase_25.gpkg"
    status, said, output = check(file, tmp_path / "out", province="25")
    assert status == 0, output
    assert (said["read"], said["accepted"], said["findings"]) == (3, 3, {"TOP-GAP": 1})
    (found,) = pq.read_table(tmp_path / "out" / "judgement" / "findings.parquet").to_pylist()
    assert (found["row_no"], found["other_rows"]) == (0, [1])
