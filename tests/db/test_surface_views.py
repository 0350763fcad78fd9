"""What analysts see: names, places, times, and tables whose totals balance."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from parcels.columns import RECORDS
from parcels.crs import to_wgs84
from sync import db
from tests.support.surface import Surface, migrated, surface, uid

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

SUMMARY = "SELECT communes, delivered, parcels, group1, group2, group3, not_delivered, quarantined, unreadable, held, state FROM analyst.national_summary"


def balances(surface: Surface) -> bool:
    return bool(
        surface.one(
            "SELECT bool_and(communes = group1 + group2 + group3 + not_delivered AND delivered = group1 + group2 + group3) "
            "FROM analyst.national_summary"
        )
    )


def test_an_empty_nation_has_34_provinces_and_3321_communes_not_delivered(surface: Surface) -> None:
    assert balances(surface)
    assert surface.run(
        "SELECT count(*), sum(communes), sum(not_delivered), sum(parcels), sum(held) FROM analyst.national_summary"
    ) == [(34, 3321, 3321, 0, 0)]
    assert surface.run(SUMMARY + " WHERE province_code = '01'") == [
        (126, 0, 0, 0, 0, 0, 126, 0, 0, 0, "never")
    ]
    assert surface.one("SELECT name FROM analyst.national_summary WHERE province_code = '01'") == "Hà Nội"


def test_the_national_table_counts_what_is_there(surface: Surface) -> None:
    surface.add_run("run")
    surface.add_verdict("00004", 1)
    surface.add_verdict("00008", 2, quarantined=3, unreadable=1)
    surface.add_verdict("00025", 3, quarantined=20)
    surface.add_parcel(1)
    surface.add_parcel(2, commune_code="00008")
    surface.count_parcels()
    surface.add(
        "ledger.hold",
        run_id="run",
        commune_code="00025",
        province_code="01",
        reasons="[]",
        held_at="2026-01-01",
    )
    surface.add(
        "ledger.hold_state",
        run_id="run",
        commune_code="00025",
        province_code="01",
        state="open",
        updated_at="2026-01-01",
    )
    assert balances(surface)
    assert surface.run(SUMMARY + " WHERE province_code = '01'") == [
        (126, 3, 2, 1, 1, 1, 123, 23, 1, 1, "done")
    ]
    surface.run("UPDATE ledger.hold_state SET state = 'superseded'")
    assert surface.one("SELECT sum(held) FROM analyst.national_summary") == 0


def test_rows_of_no_commune_count_with_the_receipt_of_the_last_run(surface: Surface) -> None:
    for sequence, quarantined in ((1, 9), (2, 4)):
        surface.add_run(f"run{sequence}")
        surface.add(
            "ledger.receipt",
            run_id=f"run{sequence}",
            province_code="01",
            sequence=sequence,
            delivery_sha256="0",
            snapshot_sha256="0",
            receipt_sha256="0",
            created_at="2026-01-01",
        )
        counts = dict.fromkeys(
            ("new", "changed", "unchanged", "ended_by_row", "ignored", "held", "current_before", "moved_in", "moved_out",
             "ended", "current_after", "area_before_m2", "area_in_m2", "area_out_m2", "area_after_m2"), 0,
        )  # fmt: skip
        surface.add(
            "ledger.receipt_line",
            run_id=f"run{sequence}",
            commune_code="-",
            read=quarantined + 2,
            quarantined=quarantined,
            unreadable=2,
            manifest_sha256="0",
            **counts,
        )
    assert surface.run(
        "SELECT quarantined, unreadable FROM analyst.national_summary WHERE province_code = '01'"
    ) == [(4, 2)]


def test_the_state_is_of_the_last_real_run_and_the_last_sync_of_the_last_that_loaded(
    surface: Surface,
) -> None:
    surface.add_run("a", state="done", started_at="2026-01-01 00:00+07")
    surface.add_run("b", state="failed", started_at="2026-01-02 00:00+07")
    surface.add_run("c", state="done", started_at="2026-01-03 00:00+07", dry_run=True)
    assert surface.run(
        "SELECT state, last_sync = '2026-01-01 00:00+07' FROM analyst.national_summary WHERE province_code = '01'"
    ) == [("failed", True)]


def test_every_commune_has_its_quality_delivered_or_not(surface: Surface) -> None:
    surface.add_verdict("00004", 1, measures='{"dung": 0.9875, "du": 1}')
    surface.add_parcel(1)
    surface.add_parcel(2, stale_since="2026-01-01")
    surface.count_parcels()
    assert surface.run(
        "SELECT commune_name, delivered, usability_group, parcels, stale_parcels, area_m2, dung, du, sach, held, ST_AsText(place, 2) IS NOT NULL "
        "FROM analyst.commune_quality WHERE commune_code IN ('00004', '00008') ORDER BY commune_code"
    ) == [
        ("Phường Ba Đình", True, 1, 2, 1, 200, Decimal("0.9875"), 1, None, False, True),
        ("Phường Ngọc Hà", False, None, 0, 0, 0, None, None, None, False, True),
    ]
    assert surface.one("SELECT count(*) FROM analyst.commune_quality") == 3321


def test_the_parcel_view_has_every_public_column_and_names_for_people(surface: Surface) -> None:
    shown = {
        name
        for (name,) in surface.run(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'analyst' AND table_name = 'parcel'"
        )
    }
    assert {column.name for column in RECORDS["parcel"] if column.confidentiality == "public"} <= shown
    surface.add_parcel(1)
    assert surface.run(
        "SELECT province_name, commune_name, parcel_no, ST_SRID(geom), ST_SRID(geom_wgs84) FROM analyst.parcel"
    ) == [("Hà Nội", "Phường Ba Đình", "1", 4756, 4326)]


def test_a_parcel_of_an_earlier_commune_keeps_that_commune_s_name(surface: Surface) -> None:
    surface.add_parcel(1, commune_code="00004", commune_valid_from="2025-01-01")
    assert surface.one("SELECT commune_name FROM analyst.parcel") == "Phường Trúc Bạch"


def test_wgs_84_is_the_pinned_pipeline_everywhere_in_the_mekong_delta_too(surface: Surface) -> None:
    rng = np.random.default_rng(1)
    nation = np.column_stack([rng.uniform(102.2, 109.5, 3000), rng.uniform(8.4, 23.4, 3000)])
    delta = np.column_stack([rng.uniform(104.5, 106.8, 3000), rng.uniform(8.5, 11.0, 3000)])
    points = np.vstack([nation, delta])
    surface.run(
        "CREATE TEMP TABLE point (n integer, lon double precision, lat double precision) ON COMMIT DROP"
    )
    table = pa.table({"n": np.arange(len(points), dtype=np.int32), "lon": points[:, 0], "lat": points[:, 1]})
    db.copy_in(surface.link, ("pg_temp", "point"), table)
    rows = surface.run(
        "SELECT ST_X(g), ST_Y(g), ST_SRID(g) FROM (SELECT n, analyst.to_wgs84(ST_SetSRID(ST_MakePoint(lon, lat), 4756)) AS g FROM point) AS t ORDER BY n"
    )
    found = np.array(rows)
    assert set(found[:, 2]) == {4326.0}
    assert np.abs(found[:, :2] - to_wgs84(points, 4756)).max() < 1e-9
    # PostGIS's own choice, from EPSG:4756, is another place: the test would see it.
    own = np.array(
        surface.run(
            "SELECT ST_X(g), ST_Y(g) FROM (SELECT n, ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4756), 4326) AS g FROM point) AS t ORDER BY n"
        )
    )
    assert np.abs(own - to_wgs84(points, 4756)).max() > 1e-7


def test_a_window_in_wgs_84_becomes_one_in_vn_2000_and_back(surface: Surface) -> None:
    there_and_back = surface.one(
        "SELECT ST_HausdorffDistance(w, analyst.to_wgs84(analyst.to_vn2000(w))) "
        "FROM (SELECT ST_MakeEnvelope(105.8, 9.5, 105.9, 9.6, 4326) AS w) AS t"
    )
    assert there_and_back < 1e-7


def test_a_filter_on_geom_uses_the_index_of_every_partition(surface: Surface) -> None:
    surface.run("SET LOCAL enable_seqscan = off")
    with surface.acting_as("analyst"):
        plan = "\n".join(
            line
            for (line,) in surface.run(
                "EXPLAIN SELECT parcel_uid, geom FROM analyst.parcel "
                "WHERE ST_Intersects(geom, analyst.to_vn2000(ST_MakeEnvelope(105.8, 21, 105.9, 21.1, 4326)))"
            )
        )
    assert plan.count("_geom_idx") == 34
    assert "Seq Scan" not in plan
    assert "commune" not in plan  # a name that nobody asks for costs nothing


def test_filters_on_parcels_as_of_a_day_reach_the_indexes(surface: Surface) -> None:
    surface.run("SET LOCAL enable_seqscan = off")
    surface.run(
        "SET LOCAL enable_mergejoin = off"
    )  # of tables that are empty it takes the order of their keys
    with surface.acting_as("analyst"):
        plan = "\n".join(
            line
            for (line,) in surface.run(
                "EXPLAIN SELECT parcel_uid FROM analyst.parcel_as_of('2026-01-01', now()) WHERE province_code = '01' "
                "AND geom && analyst.to_vn2000(ST_MakeEnvelope(105.8, 21, 105.9, 21.1, 4326))"
            )
        )
    assert "parcel_01_geom_idx" in plan
    assert "parcel_version_01_geom_idx" in plan
    assert "parcel_04" not in plan


def test_each_use_has_its_name_and_its_area(surface: Surface) -> None:
    def use(number: int, item: int, code: str, area: float | None) -> None:
        surface.add(
            "land.land_use_part", province_code="01", parcel_uid=uid(number), item_no=item, land_use_code=code,
            use_area_m2=area, content_hash=b"\x00" * 32, hash_version=1, recorded_from="2026-01-01", run_id="run",
        )  # fmt: skip

    surface.add_parcel(1, land_use="ONT", area_m2=120)
    use(1, 1, "ONT", None)
    surface.add_parcel(2, land_use="ONT+CLN")
    use(2, 1, "ONT", 40)
    use(2, 2, "CLN", None)
    assert surface.run(
        "SELECT land_use_code, land_use_name_vi, land_group, use_area_m2, area_m2, commune_name FROM analyst.land_use ORDER BY parcel_uid, item_no"
    ) == [
        ("ONT", "Đất ở tại nông thôn", "PNN", None, 120, "Phường Ba Đình"),
        ("ONT", "Đất ở tại nông thôn", "PNN", 40, 40, "Phường Ba Đình"),
        ("CLN", "Đất trồng cây lâu năm", "NNP", None, None, "Phường Ba Đình"),
    ]


def test_a_tile_shows_parcels_near_and_communes_far_and_no_person(surface: Surface) -> None:
    surface.add_parcel(1, address="Ngõ Thử")
    surface.add(
        "land_private.land_user", province_code="01", parcel_uid=uid(1), item_no=1, land_user_name="Người Thử Nghiệm",
        user_ref=uid(1), user_bound=True, content_hash=b"\x00" * 32, hash_version=2, recorded_from="2026-01-01", run_id="run",
    )  # fmt: skip
    with surface.acting_as("analyst"):
        near = bytes(surface.one("SELECT analyst.parcel_tile(15, 26014, 14428)"))
        elsewhere = bytes(surface.one("SELECT analyst.parcel_tile(15, 26114, 14428)"))
        far = bytes(surface.one("SELECT analyst.parcel_tile(6, 50, 28)"))
    assert b"parcel" in near
    assert str(uid(1)).encode() in near
    assert "Người".encode() not in near
    assert elsewhere == b""
    assert b"commune" in far
    assert "Phường Ba Đình".encode() in far
