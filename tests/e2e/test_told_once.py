"""A commune without national ids, night after night: one case, one line in the ledger, and no case that opens and closes."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest

from parcels.identifiers import national_ids
from tests.e2e.conftest import Landsync
from tests.support.strip import COMMUNE, ZONE, strip
from validators.condensed import finding_ids

pytestmark = [pytest.mark.db, pytest.mark.e2e]
N = 40
CODE = "IDN-NATIONAL-MISSING"
PROFILE = """
province = "08"
system = "vbdlis"
[columns]
source_key = "thuaDatId"
national_id = "maDinhDanh"
commune_code = "maXa"
sheet_no = "soTo"
parcel_no = "soThua"
land_use = "loaiDat"
area_legal_m2 = "dienTichPL"
[[parts]]
epsg = 9209
"""


def with_ids(known: int) -> gpd.GeoDataFrame:
    """Forty parcels of which so many have their national id."""
    frame = strip(N)
    ids = national_ids(np.asarray(frame.geometry), ZONE).to_pylist()
    frame["maDinhDanh"] = [*ids[:known], *["0"] * (N - known)]
    return frame


def delivery(tmp_path: Path, known: int, hour: int) -> Path:
    folder = tmp_path / f"goi{hour}"
    folder.mkdir()
    with_ids(known).to_file(folder / "thua.gpkg", driver="GPKG")
    (folder / "delivery.toml").write_text(
        f'province = "08"\nextracted_at = 2026-11-20T{hour:02d}:00:00+07:00\ncommune_codes = "new"\n'
        f'complete_for = ["{COMMUNE}"]\n[[parts]]\nfile = "thua.gpkg"\n',
        encoding="utf-8",
    )
    return folder


def test_night_after_night_the_commune_has_one_case_until_most_of_it_is_mended(
    landsync: Landsync, tmp_path: Path
) -> None:
    profile = tmp_path / "08.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    open_cases = (
        "SELECT count(*), max(measure) FROM ledger.finding_case WHERE check_code = %s AND state IN "
        "('new', 'open', 'returned')"
    )
    events = "SELECT count(*) FROM ledger.finding_event"
    lines = "SELECT count(*) FROM ledger.finding WHERE run_id = %s AND check_code = %s"

    def night(known: int, hour: int) -> tuple[int, float | None]:
        told = landsync("sync", "--province", "08", delivery(tmp_path, known, hour), "--profile", profile)
        # Ids that were there are gone, or come back as they once were: the brakes hold that, and a person says that it is so.
        if told.status == 3:
            told = landsync("approve", told.document["run"], "--reason", "the office took them back")
        assert told.status == 0, told.words
        ((cases, measure),) = landsync.query(open_cases, CODE)
        assert landsync.query(lines, told.document["run"], CODE) == [(cases,)]
        return cases, measure

    assert night(0, 1) == (1, 40)
    assert night(2, 2) == (1, 38)
    before = landsync.query(events)
    for hour, known in enumerate(
        (10, 3, 6, 0, 18), start=3
    ):  # about the limit of nine in ten, and far below it
        assert night(known, hour) == (1, N - known)
    assert landsync.query(events) == before

    # The centre and an office with a context file tell the same case; without one the office sees the rows.
    landsync("context", "export", "--province", "08", "--out", tmp_path / "08.context")
    again = delivery(tmp_path, 18, 12)
    told = ["check", again, "--province", "08", "--profile", profile]
    landsync(*told, "--context", tmp_path / "08.context", "--out", tmp_path / "with")
    landsync(*told, "--out", tmp_path / "without")
    found = {
        out: [
            line["finding_id"]
            for line in pq.read_table(tmp_path / out / "judgement" / "findings.parquet").to_pylist()
            if line["check_code"] == CODE
        ]
        for out in ("with", "without")
    }
    assert found["with"] == [finding_ids(COMMUNE)[CODE]]
    assert len(found["without"]) == N - 18

    assert night(30, 13)[0] == 10
    ((state,),) = landsync.query(
        "SELECT state FROM ledger.finding_case WHERE finding_id = %s::uuid", finding_ids(COMMUNE)[CODE]
    )
    assert state == "fixed"
