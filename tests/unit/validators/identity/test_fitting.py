"""What a sheet handle names where old commune, map set or scale is not known, against a model of it."""

from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from parcels.identifiers import sheet_handle
from tests.support.sheets import Handle, named, present
from validators.identity.fitting import fitting

MARK = st.sampled_from([None, "a", "b|", "\\"])
HANDLES = st.lists(
    st.tuples(MARK, MARK, MARK, st.sampled_from("12"), st.sampled_from(["5", "|"])), max_size=9
)
UNKNOWN: Handle = (None, None, None, "1", "5")
X: Handle = ("a", None, None, "1", "5")
Y: Handle = ("b", None, None, "1", "5")


def texts(handles: list[Handle]) -> pa.Array:
    columns = [pa.array(column, pa.string()) for column in zip(*handles, strict=True)] or [
        pa.array([], pa.string())
    ] * 5
    return sheet_handle(
        pa.array(["00004"] * len(handles), pa.string()),
        date(2025, 7, 1),
        old_commune_code=columns[0],
        map_set=columns[1],
        map_scale=columns[2],
        sheet_no=columns[3],
        parcel_no=columns[4],
    )


@given(HANDLES, HANDLES.map(lambda handles: list(dict.fromkeys(handles))), st.data())
@example([UNKNOWN], [X], None)
@example([UNKNOWN], [X, Y], None)
@example([X, Y], [UNKNOWN], None)
@example([X, UNKNOWN], [X], None)
@example([UNKNOWN, X], [UNKNOWN, Y], None)
def test_a_handle_names_the_only_parcel_that_it_fits(rows: list[Handle], live: list[Handle], data) -> None:
    saying = np.array([data is None or data.draw(st.booleans()) for _ in rows], dtype=bool)
    found = fitting(texts(rows), texts(live), saying)
    expected = [named(row, live, rows) for row in rows]
    assert found.named.tolist() == [-1 if place is None else place for place in expected]
    assert found.present.tolist() == present(
        live, [row for row, says in zip(rows, saying, strict=True) if says]
    )


def test_rows_without_a_sheet_name_nothing_and_are_nobody() -> None:
    none = pa.nulls(2, pa.string())
    found = fitting(none, texts([X, Y]), np.ones(2, dtype=bool))
    assert (found.named.tolist(), found.present.tolist()) == ([-1, -1], [False, False])
    found = fitting(texts([X]), none, np.ones(1, dtype=bool))
    assert (found.named.tolist(), found.present.tolist()) == ([-1], [False, False])


def test_a_thousand_parcels_of_one_number_take_no_time() -> None:
    many = [(f"x{i}", None, f"{i}", "0", "0") for i in range(30_000)]
    rows = [(mark, "s", scale, sheet, number) for mark, _, scale, sheet, number in many]
    found = fitting(texts(rows), texts(many), np.ones(len(rows), dtype=bool))
    assert found.named.tolist() == list(range(len(rows)))
