"""Workbooks of form PL3-01 with anything in them: refused with a code, or every row accounted for and the map as it was."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels.errors import LandsyncError
from sync.conform import conform
from sync.folder.conform import Conformed
from sync.folder.list_rows import load_list_rows
from sync.folder.people import read_people
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch
from tests.conftest import counts
from tests.support.formats.pl3_01 import FORM, Formula, Layout, form_map, write_pl3_01
from tests.support.strip import COMMUNE, LAYER, PROVINCE, ZONE, profile_of, strip

NAMES = [name for _, _, name in FORM]
PARCELS = 3
TOML = f"""
province = "{PROVINCE}"
extracted_at = 2026-11-20T22:00:00+07:00
commune_codes = "new"
[[parts]]
file = "thua.gpkg"
layer = "{LAYER}"
epsg = {ZONE}
[[lists]]
file = "pl3.xlsx"
"""
CELLS = st.one_of(
    st.none(),
    st.integers(-3, 2030),
    st.floats(-1e6, 1e6),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.just(Formula()),
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=12),
    st.sampled_from(["Tổng cộng", "Người lập biểu", "ngày 1 tháng 2", "không", "9/10/1017", "=1+1", "1\n2", "ô" * 400, "(1)"]),
)  # fmt: skip
KEYED = st.fixed_dictionaries(
    {
        "commune_code": st.sampled_from([COMMUNE, 691]),
        "sheet_no": st.sampled_from([7, "7", 7.0]),
        "parcel_no": st.integers(1, PARCELS + 1),
    }
)
ROWS = st.lists(
    st.tuples(KEYED | st.just({}), st.dictionaries(st.sampled_from(NAMES), CELLS, max_size=12)).map(
        lambda pair: pair[1] | pair[0]
    ),
    min_size=1,
    max_size=12,
)
LAYOUTS = st.builds(
    Layout,
    without=st.frozensets(st.sampled_from(NAMES), max_size=2) | st.just(frozenset()),
    width=st.integers(30, len(FORM)),
    groups=st.booleans(),
    counted=st.booleans(),
    footers=st.booleans(),
    above=st.integers(-1, 2),
)


@pytest.fixture(scope="module")
def the_map() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "thua.gpkg"
        strip(PARCELS).to_file(path, driver="GPKG", layer=LAYER)
        yield path


@settings(max_examples=counts(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, layout=LAYOUTS, data=st.data())
def test_whatever_a_workbook_holds_no_row_is_lost_and_no_parcel_made(
    the_map: Path, rows: list[dict[str, Any]], layout: Layout, data: st.DataObject
) -> None:
    there = [name for _, _, name in layout.columns]
    merged = []
    if len(rows) > 1 and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(there))
        first = data.draw(st.integers(0, len(rows) - 2))
        rows[first].setdefault(name, "1")
        merged = [(first, data.draw(st.integers(first + 1, len(rows) - 1)), name)]
    used = profile_of(lists=form_map())
    with TemporaryDirectory() as folder:
        delivery, run = Path(folder) / "delivery", Path(folder) / "run"
        delivery.mkdir()
        (delivery / "thua.gpkg").write_bytes(the_map.read_bytes())
        write_pl3_01(delivery / "pl3.xlsx", rows, layout, merged)
        (delivery / "delivery.toml").write_text(TOML, encoding="utf-8")
        try:
            fetch(delivery, used, run)
            conform(run, used)
        except LandsyncError as refused:
            said = f"{refused.message.vi}{refused.message.en}"
            assert not [value for row in rows for value in row.values() if isinstance(value, str) and len(value) > 9 and value in said]  # fmt: skip
            return
        conformed = Conformed.load(run)
        (one,) = conformed.lists
        told = load_list_rows(run)
        people = read_people(run, COMMUNE)
        snapshot = read_part(part_paths(run)[COMMUNE])
    beside, unmatched = sum(one.beside.values()), sum(one.unmatched.values())
    assert one.rows == one.matched + one.by_national_id + one.further + one.repeated + beside + unmatched
    assert told.num_rows == beside + unmatched
    assert len(set(told["row"].to_pylist())) == told.num_rows
    assert not set(told["row"].to_pylist()) & set(people["source_row"].to_pylist())
    assert conformed.read == PARCELS
    assert snapshot["parcel_no"].to_pylist() == ["1", "2", "3"]
    assert snapshot["source_key"].to_pylist() == ["T000001", "T000002", "T000003"]
    assert set(people["row_no"].to_pylist()) <= set(range(PARCELS))
    assert people.num_rows == one.people
