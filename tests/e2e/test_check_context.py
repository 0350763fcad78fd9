"""`landsync check --context`: what an office sees offline is what the centre will say of the same delivery."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner, Result

from parcels.identifiers import national_ids
from sync.check import check
from sync.cli.app import app
from sync.conform import conform
from sync.declared.profile import load_profile
from sync.folder.judgement import load_findings, load_verdicts
from sync.intake.fetch import fetch
from sync.known.context.export import export_context
from sync.known.context.file import read_context
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
FILE, ZONE = "hagiang.gpkg", 9209
SEEDED = {"IDN-SAME-PLACE", "IDN-MOVED", "IDN-ID-CHANGED", "IDN-NUMBER-REUSED", "IDN-WITHHELD"}
SAID = (
    "finding_id",
    "check_code",
    "severity",
    "dataset",
    "row_no",
    "detail",
    "measure",
    "others",
    "message_vi",
)


@pytest.fixture
def live(landsync: Landsync, tmp_path: Path) -> Path:
    """Two deliveries went live, 400 parcels and the same without four of them; the folder of the second."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 400, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    first = tmp_path / "nation" / PROVINCE
    assert landsync("sync", "--province", PROVINCE, first).status == 0
    second = copy_of(first, "second")
    rewrite(second, FILE, lambda frame: frame.drop(frame.index[:4]))
    assert landsync("sync", "--province", PROVINCE, second).document["ended"] == 4
    return second


@pytest.fixture
def spoilt(landsync: Landsync, live: Path) -> Path:
    """A third delivery with every fault of history once: the ids of a parcel, its place, its id, a number, a claim."""
    folder = copy_of(live, "third", 2)

    def spoil(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        same, moved, changed, reused, taken = range(5)
        column = {name: frame.columns.get_loc(name) for name in frame.columns}
        frame.iloc[same, column["thuaDatId"]] = "08000009999"
        frame.iloc[same, column["soThuTuThua"]] = "999"
        frame.iloc[[same, moved], column["maDinhDanh"]] = None
        shape = np.array([frame.geometry[moved]], dtype=object)
        frame.iloc[moved, column["geometry"]] = shapely.transform(shape, lambda xy: np.add(xy, [300.0, 0.0]))[
            0
        ]
        inside = shapely.buffer(
            shapely.point_on_surface(np.array([frame.geometry[changed]], dtype=object)), 0.5
        )
        frame.iloc[changed, column["maDinhDanh"]] = national_ids(inside, ZONE)[0].as_py()
        frame.iloc[reused, column["soThuTuThua"]] = "1"
        theirs = beside(frame.maDinhDanh[taken])
        frame.iloc[taken, column["maDinhDanh"]] = theirs
        with landsync.database.connect() as link, link.cursor() as cursor:
            cursor.execute(
                "INSERT INTO land.national_id_claim VALUES (%s, %s, '15', now())",
                (theirs, str(uuid4())),
            )
            link.commit()
        return frame

    rewrite(folder, FILE, spoil)
    return folder


def beside(national_id: str) -> str:
    """An id of the place next to that of another."""
    return national_id[:-1] + ("0" if national_id[-1] != "0" else "1")


def offline(delivery: Path, run_dir: Path, context: Path | None) -> Path:
    """What `landsync check` does, in a folder that stays."""
    profile = load_profile(PROVINCE)
    fetch(delivery, profile, run_dir)
    conform(run_dir, profile)
    check(run_dir, profile, None if context is None else read_context(context, PROVINCE))
    return run_dir


def told(folder: Path) -> list[dict[str, Any]]:
    rows = load_findings(folder).select(list(SAID)).to_pylist()
    return sorted(rows, key=lambda row: (row["finding_id"], row["row_no"]))


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments), "--json"])


def test_offline_with_a_context_says_what_the_centre_says(
    landsync: Landsync, spoilt: Path, tmp_path: Path
) -> None:
    exported = landsync("context", "export", "--province", PROVINCE, "--out", tmp_path / "08.context")
    assert (exported.status, exported.document["parcels"], exported.document["ended"]) == (0, 396, 4)
    assert exported.document["claims"] == 1
    online = landsync("sync", "--province", PROVINCE, spoilt, "--dry-run")
    centre = landsync.home / "runs" / online.document["run"]
    office = offline(spoilt, tmp_path / "office", tmp_path / "08.context")
    assert told(office) == told(centre)
    assert {row["check_code"] for row in told(office)} >= SEEDED
    of_office, of_centre = (
        {
            verdict.code: (verdict.group, verdict.not_run, verdict.measures, verdict.provisional)
            for verdict in verdicts
        }
        for verdicts in (load_verdicts(office), load_verdicts(centre))
    )
    assert of_office == of_centre


def test_without_a_context_the_verdict_is_provisional_and_the_rest_is_not_run(
    landsync: Landsync, spoilt: Path, tmp_path: Path
) -> None:
    assert landsync("context", "export", "--province", PROVINCE, "--out", tmp_path / "08.context").status == 0
    alone = offline(spoilt, tmp_path / "alone", None)
    known = offline(spoilt, tmp_path / "known", tmp_path / "08.context")
    assert not SEEDED & {row["check_code"] for row in told(alone)}
    for verdict in load_verdicts(alone):
        assert set(verdict.not_run) >= SEEDED
        assert verdict.provisional
    of_both = [
        row
        for row in told(known)
        if row["check_code"] not in {code for verdict in load_verdicts(alone) for code in verdict.not_run}
    ]
    assert told(alone) == of_both


def test_the_command_takes_the_province_from_the_file_and_refuses_another(
    landsync: Landsync, spoilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tmp_path / "08.context"
    assert landsync("context", "export", "--province", PROVINCE, "--out", context).status == 0
    monkeypatch.delenv("LANDSYNC_DSN")  # offline
    done = command(spoilt, "--context", context, "--out", tmp_path / "report")
    summary = json.loads(done.stdout)
    assert summary["province"] == PROVINCE
    assert set(summary["findings"]) >= SEEDED
    wrong = command(spoilt, "--province", "15", "--context", context, "--out", tmp_path / "none")
    assert wrong.exit_code == 2
    assert json.loads(wrong.stdout)["error"]["code"] == "CTX-PROVINCE"
    assert not (tmp_path / "none").exists()


def test_an_old_context_is_said_to_be_old(landsync: Landsync, live: Path, tmp_path: Path) -> None:
    context = tmp_path / "08.context"
    made_at = datetime.now(UTC) - timedelta(days=40)
    export_context(landsync.database.dsn, PROVINCE, context, made_at.date(), made_at)
    done = command(live, "--context", context, "--out", tmp_path / "report")
    assert "40 days old" in done.stderr
    assert json.loads(done.stdout)["province"] == PROVINCE


def test_a_context_needs_a_province_that_exists(landsync: Landsync, tmp_path: Path) -> None:
    refused = landsync("context", "export", "--province", "99", "--out", tmp_path / "99.context")
    assert (refused.status, refused.document["error"]["code"]) == (2, "PROVINCE-UNKNOWN")
    assert list(tmp_path.glob("*.context")) == []
