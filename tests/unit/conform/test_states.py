"""Drafts and history of a system are told and stay behind; what nobody explained waits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected, UsageError
from sync.conform.states import States
from sync.declared.profile import load_profile
from sync.declared.states import StateRules
from sync.folder.conform import Conformed
from sync.report.intake import intake_notes
from tests.support.strip import conformed, profile_of, snapshot_of, strip

Write = Callable[..., Path]
RULES = {"column": "trangThai", "current": ["1", "Hiện hành"], "draft": ["0"], "historic": ["2", "Lịch sử"]}


def rules(**changes: Any) -> StateRules:
    return StateRules.model_validate(RULES | changes)


def test_only_current_rows_go_on_and_the_others_are_told(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(6)
    frame["trangThai"] = ["1", "2", "hiện hành", "0", "LỊCH SỬ", "1"]
    folder = conformed(gpkg(frame), profile_of(states=rules(assumed=True)), tmp_path / "run")
    told = Conformed.load(folder)
    assert snapshot_of(folder)["source_row"].to_pylist() == [0, 2, 5]
    assert (told.read, told.not_current) == (3, {"draft": 1, "historic": 2})
    (part,) = told.parts
    assert part.states is not None
    assert sum(part.states.rows.values()) == len(frame)
    assert "trangThai" not in part.columns_not_mapped
    (said,) = [note.en for _, note in intake_notes(told) if "states" in note.en]
    assert "1 drafts" in said
    assert "2 rows of history" in said
    assert "assumed" in said


@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_a_state_may_be_a_number(gpkg: Write, tmp_path: Path, kind: str) -> None:
    frame = strip(3)
    frame["trangThai"] = np.array([1, 0, 2]).astype(kind)
    folder = conformed(gpkg(frame), profile_of(states=rules()), tmp_path / "run")
    assert snapshot_of(folder)["source_row"].to_pylist() == [0]


def test_a_value_that_nobody_explained_holds_its_commune_and_loses_no_row(
    gpkg: Write, tmp_path: Path
) -> None:
    frame = strip(4)
    frame["trangThai"] = ["1", "7", None, "2"]
    folder = conformed(gpkg(frame), profile_of(states=rules()), tmp_path / "run")
    told = Conformed.load(folder)
    assert sorted(snapshot_of(folder)["source_row"].to_pylist()) == [0, 1, 2]
    ((reason,),) = told.holds.values()
    assert reason.code == "STATE-UNKNOWN"
    assert "«7» (1)" in reason.vi
    assert told.parts[0].states.unknown == {"7": 1, "": 1}  # type: ignore[union-attr]
    blank = profile_of(states=rules(blank="current", historic=["2", "7"]))
    again = Conformed.load(conformed(gpkg(frame, "again.gpkg"), blank, tmp_path / "again"))
    assert (again.read, again.holds) == (2, {})


def test_a_delivery_of_history_alone_is_refused(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(2)
    frame["trangThai"] = "2"
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(frame), profile_of(states=rules()), tmp_path / "run")
    assert caught.value.code == "DLV-NONE-CURRENT"


def test_a_column_that_must_be_there_is_asked_for_and_one_that_may_not(gpkg: Write, tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(strip(2)), profile_of(states=rules()), tmp_path / "run")
    assert caught.value.code == "DLV-COLUMN-MISSING"
    told = Conformed.load(
        conformed(gpkg(strip(2)), profile_of(states=rules(optional=True)), tmp_path / "run")
    )
    assert (told.read, told.parts[0].states) == (2, None)


def test_no_value_means_two_things(tmp_path: Path) -> None:
    file = tmp_path / "08.toml"
    file.write_text(
        'province = "08"\nextends = "vbdlis"\n[states]\ncolumn = "x"\ncurrent = ["A"]\nhistoric = ["a"]\n',
        "utf-8",
    )
    with pytest.raises(UsageError) as caught:
        load_profile("08", file)
    assert caught.value.code == "PRF-INVALID"


VALUES = st.lists(
    st.sampled_from(["1", "0", "2", "hiện hành", "?", "", None, " 1 "]), min_size=1, max_size=30
)


@given(VALUES, st.booleans())
def test_every_row_is_counted_once(values: list[str | None], changes: bool) -> None:
    """By a loop over rows, beside the arrays."""
    states = States(None, None, changes=changes)  # type: ignore[arg-type]
    states._rules, states.column = rules(), "s"
    batch = pa.RecordBatch.from_arrays([pa.array(values, pa.string())], names=["s"])
    went = {name: np.asarray(mask) for name, mask in states.sorted_out(batch)}
    meaning = {"1": "current", "hiện hành": "current", "0": "draft", "2": "historic"}
    wanted = [meaning.get((value or "").strip(), "unknown") for value in values]
    assert states.counts == {name: wanted.count(name) for name in set(wanted)}
    on = {"current", "unknown", "historic"} if changes else {"current", "unknown"}
    assert set(went) == on & set(wanted)
    for name, mask in went.items():
        assert [name == each for each in wanted] == mask.tolist()
