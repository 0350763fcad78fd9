"""Documents, tables and archives made to hurt: judged or refused in a sentence, in bounded memory and time."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.declared.profile import Profile
from tests.hostile import workbooks
from tests.hostile.documents import CASES, HEADER
from tests.hostile.watched import Watched, wrong_with
from tests.support.strip import profile_of

COLUMNS = (
    "commune_code",
    "sheet_no",
    "parcel_no",
    "land_use",
    "area_legal_m2",
    "certificate_no",
    "certificate_issued_on",
    "national_id",
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lists = {"columns": dict(zip(COLUMNS, HEADER, strict=True))}
    file = tmp_path_factory.mktemp("profile") / "profile.json"
    made: Profile = profile_of(lists=lists)
    file.write_text(made.model_dump_json(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    place = tmp_path_factory.mktemp("watched")
    with Watched(place, place / "scratch") as child:
        yield child


def test_there_are_many() -> None:
    assert len(CASES) > 120
    assert len([name for name in CASES if name.startswith("xlsx_")]) > 50
    assert workbooks.CASES is CASES


@pytest.mark.parametrize("name", CASES)
def test_it_is_judged_or_refused_in_a_sentence(
    name: str, tmp_path: Path, profile: Path, watched: Watched
) -> None:
    make, right = CASES[name]
    folder = tmp_path / "delivery"
    folder.mkdir()
    make(folder)
    answer = watched.check(path=str(folder), profile=str(profile))
    assert wrong_with(answer) is None
    assert (answer["code"] or answer["outcome"]) == right, answer["words"]
    assert answer["surprised"] == []
    assert not any(mark in str(answer["words"]) for mark in ("aaaaaaaaaaaaaaaa" * 20,))


@pytest.mark.parametrize(
    ("file", "code"),
    [("p.csv", "DLV-NOT-A-FILE"), ("p.xml", "DLV-NOT-A-FILE"), ("p.zip", "DLV-NOT-A-FILE")],
)
def test_a_pipe_that_is_handed_over_is_not_waited_for(
    file: str, code: str, tmp_path: Path, profile: Path, watched: Watched
) -> None:
    os.mkfifo(tmp_path / file)
    answer = watched.check(path=str(tmp_path / file), profile=str(profile))
    assert (answer["outcome"], answer["code"]) == ("refused", code)


@pytest.mark.parametrize("name", ["a" * 300 + ".gpkg", "round.gpkg", "d/" * 3_000 + "x.gpkg", "a\x00b.gpkg"])
def test_a_path_that_is_none_is_not_found(name: str, tmp_path: Path, profile: Path, watched: Watched) -> None:
    if name.startswith("round"):
        (tmp_path / name).symlink_to(tmp_path / name)
    answer = watched.check(path=str(tmp_path / name), profile=str(profile))
    assert wrong_with(answer) is None
    assert answer["code"] in ("DLV-NOT-FOUND", "DLV-SYMLINK")
