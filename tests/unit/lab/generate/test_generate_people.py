"""People as tables (`--people many`): who holds what, that it is the same of the same seed, and what is read back of it."""

import csv
import hashlib
import os
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from parcels.errors import UsageError
from parcels.people import contradicting_shares
from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile, load_profile
from sync.declared.tables import TableMaps
from sync.folder.conform import Conformed
from sync.folder.judgement import load_findings
from sync.folder.people import read_people
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch
from sync.lab.evaluate import Evaluation, evaluate, read_truth
from sync.lab.generate import Options, attributes, generate
from sync.lab.generate.deliver import BESIDE, FINDINGS, GROUPS, PEOPLE_FATES, TRUTH
from sync.lab.generate.holdings import FAMILY, HOLDING, Holding
from sync.lab.generate.kinds import NO_FAULT, PEOPLE
from sync.lab.generate.nation import plan
from sync.lab.generate.province import ProvinceBatch, make_province
from sync.lab.generate.tables import Tables, people_tables
from sync.lab.generate.write_people import write_people
from sync.lab.labelled import generate_labelled
from tests.conftest import counts
from tests.support.formats.pl3_01 import form_map, write_pl3_01

# GeoPackage and layers; GML and CSVs; Shapefile and CSVs; decimals.
PROVINCES = ("01", "14", "25", "79")
SMALL = Options(parcels=240, provinces=("01", "25"), communes_per_province=1, people="many", seed=2)
FAULTY = Options(
    parcels=1000, provinces=PROVINCES, communes_per_province=2, defects=0.08, labelled=True, people="many"
)
LATER = datetime.fromisoformat("2026-11-21T22:00:00+07:00")
# Of the nation of one user a row below, before people could come as tables: the demo and the printed pages are of such nations.
AS_BEFORE = "91ed012adc56"


def bytes_of(root: Path) -> dict[str, bytes]:
    return {
        each.relative_to(root).as_posix(): each.read_bytes() for each in root.rglob("*") if each.is_file()
    }


def batch_of(options: Options) -> ProvinceBatch:
    (delivery,) = plan(options)
    return make_province(options, delivery, load_profile(delivery.province))


@cache
def clean() -> tuple[ProvinceBatch, Tables]:
    """A province with communes enough for the family."""
    options = Options(parcels=2400, provinces=("01",), communes_per_province=7, people="many", seed=4)
    batch = batch_of(options)
    return batch, people_tables(options.seed, batch)


@pytest.fixture(scope="module", params=[*range(counts(1)), "random"])
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Evaluation]:
    """A labelled nation, checked; of a seed that the name of a failing test's folder tells."""
    seed = request.param if request.param != "random" else int.from_bytes(os.urandom(4))
    folder = tmp_path_factory.mktemp(f"seed-{seed}-")
    generate_labelled(replace(FAULTY, seed=seed), folder / "nation")
    return folder, evaluate(folder / "nation", folder / "runs")


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_people(tmp_path: Path) -> None:
    for name, options in (("a", SMALL), ("b", SMALL), ("c", replace(SMALL, seed=3))):
        generate(options, tmp_path / name)
    first, again, other = (bytes_of(tmp_path / name) for name in "abc")
    assert first == again
    assert {"25/ChuSD.csv", "25/GCN.csv", "25/QuyenSD.csv", "25/HanChe.csv"} <= first.keys()
    assert first["25/ChuSD.csv"] != other["25/ChuSD.csv"]


def test_a_nation_of_one_user_a_row_is_what_it_was(tmp_path: Path) -> None:
    options = Options(
        parcels=400, provinces=("01", "25"), communes_per_province=2, defects=0.1, seed=7, labelled=True
    )
    generate(options, tmp_path / "n")
    written = bytes_of(tmp_path / "n")
    texts = [TRUTH, FINDINGS, GROUPS, "population/01.csv", "population/25.csv", "nation.json"]
    assert hashlib.sha256(b"".join(written[name] for name in texts)).hexdigest()[:12] == AS_BEFORE
    assert PEOPLE_FATES not in written
    assert b"[[tables]]" not in written["25/delivery.toml"]
    assert not [name for name in written if name.endswith(".csv") and name.startswith("25/")]


def test_a_second_nation_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "n")
    generate(replace(SMALL, people="one"), tmp_path / "n")
    assert PEOPLE_FATES in BESIDE
    assert not (tmp_path / "n" / PEOPLE_FATES).exists()


def test_what_was_seeded_is_found_and_nothing_else(judged: tuple[Path, Evaluation]) -> None:
    folder, result = judged
    assert [difference.as_dict() for difference in result.differences] == []
    assert result.verdicts == []
    truth = read_truth(folder / "nation" / FINDINGS)
    assert {kind.name for kind in PEOPLE if kind.check != NO_FAULT} <= set(truth["kind"].to_pylist())
    assert {line.code for line in result.checks if line.seeded} >= {kind.check for kind in PEOPLE} - {
        NO_FAULT
    }
    with (folder / "nation" / TRUTH).open(encoding="utf-8", newline="") as lines:
        assert "right_without_parcel" in {line["kind"] for line in csv.DictReader(lines)}


def test_every_row_of_every_table_has_the_fate_of_the_truth(judged: tuple[Path, Evaluation]) -> None:
    folder, _ = judged
    wanted: dict[tuple[str, str], dict[str, int]] = {}
    with (folder / "nation" / PEOPLE_FATES).open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            wanted.setdefault((line["delivery"], line["holds"]), {})[line["fate"]] = int(line["rows"])
    found = {}
    for province in PROVINCES:
        people = Conformed.load(folder / "runs" / province).people
        assert people is not None
        for table in people.tables:
            assert table.rows == table.used + sum(table.unused.values())
            assert not table.values_not_readable
            found[province, table.holds] = {"used": table.used, **table.unused}
        assert people.instead == 0  # the parcel's own row names the first of the tables' users
    assert found == wanted
    whys = Counter(why for fates in wanted.values() for why in fates)
    assert {"user_unknown", "certificate_unknown", "parcel_unknown", "conflict", "repeated"} <= whys.keys()


def test_what_is_read_of_a_clean_nation_is_what_was_made(tmp_path: Path) -> None:
    options = replace(SMALL, provinces=("25",), labelled=True)
    generate_labelled(options, tmp_path / "nation")
    result = evaluate(tmp_path / "nation", tmp_path / "runs")
    assert result.differences == []
    run = tmp_path / "runs" / "25"
    read = pa.concat_tables([read_people(run, code) for code in part_paths(run)])
    rights = read.filter(pc.equal(read["says"], "right"))
    made = people_tables(options.seed, batch_of(options))
    users = {row["land_user_key"]: row for row in made["users"].to_pylist()}
    assert Counter(rights["right_key"].to_pylist()) == Counter(made["rights"]["right_key"].to_pylist())
    assert {(row["land_user_key"], row["land_user_name"], row["land_user_deceased_on"]) for row in rights.to_pylist()} == {
        (key, row["land_user_name"], row["land_user_deceased_on"]) for key, row in users.items()
    }  # fmt: skip
    kinds = Counter(read.filter(pc.equal(read["says"], "restriction"))["restriction_kind"].to_pylist())
    assert kinds.total() == made["restrictions"].num_rows > 0


def judged_with(profile: Profile, delivery: Path, run: Path) -> tuple[pa.Table, Counter[str]]:
    """What is read of people, and how often each check finds something."""
    run.mkdir()
    fetch(delivery, profile, run)
    conform(run, profile)
    check(run, profile, None)
    read = pa.concat_tables([read_people(run, code) for code in part_paths(run)])
    return read, Counter(load_findings(run)["check_code"].to_pylist())


def test_who_took_land_over_and_is_named_like_a_user_has_no_right(tmp_path: Path) -> None:
    """Form PL3-01 beside the tables: whoever stands in its columns for transferees is a user elsewhere, and not here."""
    profile = load_profile("25")
    generate(replace(SMALL, provinces=("25",)), tmp_path / "n")
    delivery = tmp_path / "n" / "25"
    without, found = judged_with(profile, delivery, tmp_path / "without")
    batch = batch_of(replace(SMALL, provinces=("25",)))
    named = ("commune_code", "sheet_no", "parcel_no")
    parcels = pa.table({name: batch.columns[name] for name in named}).slice(0, 5).to_pylist()
    users = people_tables(SMALL.seed, batch)["users"].slice(0, 5).to_pylist()
    rows = [
        parcel
        | {"number": at, "transferee_name": user["land_user_name"], "transferee_id_number": user["land_user_id_number"]}
        for at, (parcel, user) in enumerate(zip(parcels, users, strict=True), 1)
    ]  # fmt: skip
    write_pl3_01(delivery / "pl3.xlsx", rows)
    toml = delivery / "delivery.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + '\n[[lists]]\nfile = "pl3.xlsx"\n', encoding="utf-8")
    formed, again = judged_with(profile.model_copy(update={"lists": form_map()}), delivery, tmp_path / "with")
    says = Counter(formed["says"].to_pylist())
    assert says == Counter(without["says"].to_pylist()) + Counter(transferee=5)
    names = [name for name in formed.column_names if name not in ("part_no", "source_row")]
    of = [("row_no", "ascending"), ("right_key", "ascending")]
    first, second = (
        each.filter(pc.equal(each["says"], "right")).select(names).sort_by(of) for each in (without, formed)
    )
    assert first.equals(second)
    assert found == again


def by_parcel(tables: Tables) -> dict[str, list[dict[str, object]]]:
    users = {row["land_user_key"]: row for row in tables["users"].to_pylist()}
    parcels: dict[str, list[dict[str, object]]] = {}
    for right in tables["rights"].to_pylist():
        parcels.setdefault(right["parcel_key"], []).append(right | users[right["land_user_key"]])
    return parcels


def test_people_hold_land_as_people_do() -> None:
    batch, tables = clean()
    holding = Counter(batch.columns[HOLDING].to_pylist())
    persons = len(batch) - holding[Holding.PUBLIC] - holding[Holding.COMPANY]
    assert 0.25 < holding[Holding.SPOUSES] / persons < 0.35
    assert set(holding) == {int(each) for each in Holding}
    seen = Counter[str]()
    for users in by_parcel(tables).values():
        roles = Counter(user["right_role"] for user in users)
        if roles["vợ hoặc chồng"]:
            assert roles == {"vợ hoặc chồng": 2}
            assert {user["right_form"] for user in users} == {"sở hữu chung hợp nhất"}
            seen["spouses"] += 1
        if roles["người thừa kế chưa đăng ký sang tên"]:
            (dead,) = (user for user in users if user["land_user_deceased_on"])
            assert dead["right_role"] == "người sử dụng đất"
            seen[f"heirs {len(users) - 1}"] += 1
        if roles["đồng sử dụng, đồng sở hữu"]:
            parts = [(user["share_numerator"], user["share_denominator"]) for user in users]
            assert parts == [(None, None)] * 2 or sum(a / b for a, b in parts) == 1  # type: ignore[operator]
            seen["with shares" if parts[0][0] else "without shares"] += 1
        if roles["người được giao quản lý đất"]:
            assert [user["land_user_kind"] for user in users] == ["tổ chức"]
            seen["managed"] += 1
        elif users[0]["land_user_kind"] == "tổ chức":
            seen["organisation"] += 1
    assert {
        "spouses",
        "heirs 1",
        "heirs 2",
        "with shares",
        "without shares",
        "managed",
        "organisation",
    } == seen.keys()
    assert set(tables["restrictions"]["restriction_kind"].to_pylist()) == {
        "thế chấp", "kê biên, ngăn chặn giao dịch", "tranh chấp",
    }  # fmt: skip


def test_one_family_has_forty_parcels_in_six_communes() -> None:
    batch, tables = clean()
    family = pc.equal(batch.columns["land_user_key"], f"CSD01{0:08d}")
    communes = Counter(np.asarray(batch.commune)[np.asarray(family)].tolist())
    assert (communes.total(), len(communes)) == (FAMILY, 6)
    named = Counter(tables["rights"]["land_user_key"].to_pylist())
    assert named["CSD0100000000"] == named["CSD0100000000V1"] == FAMILY
    assert pc.sum(pc.equal(tables["users"]["land_user_key"], "CSD0100000000")).as_py() == 1


def test_a_province_with_few_communes_has_no_such_family() -> None:
    options = Options(parcels=400, provinces=("01",), communes_per_province=5, people="many")
    assert f"CSD01{0:08d}" not in batch_of(options).columns["land_user_key"].to_pylist()


def test_certificates_cover_one_to_four_parcels_of_one_user() -> None:
    batch, _ = clean()
    held = pa.table(
        {name: batch.columns[name] for name in ("certificate_no", "land_user_key", "certificate_issued_on")}
    )
    held = held.filter(held["certificate_no"].is_valid())
    of = held.group_by("certificate_no").aggregate(
        [
            ("land_user_key", "count"),
            ("land_user_key", "count_distinct"),
            ("certificate_issued_on", "count_distinct"),
        ]
    )
    assert set(of["land_user_key_count"].to_pylist()) == {1, 2, 3, 4}
    assert set(of["land_user_key_count_distinct"].to_pylist()) == {1}
    assert set(of["certificate_issued_on_count_distinct"].to_pylist()) == {1}


def test_keys_name_one_row_and_no_share_contradicts_itself() -> None:
    _, tables = clean()
    for holds, key in (
        ("users", "land_user_key"),
        ("certificates", "certificate_key"),
        ("rights", "right_key"),
    ):
        assert len(pc.unique(tables[holds][key])) == tables[holds].num_rows  # type: ignore[index]
    rights = tables["rights"]
    words = pc.replace_substring(rights["right_form"], "sở hữu chung hợp nhất", "joint")
    told = rights.set_column(rights.schema.get_field_index("right_form"), "right_form", words)
    assert not any(contradicting_shares(told).to_pylist())


def test_a_sale_changes_who_has_the_parcels_that_were_sold_and_nobody_else() -> None:
    options = Options(parcels=600, provinces=("01",), communes_per_province=2, people="many", seed=6)
    before = batch_of(options)
    after = batch_of(replace(options, changes=0.2, extracted_at=LATER))
    sold = {key for key, at in zip(after.columns["source_key"].to_pylist(), after.columns["source_version"].to_pylist(), strict=True) if at == "2"}  # fmt: skip
    assert sold
    first, second = (by_parcel(people_tables(options.seed, batch)) for batch in (before, after))

    def content(users: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{name: value for name, value in user.items() if name != "right_key"} for user in users]

    for key, users in first.items():
        assert (content(users) == content(second[key])) is (key not in sold), key


def test_an_exact_number_of_a_fault_of_people(tmp_path: Path) -> None:
    options = replace(SMALL, faults={"user_said_twice": 3, "share_without_whole": 2})
    generate(options, tmp_path / "n")
    with (tmp_path / "n" / TRUTH).open(encoding="utf-8", newline="") as lines:
        kinds = Counter(line["kind"] for line in csv.DictReader(lines))
    assert kinds == {"user_said_twice": 3, "share_without_whole": 2}
    with pytest.raises(UsageError) as refused:
        replace(options, people="one")
    assert refused.value.code == "GEN-FAULT"


def test_a_profile_that_knows_no_tables_is_told(tmp_path: Path) -> None:
    profile = load_profile("01").model_copy(update={"tables": TableMaps()})
    with pytest.raises(UsageError) as refused:
        write_people(profile, "gpkg", clean()[1], tmp_path, "x.gpkg")
    assert refused.value.code == "GEN-TABLES"


@pytest.mark.parametrize("province", ["01", "25"])
def test_a_province_without_a_person_has_tables_of_bodies_alone(
    province: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(attributes, "_OF_PEOPLE", ())
    options = replace(SMALL, provinces=(province,), labelled=True, defects=0.1)
    generate_labelled(options, tmp_path / "nation")
    result = evaluate(tmp_path / "nation", tmp_path / "runs")
    assert result.differences == []
    tables = people_tables(options.seed, batch_of(options))
    assert set(tables["rights"]["right_role"].to_pylist()) == {"người được giao quản lý đất"}
    assert (tables["certificates"].num_rows, tables["restrictions"].num_rows) == (0, 0)
    people = Conformed.load(tmp_path / "runs" / province).people
    assert people is not None
    assert {table.holds: table.used > 0 for table in people.tables} == {
        "users": True, "certificates": False, "rights": True, "restrictions": False
    }  # fmt: skip
