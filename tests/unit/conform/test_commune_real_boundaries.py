"""The divided communes of three provinces on their real outlines: every parcel comes where it lies, or nowhere."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parcels.model import UNKNOWN_COMMUNE
from sync.folder.boundaries import Boundaries
from sync.folder.conform import Conformed
from sync.intake.boundaries import read_boundaries
from sync.known.boundary_checks import check_boundaries
from tests.support.divided import conformed, divided, frame_of, inside, sheet_table
from tests.support.strip import snapshot_of

PROVINCES = ("01", "08", "79")
STATED = {"commune_codes": '"old"'}
EACH = 3  # parcels in each new commune of each divided old one


@pytest.fixture(scope="module")
def nation(shared_data: Path) -> Boundaries:
    """The outlines of every commune, simplified to about 60 m."""
    return read_boundaries(shared_data / "admin" / "communes_2025_simplified.gpkg").boundaries


def parcels_in(boundaries: Boundaries, province: str) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Parcels under the codes of divided old communes, in each new one; where each lies. A sheet per new commune."""
    shape = dict(zip(boundaries.codes, boundaries.polygons, strict=True))
    rows, truth = [], []
    for old, parts in divided(province).items():
        for sheet, new in enumerate(parts, start=1):
            shapes = inside(shape[new], EACH, seed=int(old))
            rows.append((old, str(sheet), shapes))
            truth += [new] * len(shapes)
    return frame_of(rows), np.array(truth, dtype=object)


@pytest.mark.parametrize("province", PROVINCES)
def test_geometry_decides_right_for_every_parcel(nation: Boundaries, province: str, tmp_path: Path) -> None:
    boundaries = nation.of_province(province)
    frame, truth = parcels_in(boundaries, province)
    run = conformed(tmp_path, frame, province, STATED, boundaries)
    table = snapshot_of(run)
    assert len(truth) >= EACH * 2 * len(divided(province))
    assert table["dataset"].to_pylist() == truth.tolist()
    assert Conformed.load(run).old_codes == {"geometry": len(truth)}


@pytest.mark.parametrize("province", PROVINCES)
def test_a_sheet_table_decides_right_for_every_parcel(
    nation: Boundaries, province: str, tmp_path: Path
) -> None:
    frame, truth = parcels_in(nation.of_province(province), province)
    table = sheet_table(
        (old, str(sheet), None, new, f"{sheet}{old}")
        for old, parts in divided(province).items()
        for sheet, new in enumerate(parts, start=1)
    )
    run = conformed(tmp_path, frame, province, STATED, sheets=table)
    read = snapshot_of(run)
    assert read["dataset"].to_pylist() == truth.tolist()
    assert Conformed.load(run).old_codes == {"sheet": len(truth)}
    renumbered = frame["soTo"] + frame["maXa"]
    assert read["sheet_no"].to_pylist() == renumbered.tolist()


@pytest.mark.parametrize("province", PROVINCES)
def test_without_either_none_is_decided(nation: Boundaries, province: str, tmp_path: Path) -> None:
    frame, truth = parcels_in(nation.of_province(province), province)
    run = conformed(tmp_path, frame, province, STATED)
    assert Conformed.load(run).communes == {UNKNOWN_COMMUNE: len(truth)}
    assert set(snapshot_of(run)["commune_decided_by"].to_pylist()) == {"undecided"}


@pytest.mark.parametrize("province", PROVINCES)
def test_a_parcel_laid_across_the_line_of_two_parts_is_never_guessed(
    nation: Boundaries, province: str, tmp_path: Path
) -> None:
    boundaries = nation.of_province(province)
    shape = dict(zip(boundaries.codes, boundaries.polygons, strict=True))
    rows = []
    for old, parts in divided(province).items():
        line = shapely.intersection(shapely.boundary(shape[parts[0]]), shapely.boundary(shape[parts[1]]))
        lines = shapely.get_parts(line)
        lines = lines[shapely.length(lines) > 0]
        if len(lines):
            middle = shapely.line_interpolate_point(lines[0], 0.5, normalized=True)
            rows.append((old, "1", np.array([shapely.buffer(middle, 0.0001)])))
    assert len(rows) > len(divided(province)) / 2
    run = conformed(tmp_path, frame_of(rows), province, STATED, boundaries)
    table = snapshot_of(run)
    shares = shape_shares(table, shape)
    decided = np.array(table["dataset"].to_pylist(), dtype=object)
    assert (decided == UNKNOWN_COMMUNE).sum() > len(rows) / 2
    for code, share in zip(decided, shares, strict=True):
        assert code == UNKNOWN_COMMUNE or share[code] > 0.8


def shape_shares(table, shape):  # type: ignore[no-untyped-def]
    """Of each parcel, the share of its area in every commune, reckoned the slow way."""
    parcels = shapely.from_wkb(table["geom"].to_numpy())
    return [
        {
            code: (outline & parcel).area / parcel.area
            for code, outline in shape.items()
            if outline.intersects(parcel)
        }
        for parcel in parcels
    ]


def test_the_real_outlines_hold_each_commune_s_own_point(nation: Boundaries) -> None:
    report = check_boundaries(nation)
    assert (report.communes, report.missing, report.points_outside, report.overlaps) == (3321, (), (), ())
    assert len(report.gaps) > 4000  # they were simplified each on its own where they did not meet
