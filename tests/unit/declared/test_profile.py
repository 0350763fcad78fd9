"""A profile that cannot be right is refused with a sentence that names the file and the key."""

import tomllib
from pathlib import Path

import pytest

from parcels.columns import delivered_columns
from parcels.errors import UsageError
from sync.declared.profile import load_profile
from sync.lab.generate.systems import SYSTEMS
from sync.settings import ROOT, settings

PROFILES = ROOT / "sync" / "declared" / "provinces"

GOOD = """
province = "08"
system = "vbdlis"
[columns]
source_key = "thuaDatId"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "08.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_profile_loads(tmp_path: Path) -> None:
    profile = load_profile("08", write(tmp_path, GOOD))
    assert (profile.system, profile.columns) == ("vbdlis", {"source_key": "thuaDatId"})


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (GOOD.replace("system", "sytem"), "sytem", "system"),
        (GOOD.replace('system = "vbdlis"', ""), "system", "missing"),
        (GOOD.replace('"vbdlis"', '"VBDLIS | x"'), "system", "malformed"),
        (GOOD.replace("source_key", "source_keys"), "columns", "source_key"),
        (GOOD + '[constants]\nsource_key = "1"', "source_key", "both"),
        (GOOD + '[[parts]]\nepsg = "9209x"', "parts[1].epsg", "whole number"),
        (GOOD + '[[parts]]\nlayers = "a"', "parts[1].layers", "layer"),
        (GOOD.replace('"08"', '"8"'), "province", "malformed"),
        (GOOD.replace('province = "08"', 'province = "08"\nforeign = true'), "foreign", "00"),
        (GOOD + "[[", "TOML", "TOML"),
    ],
)
def test_a_wrong_profile_names_the_file_and_the_key(tmp_path: Path, text: str, key: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile("08", write(tmp_path, text))
    assert caught.value.code == "PRF-INVALID"
    assert caught.value.exit_status == 2
    for said in (caught.value.message.vi, caught.value.message.en):
        assert "08.toml" in said
        assert key in said
    assert words in caught.value.message.en


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_base_profile_knows_every_column(system: str) -> None:
    base = tomllib.loads((PROFILES / "base" / f"{system}.toml").read_text(encoding="utf-8"))
    wanted = {column.name for column in delivered_columns()} - {"action"}  # only a change set says one
    assert wanted - base["columns"].keys() == set()


def test_a_profile_of_another_province_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile("01", write(tmp_path, GOOD))
    assert caught.value.code == "PRF-PROVINCE"


@pytest.mark.parametrize("province", ["8", "../01", "", "0x"])
def test_a_province_code_is_two_digits(province: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(province)
    assert caught.value.code == "PRF-PROVINCE"


def test_a_missing_profile_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile("08", tmp_path / "nowhere.toml")
    assert caught.value.code == "PRF-MISSING"
    assert "nowhere.toml" in caught.value.message.vi


def test_a_part_finds_its_defaults_by_old_province_then_by_layer_then_as_the_only_one(tmp_path: Path) -> None:
    two = '[[parts]]\nold_province = "Hà Giang"\nlayer = "a"\nepsg = 9209\n[[parts]]\nlayer = "b"\nepsg = 9211\n'
    profile = load_profile("08", write(tmp_path, GOOD + two))
    by_old, by_layer = profile.defaults_for("Hà Giang", None), profile.defaults_for(None, "b")
    assert by_old is not None
    assert by_old.epsg == 9209
    assert by_layer is not None
    assert by_layer.epsg == 9211
    assert profile.defaults_for(None, "c") is None
    assert profile.defaults_for("Thái Nguyên", None) is None
    assert profile.defaults_for("hà giang", None) == by_old
    alone = load_profile("08", write(tmp_path, GOOD + "[[parts]]\nepsg = 9209\n"))
    assert alone.defaults_for(None, "any") == alone.parts[0]


EXTENDS = """
province = "08"
extends = "vbdlis"
without = ["address"]
[columns]
sheet_no = "so_to"
[constants]
map_set = "BĐĐC"
[[parts]]
epsg = 9209
"""


def test_a_profile_takes_from_its_base_what_it_does_not_say_itself(tmp_path: Path) -> None:
    profile, base = load_profile("08", write(tmp_path, EXTENDS)), load_profile("01")
    assert profile.system == "vbdlis"
    assert set(base.columns) - set(profile.columns) == {"address", "map_set"}
    assert profile.columns["sheet_no"] == "so_to"
    assert profile.columns["parcel_no"] == base.columns["parcel_no"]
    assert profile.constants == {"map_set": "BĐĐC"}
    assert "land_user_name" in profile.assumed


def test_what_a_province_names_itself_is_not_assumed_any_more(tmp_path: Path) -> None:
    profile = load_profile("08", write(tmp_path, EXTENDS.replace("sheet_no", "land_user_name")))
    assert "land_user_name" not in profile.assumed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (EXTENDS.replace('"vbdlis"', '"vbdliss"'), "vbdlis"),
        (EXTENDS.replace('"vbdlis"', '"../01"'), "extends"),
        (EXTENDS.replace('["address"]', '["adress"]'), "address"),
        (EXTENDS.replace('extends = "vbdlis"', 'system = "x"'), "without"),
    ],
)
def test_a_base_that_does_not_fit_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile("08", write(tmp_path, text))
    assert caught.value.code == "PRF-INVALID"
    assert words in caught.value.message.vi


def test_an_installation_s_own_profiles_lie_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_PROVINCES", str(tmp_path / "hồ sơ"))
    (tmp_path / "hồ sơ" / "base").mkdir(parents=True)
    settings.cache_clear()
    try:
        shipped = load_profile("08")  # nothing of its own yet
        own = 'province = "08"\nextends = "mine"\n[columns]\nsheet_no = "to"\n'
        (tmp_path / "hồ sơ" / "08.toml").write_text(own, encoding="utf-8")
        base = 'system = "mine"\n[columns]\nparcel_no = "thua"\nsheet_no = "x"\n'
        (tmp_path / "hồ sơ" / "base" / "mine.toml").write_text(base, encoding="utf-8")
        mine = load_profile("08")
        assert (mine.system, mine.delivered_name("sheet_no"), mine.delivered_name("parcel_no")) == (
            "mine",
            "to",
            "thua",
        )
        assert load_profile("22").system  # still the shipped one
        assert shipped.system != "mine"
    finally:
        settings.cache_clear()
