"""Shapes that GEOS or Python would not bear, in a file, through `landsync check` as a person runs it."""

import csv
import json
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from sync.folder.judgement import FINDINGS
from sync.report.explain.judged import PARCELS
from tests.support.strip import strip

PROFILE = """
province = "08"
system = "vbdlis"
[columns]
source_key = "ma"
commune_code = "xa"
sheet_no = "to"
parcel_no = "thua"
[read.csv]
geometry = "hinh"
[[parts]]
epsg = 9209
"""


def check(path: Path, out: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """`landsync check` in a process of its own, with less memory than the shapes once took: status, JSON, words."""
    limited = f'ulimit -v {3 << 20}; exec {Path(sys.executable).parent / "landsync"} "$@"'
    done = subprocess.run(
        ["bash", "-c", limited, "-", "check", str(path), "--out", str(out), "--json", *arguments],
        capture_output=True, text=True, timeout=280, check=False, env=os.environ | {"LANDSYNC_LANG": "en"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def refused(out: Path) -> dict[int, list[tuple[str, str | None]]]:
    """Quarantined row → what its shape is accused of."""
    findings = pq.read_table(out / FINDINGS).select(["row_no", "check_code", "detail"]).to_pylist()
    rows = pq.read_table(out / PARCELS).to_pylist()
    return {
        row["row_no"]: [
            (each["check_code"], each["detail"])
            for each in findings
            if each["row_no"] == row["row_no"] and each["check_code"].startswith("GEO-")
        ]
        for row in rows
        if row["decision"] == "quarantine"
    }


REPORTED = {
    "01-triangle-of-one-point": ("", "08", 3, ("GEO-ZERO-AREA", None)),
    "03-second-part-of-one-point": ("", "08", 3, ("GEO-INVALID", "Too few points in geometry component")),
    "30-degenerate-rings": ("infinite_coordinate.fgb", "04", 12, ("GEO-INVALID", "Invalid Coordinate")),
}


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "case"), REPORTED.items(), ids=REPORTED)
def test_reported_shapes_are_the_fault_of_their_row(
    name: str, case: tuple[str, str, int, tuple[str, str | None]], shared_data: Path, tmp_path: Path
) -> None:
    file, province, rows, fault = case
    status, told, _ = check(shared_data / "reports" / name / file, tmp_path, "--province", province)
    assert status == 0
    (only,) = refused(tmp_path).values()
    assert only == [fault]
    assert told["read"] == rows
    assert told["accepted"] == rows - 1


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("empty_part_one.geojson", ("GEO-INVALID", "Hollow Ring")),
        ("short_hole_aaaa.geojson", ("GEO-INVALID", "Too few points in geometry component")),
    ],
)
def test_reported_rings_are_the_fault_of_their_row(
    file: str, fault: tuple[str, str], shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "reports" / "30-degenerate-rings"
    _, told, _ = check(folder / file, tmp_path, "--province", "51", "--profile", str(folder / "mini51.toml"))
    assert refused(tmp_path) == {0: [fault]}
    assert (told["read"], told["quarantined"]) == (2, 1)


def delivery(folder: Path, shapes: list[str]) -> Path:
    """A CSV of three sound parcels and then these shapes, and the profile beside it."""
    (folder / "profile.toml").write_text(PROFILE, encoding="utf-8")
    sound = strip(3)
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["ma", "xa", "to", "thua", "hinh"])
        for number, shape in enumerate([*(each.wkt for each in sound.geometry), *shapes], start=1):
            out.writerow([f"K{number}", sound["maXa"][0], "1", number, shape])
    return folder / "t.csv"


def triangle_again_and_again() -> str:
    west, south, _, _ = strip(1).geometry[0].bounds
    corners = np.add([(0, 0), (90, 0), (45, 80)], (west, south + 500))
    return str(shapely.Polygon(np.tile(corners, (10_000, 1))).wkb_hex)


def nested(depth: int) -> str:
    return struct.pack("<BII", 1, 7, 1).hex() * depth + struct.pack("<BIdd", 1, 1, 1.0, 2.0).hex()


HOSTILE = {
    "the same triangle 10,000 times": (triangle_again_and_again, ("GEO-COMPLEX", "edges")),
    "WKT of collections 2,000 deep": (
        lambda: "GEOMETRYCOLLECTION (" * 2_000 + "POINT (1 2)" + ")" * 2_000, ("GEO-TYPE", "GeometryCollection"),
    ),
    "WKT of collections 30,000 deep": (
        lambda: "GEOMETRYCOLLECTION (" * 30_000 + "POINT (1 2)" + ")" * 30_000, ("GEO-TYPE", "GeometryCollection"),
    ),
    "WKB of collections 30,000 deep": (lambda: nested(30_000), ("GEO-TYPE", "GeometryCollection")),
    "a text of 30 MB": (
        lambda: "POLYGON ((" + "445000.123456 2528000.123456, " * 1_000_000 + "0 0))", ("GEO-COMPLEX", "vertices"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "fault"), HOSTILE.values(), ids=HOSTILE)
def test_a_shape_made_to_hurt_is_the_fault_of_its_row(
    make: Any, fault: tuple[str, str], tmp_path: Path
) -> None:
    path = delivery(tmp_path, [make()])
    _, told, _ = check(
        path, tmp_path / "out", "--province", "08", "--profile", str(tmp_path / "profile.toml")
    )
    assert refused(tmp_path / "out") == {3: [fault]}
    assert (told["read"], told["quarantined"]) == (4, 1)


@pytest.mark.shared_data
def test_the_917_shapes_of_jts_are_one_delivery(shared_data: Path, tmp_path: Path) -> None:
    shapes = []
    for path in sorted((shared_data / "cases" / "jts_validity").rglob("*.xml")):
        for case in ET.fromstring(path.read_bytes()).iter("case"):
            for operation in case.iter("op"):
                if operation.get("name") == "isValid":
                    given = case.find(str(operation.get("arg1", "A")).lower())
                    assert given is not None
                    shapes.append(re.sub(r"\s+", " ", given.text or "").strip())
    assert len(shapes) == 917
    path = delivery(tmp_path, shapes)
    _, told, _ = check(
        path, tmp_path / "out", "--province", "08", "--profile", str(tmp_path / "profile.toml")
    )
    assert told["read"] == 920
    codes = Counter(code for faults in refused(tmp_path / "out").values() for code, _ in faults)
    assert {code: n for code, n in codes.items() if code in ("GEO-TYPE", "GEO-EMPTY", "GEO-COMPLEX")}
    assert codes["GEO-INVALID"] > 100
