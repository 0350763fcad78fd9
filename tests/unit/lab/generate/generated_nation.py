"""A small nation as options, and as read back from its files with nothing but pyogrio."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyogrio
import shapely
from numpy.typing import NDArray

from sync.declared.profile import Profile, load_profile
from sync.lab.generate import Options

# 01 one zone, GeoPackage; 25 three zones, Shapefile; 51 two zones, Shapefile; 79 decimals; 80 whole numbers.
PROVINCES = ("01", "25", "51", "79", "80")
SPOILT = Options(parcels=5000, provinces=PROVINCES, communes_per_province=6, defects=0.12, seed=7)
CLEAN = Options(parcels=5000, provinces=PROVINCES, communes_per_province=6, seed=7)


@dataclass(frozen=True)
class Delivered:
    """One part as read from its file: canonical columns, geometry, and what delivery.toml says of it."""

    province: str
    part_no: int
    says: dict[str, Any]
    toml: dict[str, Any]
    profile: Profile
    path: Path
    table: pa.Table
    geometry: NDArray[np.object_]

    def column(self, canonical: str) -> list[Any]:
        """One column as Python values (tests may loop)."""
        return list(self.array(canonical).to_pylist())

    def array(self, canonical: str) -> pa.Array:
        """One column as Arrow."""
        return self.table[self.named(canonical)].combine_chunks()

    def named(self, canonical: str) -> str:
        """What the file calls a column: a Shapefile cuts names to ten letters."""
        name = self.profile.delivered_name(canonical) or canonical
        return name if name in self.table.column_names else name[:10]


@dataclass(frozen=True)
class Nation:
    """A written nation."""

    root: Path
    document: dict[str, Any]
    parts: list[Delivered]
    truth: pa.Table
    groups: pa.Table

    def faulty_rows(self, part: Delivered) -> dict[int, str]:
        """Row of the part → kind of defect, as the truth says."""
        return {
            line["source_row"]: line["kind"]
            for line in self.truth.to_pylist()
            if (line["delivery"], line["part_no"]) == (part.province, part.part_no)
        }


def read_csv(path: Path) -> pa.Table:
    """A truth file: codes stay text."""
    texts = ("delivery", "commune", "source_key", "home_commune")
    return pyarrow.csv.read_csv(
        path,
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(texts, pa.string())),
    )


def read_part(folder: Path, number: int) -> Delivered:
    """Part `number` of the delivery in a folder."""
    toml = tomllib.loads((folder / "delivery.toml").read_text(encoding="utf-8"))
    says = toml["parts"][number]
    meta, table = pyogrio.read_arrow(folder / says["file"], layer=says.get("layer"))
    wkb = table[meta["geometry_name"] or "wkb_geometry"].to_numpy(zero_copy_only=False)
    return Delivered(
        folder.name,
        number,
        says,
        toml,
        load_profile(folder.name),
        folder / says["file"],
        table,
        shapely.from_wkb(wkb),
    )


def read_nation(root: Path, document: dict[str, Any]) -> Nation:
    """Everything that was written."""
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    parts = [
        read_part(folder, number)
        for folder in folders
        for number in range(
            len(tomllib.loads((folder / "delivery.toml").read_text(encoding="utf-8"))["parts"])
        )
    ]
    return Nation(root, document, parts, read_csv(root / "truth.csv"), read_csv(root / "truth_groups.csv"))
