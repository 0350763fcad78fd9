"""The figures about encodings: the command prints what it counts, and they are what the documentation promises."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parcels.encodings import LEGACY
from sync.cli.app import app
from sync.lab.measure.encodings import (
    ALREADY,
    UNICODE,
    EncodingLine,
    conversions,
    delivered,
    halves,
    measure,
    measure_vectors,
)


def test_columns_of_200_names_are_recognised_in_every_encoding_and_every_way_they_come() -> None:
    lines = measure(columns=8, rows=200, seed=3)
    assert {line.encoding for line in lines} == {*LEGACY, *UNICODE, *ALREADY}
    assert {(line.encoding, line.came_as): line.right for line in lines if line.right < 0.99} == {}
    assert sum(line.wrong for line in lines) <= 1e-3 * sum(line.values for line in lines)


def test_nothing_that_is_unicode_already_is_changed() -> None:
    for line in measure(columns=8, rows=20, seed=4):
        if line.encoding in (*UNICODE, *ALREADY) and line.came_as == "Unicode":
            assert (line.right, line.wrong) == (1.0, 0)


def test_the_detector_is_measured_on_names_of_provinces_that_it_did_not_learn_from() -> None:
    learnt, tested = halves()
    assert len(learnt) > 3000
    assert len(tested) > 3000


def test_a_wrong_column_is_counted_as_wrong() -> None:
    line = EncodingLine("TCVN3", "bytes")
    line.found.update({"TCVN3": 98, "VNI": 2})
    assert line.right == pytest.approx(0.98)


def test_text_is_delivered_as_it_comes() -> None:
    assert delivered(["Đất"], "TCVN3", "cp1252") == ["§Êt"]
    assert delivered(["Xã"], "UTF-8 NFD", "Unicode") == ["Xa\u0303"]
    assert delivered(["Xã"], "UTF-8 NFC", "bytes") == ["X\xc3\xa3"]


def test_the_command_prints_a_line_for_every_encoding_and_way() -> None:
    result = CliRunner().invoke(app, ["measure", "encodings", "--columns", "1", "--rows", "30", "--json"])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert len(document["columns"]) == len(LEGACY) * 3 + 4 + 2
    assert document["conversions"] == {}


@pytest.mark.shared_data
def test_columns_and_names_of_the_known_vectors(shared_data: Path) -> None:
    vectors = shared_data / "encodings" / "commune_names_tcvn3_vni.csv"
    assert {line.right for line in measure_vectors(vectors, columns=10, rows=200, seed=5)} == {1.0}
    for counts in conversions(vectors).values():
        assert counts["right"] == counts["agreed"] > 8000
