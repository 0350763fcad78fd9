"""Whether commune codes are old or new is stated, or shown by the data, or the communes wait with what to write."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from parcels.admin_units import commune
from parcels.crs import VN2000, from_wgs84
from parcels.model import UNKNOWN_COMMUNE
from sync.conform.eras import UNCLEAR
from sync.folder.conform import CodesRead, Conformed
from sync.folder.gate import Gated
from sync.gate import gate
from tests.support.divided import (
    cells,
    codes_of,
    conformed,
    divided,
    frame_of,
    inside,
    profile_at,
)
from tests.support.strip import snapshot_of

PROVINCE = "01"
SAME = codes_of(PROVINCE, "same")
OLD_ONLY = codes_of(PROVINCE, "old_only")
DIFFERS = codes_of(PROVINCE, "differs")


def at_point_of(code: str, count: int = 4) -> np.ndarray:
    """Squares at the commune's own reference point, EPSG:4756."""
    place = commune(code)
    assert place is not None
    x, y = from_wgs84(np.array([[place.lon, place.lat]]), VN2000)[0]
    west = x + np.arange(count) * 0.0002
    return shapely.box(west, y, west + 0.0002, y + 0.0002)


def era(run: Path) -> CodesRead:
    return Conformed.load(run).parts[0].commune_codes


def reasons(run: Path) -> dict[str, list[str]]:
    return {code: [reason.code for reason in held] for code, held in Conformed.load(run).holds.items()}


def unclear(run: Path) -> set[str]:
    return {code for code, codes in reasons(run).items() if UNCLEAR in codes}


@pytest.fixture(scope="module")
def in_doubt() -> str:
    """A code that named a divided commune and names one of its parts now."""
    return next(code for code in DIFFERS if code in divided(PROVINCE))


def test_codes_that_mean_the_same_either_way_need_no_word(tmp_path: Path) -> None:
    run = conformed(tmp_path, frame_of([(SAME[0], "1", at_point_of(SAME[0]))]), PROVINCE)
    assert (era(run).codes, era(run).shown_by) == ("new", "same")
    assert set(snapshot_of(run)["dataset"].to_pylist()) == {SAME[0]}
    assert snapshot_of(run)["commune_decided_by"].null_count == 4


def test_codes_that_ended_in_july_show_old_codes(tmp_path: Path) -> None:
    run = conformed(
        tmp_path,
        frame_of([(OLD_ONLY[0], "1", at_point_of(SAME[0])), (SAME[0], "1", at_point_of(SAME[0]))]),
        PROVINCE,
    )
    assert (era(run).codes, era(run).shown_by) == ("old", "codes")
    assert era(run).rows == {"old_only": 4, "same": 4}
    table = snapshot_of(run)
    assert table["delivered_commune_code"].to_pylist() == [OLD_ONLY[0]] * 4 + [SAME[0]] * 4
    assert table["commune_decided_by"].to_pylist() == ["whole"] * 8


def test_a_few_codes_of_another_time_do_not_make_a_delivery_old(tmp_path: Path) -> None:
    many = np.tile(at_point_of(SAME[0]), 75)
    run = conformed(
        tmp_path, frame_of([(SAME[0], "1", many), (OLD_ONLY[0], "1", at_point_of(SAME[0], 2))]), PROVINCE
    )
    assert era(run).codes == "new"
    assert Conformed.load(run).communes == {UNKNOWN_COMMUNE: 2, SAME[0]: 300}


def test_an_extraction_of_before_july_has_old_codes(tmp_path: Path, in_doubt: str) -> None:
    frame = frame_of([(in_doubt, "1", at_point_of(in_doubt))])
    run = conformed(tmp_path, frame, PROVINCE, {"extracted_at": "2025-06-30T23:00:00+07:00"})
    assert (era(run).codes, era(run).shown_by) == ("old", "extracted_at")
    assert snapshot_of(run)["commune_decided_by"].to_pylist() == ["undecided"] * 4


def test_parcels_at_the_commune_of_today_show_new_codes(tmp_path: Path, in_doubt: str) -> None:
    run = conformed(tmp_path, frame_of([(in_doubt, "1", at_point_of(in_doubt))]), PROVINCE)
    assert (era(run).codes, era(run).shown_by) == ("new", "places")
    assert unclear(run) == set()
    assert set(snapshot_of(run)["dataset"].to_pylist()) == {in_doubt}


def test_where_nothing_shows_it_the_commune_waits_with_what_to_write(tmp_path: Path, in_doubt: str) -> None:
    elsewhere = next(code for code in divided(PROVINCE)[in_doubt] if code != in_doubt)
    frame = frame_of([(in_doubt, "1", at_point_of(elsewhere)), (SAME[0], "1", at_point_of(SAME[0]))])
    run = conformed(tmp_path, frame, PROVINCE)
    assert era(run).shown_by == "unclear"
    assert unclear(run) == {in_doubt}
    gate(run)
    verdicts = Gated.load(run).communes
    assert verdicts[in_doubt].decision == "hold"
    (said,) = [reason for reason in verdicts[in_doubt].reasons if reason.code == UNCLEAR]
    for sentence in (said.vi, said.en):
        assert 'commune_codes = "old"' in sentence
        assert 'commune_codes = "new"' in sentence


def test_a_row_without_a_place_shows_nothing(tmp_path: Path, in_doubt: str) -> None:
    frame = frame_of([(in_doubt, "1", at_point_of(in_doubt))])
    frame.loc[:, "geometry"] = None
    assert unclear(conformed(tmp_path, frame, PROVINCE)) == {in_doubt}


def test_many_codes_of_which_none_ended_are_codes_of_today(tmp_path: Path, in_doubt: str) -> None:
    elsewhere = next(code for code in divided(PROVINCE)[in_doubt] if code != in_doubt)
    rows = [(code, "1", at_point_of(code, 1)) for code in SAME[:7]]
    few = conformed(
        tmp_path / "few", frame_of([(in_doubt, "1", at_point_of(elsewhere)), *rows[:5]]), PROVINCE
    )
    many = conformed(tmp_path / "many", frame_of([(in_doubt, "1", at_point_of(elsewhere)), *rows]), PROVINCE)
    assert unclear(few) == {in_doubt}
    assert (unclear(many), era(many).shown_by) == (set(), "codes")


def test_boundaries_show_old_codes_where_parcels_lie_in_another_part_of_the_old_commune(
    tmp_path: Path, in_doubt: str
) -> None:
    parts = divided(PROVINCE)[in_doubt]
    outlines = cells(parts, 105.5, 21.0)
    shapes = dict(zip(outlines.codes, outlines.polygons, strict=True))
    elsewhere = next(code for code in parts if code != in_doubt)
    rows = [(in_doubt, "1", inside(shapes[in_doubt], 6)), (in_doubt, "2", inside(shapes[elsewhere], 6))]
    run = conformed(tmp_path, frame_of(rows), PROVINCE, boundaries=outlines)
    assert (era(run).codes, era(run).shown_by) == ("old", "places")
    table = snapshot_of(run)
    assert table["dataset"].to_pylist() == [in_doubt] * 6 + [elsewhere] * 6
    assert table["commune_decided_by"].to_pylist() == ["geometry"] * 12


def test_boundaries_show_new_codes_where_every_parcel_lies_in_the_commune_of_today(
    tmp_path: Path, in_doubt: str
) -> None:
    outlines = cells(divided(PROVINCE)[in_doubt], 105.5, 21.0)
    here = dict(zip(outlines.codes, outlines.polygons, strict=True))[in_doubt]
    run = conformed(tmp_path, frame_of([(in_doubt, "1", inside(here, 6))]), PROVINCE, boundaries=outlines)
    assert (era(run).codes, era(run).shown_by) == ("new", "places")
    assert unclear(run) == set()


@pytest.mark.parametrize("codes", ["old", "new"])
def test_a_stated_reading_is_believed_and_a_part_may_state_its_own(
    tmp_path: Path, in_doubt: str, codes: str
) -> None:
    frame = frame_of([(in_doubt, "1", at_point_of(in_doubt))])
    whole = conformed(tmp_path / "whole", frame, PROVINCE, {"commune_codes": f'"{codes}"'})
    assert (era(whole).codes, era(whole).shown_by) == (codes, "declared")
    part = {"parts": f'[{{file = "thua.gpkg", commune_codes = "{codes}"}}]'}
    assert era(conformed(tmp_path / "part", frame, PROVINCE, part)).codes == codes
    by_profile = profile_at(PROVINCE, commune_codes=codes)
    run = conformed(tmp_path / "profile", frame, PROVINCE, profile=by_profile)
    assert (era(run).codes, era(run).shown_by) == (codes, "profile")


def test_codes_of_both_times_together_show_nothing(tmp_path: Path) -> None:
    island = codes_of("31", "new_only")[0]
    ended = codes_of("31", "old_only")[0]
    frame = frame_of([(island, "1", at_point_of(island)), (ended, "1", at_point_of(island))])
    run = conformed(tmp_path, frame, "31")
    assert era(run).shown_by == "unclear"
    assert unclear(run) == {island}


def test_a_native_island_keeps_its_code_among_old_ones(tmp_path: Path) -> None:
    island = codes_of("31", "new_only")[0]
    frame = frame_of([(island, "1", at_point_of(island))])
    table = snapshot_of(conformed(tmp_path, frame, "31", {"commune_codes": '"old"'}))
    assert set(table["dataset"].to_pylist()) == {island}
    assert table["commune_decided_by"].null_count == 4
