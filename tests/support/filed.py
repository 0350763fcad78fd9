"""Deliveries of the model as real files, brought in by the command line: every stage, from the inbox to the receipt."""

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from tests.e2e.conftest import Landsync, Told
from tests.model.deliveries import Delivery, Row
from tests.support.played import moment

EPSG = 5897  # of Hà Nội
UNIT = 0.25  # metres
CENTRE = (105.839, 21.0163)  # degrees of VN-2000; where the ids of the model lie


def write_delivery(folder: Path, delivery: Delivery) -> Path:
    """A GeoPackage as VBDLIS writes it, and what the office says about it."""
    folder.mkdir(parents=True)
    frame = gpd.GeoDataFrame(
        [_attributes(row) for row in delivery.rows], geometry=_shapes(delivery.rows), crs=EPSG
    )
    for name in ("ngayHoanThanh", "thoiDiemBatDau", "ngayCapGCN"):
        frame[name] = np.array([date(2010, 1, 1)] * len(frame), dtype="datetime64[ms]")
    if delivery.changes:
        frame["action"] = [row.action for row in delivery.rows]
    frame.to_file(folder / "thua.gpkg", layer="ThuaDat", driver="GPKG")
    said = ['province = "01"', 'commune_codes = "new"']
    if delivery.since is not None:
        said += ['kind = "changes"', f"since = {moment(delivery.since).isoformat()}"]
        said += [f"until = {moment(delivery.at).isoformat()}"]
    else:
        said += ['kind = "full"', f"extracted_at = {moment(delivery.at).isoformat()}"]
        said += [f"complete_for = {list(delivery.complete)}"]
    said += ["[[parts]]", 'file = "thua.gpkg"', f"epsg = {EPSG}", 'old_province = "Hà Nội"']
    (folder / "delivery.toml").write_text("\n".join(said) + "\n", "utf-8")
    return folder


def _attributes(row: Row) -> dict[str, object]:
    return {
        "thuaDatId": row.key,
        "phienBan": None if row.version is None else moment(row.version).isoformat(),
        "maDinhDanh": row.national_id,
        "maXa": row.commune,
        "soHieuToBanDo": "1",
        "soThuTuThua": row.number,
        "tyLeDoDac": "500",
        "loaiBanDoDiaChinh": row.mark,
        "loaiDat": row.use,
        "dienTichTheoLoaiDat": None,
        "dienTichPhapLy": None if row.land is None else row.land.width * UNIT * 50,
        "diaChi": None,
        "tenChu": row.user,
        "soDinhDanh": None,
        "namSinh": None,
        "soPhatHanhGCN": None,
    }


def _shapes(rows: tuple[Row, ...]) -> list[shapely.Geometry | None]:
    """Each parcel is fifty metres deep, where it has a shape; a refused one is a bow tie."""
    east, north = pyproj.Transformer.from_crs(4756, EPSG, always_xy=True).transform(*CENTRE)
    shapes: list[shapely.Geometry | None] = []
    for row in rows:
        if row.land is None:
            shapes.append(None)
            continue
        x0, x1 = (round(east + x * UNIT, 3) for x in (row.land.west, row.land.east))
        y0 = round(north - 60 * row.land.street, 3)
        corners = [(x0, y0), (x1, y0), (x1, y0 + 50), (x0, y0 + 50)]
        if row.refused:
            corners = [corners[0], corners[2], corners[1], corners[3]]
        shapes.append(shapely.Polygon(corners))
    return shapes


class FiledOffice:
    """The office of province 01 at its command line. `last`: the folder of its last delivery, `run`: what brought it in."""

    def __init__(self, landsync: Landsync, folder: Path) -> None:
        self.landsync, self.folder, self.count = landsync, folder, 0
        self.run, self.last = "", folder

    def write(self, delivery: Delivery) -> Path:
        """Its folder, which is `last` now."""
        self.count += 1
        self.last = write_delivery(self.folder / f"delivery{self.count}", delivery)
        return self.last

    def sync(self, delivery: Delivery) -> dict[str, list[str]]:
        """Hand it in; commune → the codes of what holds it."""
        self.write(delivery)
        more = ["--dry-run"] if delivery.dry else []
        told = self.landsync("sync", "--province", "01", self.last, *more)
        assert told.status in (0, 3), told.words
        return self._held(told)

    def _held(self, told: Told) -> dict[str, list[str]]:
        self.run = told.document["run"]
        (kept,) = self.landsync.home.rglob(f"{self.run}/load.json")
        return {
            line["code"]: [why["code"] for why in line["hold_reasons"]]
            for line in json.loads(kept.read_text(encoding="utf-8"))["communes"]
            if line["decision"] == "hold"
        }

    def approve(self, communes: tuple[str, ...]) -> dict[str, list[str]]:
        """Let communes of the last delivery pass; commune → the codes of what holds it now, for what could be asked only then."""
        chosen = [word for code in communes for word in ("--commune", code)]
        told = self.landsync("approve", self.run, *chosen, "--reason", "looked at")
        assert told.status in (0, 3), told.words
        return self._held(told)
