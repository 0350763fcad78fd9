"""Deliveries as files, for tests that run whole commands: generated, then changed the way offices change them."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pyogrio

PROVINCE = "08"  # delivers GeoPackages, in two zones
FIRST = datetime.fromisoformat("2026-11-20T22:00:00+07:00")


def copy_of(delivery: Path, name: str, hours: int = 1) -> Path:
    """The same delivery under another name, extracted some hours after the first."""
    folder = delivery.parent / name
    shutil.copytree(delivery, folder)
    said = (folder / "delivery.toml").read_text(encoding="utf-8")
    later = (FIRST + timedelta(hours=hours)).isoformat()
    (folder / "delivery.toml").write_text(
        re.sub(r"extracted_at = .*", f"extracted_at = {later}", said), encoding="utf-8"
    )
    return folder


def rewrite(delivery: Path, file: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Rewrite one GeoPackage of a delivery after `change`."""
    path = delivery / file
    layer = str(pyogrio.list_layers(path)[0][0])
    frame = change(pyogrio.read_dataframe(path))
    path.unlink()
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", promote_to_multi=False)


def undeclare(delivery: Path) -> None:
    """Say nothing of completeness."""
    path = delivery / "delivery.toml"
    said = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"complete_for = \[[^\]]*\]", "complete_for = []", said), encoding="utf-8")
