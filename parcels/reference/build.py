"""Makes the reference tables from the official ones. Running it again gives identical bytes.

    python -m parcels.reference.build --conversion gso_conversion_2025-07.csv \\
        --old-communes gso_communes_2025-01.csv --points communes_2025_points.csv \\
        [--cross-check conversion_2025_mit.csv] [--out DIR]

Tables: CSV, UTF-8, LF, sorted by key, dates ISO, an empty cell for what is not known. The polygons behind
the points are never read and never ship.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

from parcels.reference import HERE, NAMES
from parcels.reference.admin_tables import (
    commune_conversion,
    communes,
    conversion_report,
    cross_check,
    provinces,
)
from parcels.reference.code_tables import administrative_map_meridians, land_use_codes, meridians
from parcels.reference.conversion import convert, read_january
from parcels.reference.notice import notice
from parcels.reference.tabular import read_rows


def build(
    conversion_path: Path, old_communes: Path, points_path: Path, second: Path | None, out: Path
) -> dict[str, bytes]:
    """Make every table, write them and the NOTICE to `out`, return what was written by file name."""
    january = read_january(old_communes)
    conversion = convert(conversion_path, january)
    points = read_rows(points_path)
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
