"""The deliveries that `whole.py` measures: one of the generator, and what comes after it: the same later, with changes, changes alone."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pyogrio

PROVINCE = "08"
COMMUNES = 67


def generated(kept: Path, parcels: int) -> Path:
    """A delivery of so many parcels, from an earlier measurement where there is one."""
    folder = kept / f"nation{parcels}"
    if not (folder / PROVINCE / "delivery.toml").is_file():
        subprocess.run(
            [str(Path(sys.executable).parent / "landsync"), "generate", "--out", str(folder), "--parcels", str(parcels),
             "--provinces", PROVINCE, "--communes-per-province", str(COMMUNES)],
            check=True
        )  # fmt: skip
    return folder / PROVINCE


def later(delivery: Path, where: Path, hours: int) -> Path:
    """The same content, extracted later: other bytes."""
    shutil.copytree(delivery, where)
    said = (where / "delivery.toml").read_text(encoding="utf-8")
    at = next(line for line in said.splitlines() if line.startswith("extracted_at"))
    moment = _moment(said) + timedelta(hours=hours)
    (where / "delivery.toml").write_text(
        said.replace(at, f"extracted_at = {moment.isoformat()}"), encoding="utf-8"
    )
    return where


def changed(delivery: Path, where: Path, hours: int, every_commune: int) -> Path:
    """One row in a hundred with another address, in one commune of `every_commune`."""
    later(delivery, where, hours)
    for file in where.glob("*.gpkg"):
        with closing(sqlite3.connect(file)) as link:
            link.create_function(
                "ST_IsEmpty", 1, lambda _: 0
            )  # what the file's own triggers ask of geometries, which stay
            for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                link.create_function(name, 1, lambda _: 0)
            [(layer,)] = link.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
            ).fetchall()
            codes = [code for (code,) in link.execute(f'SELECT DISTINCT maXa FROM "{layer}" ORDER BY 1')]
            chosen = ", ".join(f"'{code}'" for code in codes[::every_commune])
            link.execute(
                f"UPDATE \"{layer}\" SET diaChi = coalesce(diaChi, '') || ' (sửa)' WHERE fid % 100 = 7 AND maXa IN ({chosen})"
            )
            link.commit()
    return where


def change_set(delivery: Path, where: Path, hours: int) -> Path | None:
    """One row in a thousand, in all communes, with another address: as a change set of the hours since the delivery.

    None where its files are no GeoPackages.
    """
    if {file.suffix for file in delivery.iterdir()} != {".gpkg", ".toml"}:
        return None
    later(delivery, where, hours)
    for file in where.glob("*.gpkg"):
        layer = str(pyogrio.list_layers(file)[0][0])
        frame = pyogrio.read_dataframe(file, where="fid % 1000 = 11")
        named = {name.lower(): name for name in frame}
        frame[named["diachi"]] = "Thôn Mới"
        frame[named["phienban"]] = "2"
        frame["action"] = "update"
        file.unlink()
        pyogrio.write_dataframe(frame, file, layer=layer, driver="GPKG", promote_to_multi=False)
    before = _moment((delivery / "delivery.toml").read_text(encoding="utf-8"))
    said = (where / "delivery.toml").read_text(encoding="utf-8")
    until = _moment(said)
    head, _, parts = said.partition("[[parts]]")
    kept = [line for line in head.splitlines() if line.startswith(("province", "commune_codes"))]
    kept += ['kind = "changes"', f"since = {before.isoformat()}", f"until = {until.isoformat()}", ""]
    (where / "delivery.toml").write_text("\n".join(kept) + "[[parts]]" + parts, encoding="utf-8")
    return where


def _moment(said: str) -> datetime:
    """When it was extracted, as delivery.toml says it."""
    at = next(line for line in said.splitlines() if line.startswith("extracted_at"))
    return datetime.fromisoformat(at.split("=")[1].strip())
