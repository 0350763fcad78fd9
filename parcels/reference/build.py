"""Makes the reference tables from the official ones. Running it again gives identical bytes.

    python -m parcels.reference.build --conversion gso_conversion_2025-07.csv \\
        --old-communes gso_communes_2025-01.csv --points communes_2025_points.csv \\
        [--cross-check conversion_2025_mit.csv] [--out DIR]

Tables: CSV, UTF-8, LF, sorted by key, dates ISO, an empty cell for what is not known. The polygons behind
the points are never read and never ship.
"""

import argparse
import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from parcels.crs import ZONES as CRS_ZONES
from parcels.reference import HERE, NAMES
from parcels.reference.conversion import (
    CHANGE_DATE,
    Conversion,
    OldCommune,
    Remark,
    convert,
    kind_of,
    read_january,
    tidy_name,
)
from parcels.reference.documents import (
    ADMINISTRATIVE_MAP_DOUBTS,
    ADMINISTRATIVE_MAP_EPSG,
    KINDS_AS_OF,
    MERIDIANS,
    PROVINCE_KINDS,
    PROVINCES_FROM,
)
from parcels.reference.land_use_list import CURRENT, CURRENT_FROM, LEGACY, ZONES
from parcels.reference.notice import notice
from parcels.text import clean_text, fold_text

JANUARY = "2025-01-01"  # the earliest date of which we hold a list of communes

Rows = list[list[str]]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [{key: clean_text(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def _bare(name: str) -> str:
    return name.removeprefix("Thành phố ").removeprefix("Tỉnh ")


def provinces(points: list[dict[str, str]]) -> bytes:
    """The 34 provinces: the kind now, since when, and the kind before where it changed."""
    kinds = {kind.code: kind for kind in PROVINCE_KINDS}
    rows: Rows = []
    for code, printed in sorted({row["province_code"]: row["province_name"] for row in points}.items()):
        name = _bare(printed)
        first = "thành phố" if printed.startswith("Thành phố ") else "tỉnh"
        changed = kinds.get(code)
        if changed and changed.before != first:
            raise ValueError(f"{printed}: printed as {first}, the documents say {changed.before}")
        kind = changed.kind if changed else first
        rows.append(
            [
                code,
                name,
                f"{kind.capitalize()} {name}",
                kind,
                changed.since if changed else PROVINCES_FROM,
                changed.since_certainty if changed else "exact",
                changed.before if changed else "",
                KINDS_AS_OF,
                PROVINCES_FROM,
                "",
                changed.source if changed else "Nghị quyết 202/2025/QH15",
            ]
        )
    return _csv(
        [
            "province_code",
            "name",
            "full_name",
            "kind",
            "kind_since",
            "kind_since_certainty",
            "kind_before",
            "kind_as_of",
            "valid_from",
            "valid_to",
            "source",
        ],
        rows,
    )


def communes(points: list[dict[str, str]], conversion: Conversion, january: dict[str, OldCommune]) -> bytes:
    """Every commune of now and of before 1 July 2025; a code is re-used, so the key is code + valid_from."""
    rows: Rows = []
    for row in points:
        code = row["commune_code"]
        name = conversion.new_names[code]
        if row["province_code"] != conversion.new_provinces[code]:
            raise ValueError(f"{code} lies in {row['province_code']} and in {conversion.new_provinces[code]}")
        if fold_text(tidy_name(row["commune_name"])) != fold_text(name):
            raise ValueError(f"{code} is {row['commune_name']} in one table and {name} in the other")
        rows.append(
            [
                code,
                CHANGE_DATE,
                "",
                name,
                kind_of(name),
                row["province_code"],
                conversion.new_old_provinces[code],
                "",
                row["lon"],
                row["lat"],
                row["area_km2"],
                "",
            ]
        )
    if {row[0] for row in rows} != set(conversion.new_names):
        raise ValueError("the points and the conversion table do not name the same communes")
    now_in = {pair.old_province_code: pair.province_code for pair in conversion.pairs}
    reached = {pair.old_code: pair for pair in conversion.pairs}
    for old in january.values():
        note = "" if old.code in reached else "merged or given another code between January and July 2025"
        rows.append(
            [
                old.code,
                JANUARY,
                CHANGE_DATE,
                old.name,
                kind_of(old.name),
                now_in[old.province_code],
                old.province_code,
                old.district,
                "",
                "",
                "",
                note,
            ]
        )
    for code, pair in reached.items():
        if code not in january:
            note = f"issued between January and July 2025; January code {pair.january_code or 'not known'}"
            rows.append(
                [
                    code,
                    JANUARY,
                    CHANGE_DATE,
                    pair.old_name,
                    kind_of(pair.old_name),
                    pair.province_code,
                    pair.old_province_code,
                    pair.district,
                    "",
                    "",
                    "",
                    note,
                ]
            )
    return _csv(
        [
            "commune_code",
            "valid_from",
            "valid_to",
            "name",
            "kind",
            "province_code",
            "old_province_code",
            "district",
            "lon",
            "lat",
            "area_km2",
            "note",
        ],
        sorted(rows),
    )


def commune_conversion(conversion: Conversion) -> bytes:
    """Old code → new code, whole or part, with what was corrected and why."""
    return _csv(
        [
            "old_code",
            "new_code",
            "extent",
            "valid_from",
            "old_name",
            "new_name",
            "old_province_code",
            "province_code",
            "district",
            "printed_old_code",
            "january_code",
            "january_name",
            "name_check",
            "reason",
        ],
        (
            [
                pair.old_code,
                pair.new_code,
                pair.extent,
                CHANGE_DATE,
                pair.old_name,
                pair.new_name,
                pair.old_province_code,
                pair.province_code,
                pair.district,
                pair.printed_code,
                pair.january_code,
                pair.january_name,
                pair.name_check,
                "; ".join(pair.reasons),
            ]
            for pair in conversion.pairs
        ),
    )


def conversion_report(remarks: list[Remark]) -> bytes:
    """Every disagreement that was met, and what was done about it."""
    return _csv(
        ["line", "subject", "code", "name", "action", "reason"],
        (
            [str(remark.line or ""), remark.subject, remark.code, remark.name, remark.action, remark.reason]
            for remark in sorted(remarks, key=lambda remark: (remark.subject, remark.line, remark.code))
        ),
    )


def cross_check(path: Path, conversion: Conversion) -> list[Remark]:
    """Pairs that only one of the two tables has. The official one stays: its differences are reported."""
    theirs = {
        (f"{int(float(row['wardCode'])):05d}", row["newWardCode"]) for row in _read(path) if row["wardCode"]
    }
    ours = {(pair.old_code, pair.new_code): pair for pair in conversion.pairs}
    return [
        Remark(
            pair.line,
            "cross-check",
            pair.old_code,
            f"{pair.old_name} → {pair.new_code}",
            "kept",
            "only in the official table",
        )
        for key, pair in ours.items()
        if key not in theirs
    ] + [
        Remark(0, "cross-check", old, f"→ {new}", "left out", "only in the second table, never taken over")
        for old, new in sorted(theirs - set(ours))
    ]


def _meridian_text(degrees: float) -> str:
    return f"{int(degrees)}°{round(degrees % 1 * 60):02d}′"


def meridians(january: dict[str, OldCommune]) -> bytes:
    """Cadastral meridian and zone of the 63 old provinces, by the new province that holds them."""
    old_codes = {fold_text(_bare(old.province)): old.province_code for old in january.values()}
    rows: Rows = []
    for entry in MERIDIANS:
        lon0 = CRS_ZONES[entry.epsg].lon0
        rows.append(
            [
                old_codes[fold_text(entry.old_province)],
                entry.old_province,
                entry.province_code,
                _meridian_text(lon0),
                f"{lon0:g}",
                str(entry.epsg),
                "",
                "",
                "secondary",
                "EPSG area of use; agrees with lists after TT 973/2001/TT-TCĐC",
            ]
        )
    return _csv(
        [
            "old_province_code",
            "old_province",
            "province_code",
            "meridian",
            "meridian_deg",
            "epsg",
            "valid_from",
            "valid_to",
            "certainty",
            "source",
        ],
        sorted(rows),
    )


def administrative_map_meridians() -> bytes:
    """TT 24/2025: meridians of provincial administrative maps. Not the cadastre's."""
    rows: Rows = []
    for code, epsg in sorted(ADMINISTRATIVE_MAP_EPSG.items()):
        lon0 = CRS_ZONES[epsg].lon0
        doubt = ADMINISTRATIVE_MAP_DOUBTS.get(code, "")
        certainty = "ambiguous" if "second copy" in doubt else "secondary"
        rows.append(
            [
                code,
                _meridian_text(lon0),
                f"{lon0:g}",
                str(epsg),
                CHANGE_DATE,
                "",
                certainty,
                "TT 24/2025/TT-BNNMT",
                doubt,
            ]
        )
    return _csv(
        [
            "province_code",
            "meridian",
            "meridian_deg",
            "epsg",
            "valid_from",
            "valid_to",
            "certainty",
            "source",
            "note",
        ],
        rows,
    )


def land_use_codes() -> bytes:
    """Land-use codes: current from 1 August 2024; legacy ones and zones of planning marked."""
    current = {use.code: use for use in CURRENT}

    def group(code: str) -> str:
        while code in current and current[code].parent:
            code = current[code].parent
        return code if code in current else ""

    rows: Rows = []
    for status, uses in (("current", CURRENT), ("legacy", LEGACY), ("zone", ZONES)):
        for use in uses:
            dates = [CURRENT_FROM, ""] if status == "current" else ["", CURRENT_FROM]
            rows.append(
                [
                    use.code,
                    use.vi,
                    use.en,
                    group(use.code if status == "current" else use.parent),
                    use.parent,
                    status,
                    *dates,
                    "recalled" if status == "current" else "secondary",
                ]
            )
    return _csv(
        ["code", "name_vi", "name_en", "group", "parent", "status", "valid_from", "valid_to", "certainty"],
        sorted(rows),
    )


def build(
    conversion_path: Path, old_communes: Path, points_path: Path, second: Path | None, out: Path
) -> dict[str, bytes]:
    """Make every table, write them and the NOTICE to `out`, return what was written by file name."""
    january = read_january(old_communes)
    conversion = convert(conversion_path, january)
    points = _read(points_path)
    remarks = conversion.remarks + (cross_check(second, conversion) if second else [])
    files = {
        "provinces.csv": provinces(points),
        "communes.csv": communes(points, conversion, january),
        "commune_conversion.csv": commune_conversion(conversion),
        "commune_conversion_report.csv": conversion_report(remarks),
        "meridians.csv": meridians(january),
        "administrative_map_meridians.csv": administrative_map_meridians(),
        "land_use_codes.csv": land_use_codes(),
    }
    if set(files) != {f"{name}.csv" for name in NAMES}:
        raise ValueError("the tables made are not the tables that parcels.reference declares")
    inputs = [path for path in (conversion_path, old_communes, points_path, second) if path]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs}
    files["NOTICE"] = notice(
        digests, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
    return files


def main(argv: Sequence[str] | None = None) -> None:
    """Command line of the script."""
    parser = argparse.ArgumentParser(prog="python -m parcels.reference.build", description=__doc__)
    parser.add_argument("--conversion", type=Path, required=True)
    parser.add_argument("--old-communes", type=Path, required=True)
    parser.add_argument("--points", type=Path, required=True)
    parser.add_argument("--cross-check", type=Path)
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args(argv)
    build(given.conversion, given.old_communes, given.points, given.cross_check, given.out)


if __name__ == "__main__":
    main()
