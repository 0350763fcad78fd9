"""The nights of the marked province, one after the other: each leaves what was told of it in the story."""

import json
from pathlib import Path

import psycopg2
import pytest

from sync.lab.generate import Options, generate
from sync.platform.databases import administer
from sync.settings import settings
from tests.support.deliveries import FIRST, PROVINCE, copy_of
from tests.support.marker_readers import ROLES, dump, read_by
from tests.support.marker_story import (
    COMMUNES,
    PRIVATE,
    SABOTAGE,
    Story,
    as_text,
    cut,
    each_layer,
    emptied,
    renamed,
    restate,
    sabotaged,
    shuffled,
    when_written,
    with_list,
    with_tables,
)
from tests.support.markers import CANARY, PEOPLE, plant
from tests.support.searched import files_of

DENIED = (
    "SELECT land_user_name::integer FROM land_private.land_user_08",
    "SELECT 1 / (length(land_user_name) - length(land_user_name)) FROM land_private.land_user_08",
    "INSERT INTO land_private.land_user SELECT * FROM land_private.land_user",
)
REASON = f"Văn bản 12, {CANARY}"
PROFILE = (
    f'province = "{PROVINCE}"\nextends = "vbdlis"\n[read.csv]\ngeometry = "wkt"\n[[parts]]\nepsg = 9209\n'
)


def offline(story: Story, delivery: Path) -> None:
    """What an office sees before anything is sent."""
    for more in ((), ("--json",)):
        out = story.folder / f"checked{len(more)}"
        story.run("check", delivery, "-p", PROVINCE, "--out", out, *more)
        for name, content in files_of(out):
            story.tell("reports", f"check/{name}", content)
    page = story.folder / "fingerprint"
    story.run("fingerprint", delivery, "-p", PROVINCE, "--out", page)
    story.run("fingerprint", delivery, delivery, "-p", PROVINCE, "--json")
    for name, content in files_of(page):
        story.tell("fingerprints", name, content)
    profile = story.folder / "drafted.toml"
    story.run("profile", "init", delivery, "-p", PROVINCE, "--out", profile)
    story.run("profile", "init", delivery, "-p", PROVINCE, "--json")
    if profile.exists():
        story.tell("reports", "profile init", profile.read_bytes())
        story.both("profile", "test", profile, delivery)


def went_well(story: Story, delivery: Path) -> None:
    """Brought in, tried again with a list beside the map, and a set of changes."""
    story.sync(delivery, "--json")
    again = copy_of(delivery, "listed", hours=2)
    with_list(again)
    story.sync(again, "--dry-run")
    changes = story.folder / "changes"
    until = FIRST.replace(day=FIRST.day + 1)
    generate(
        Options(
            parcels=300,
            provinces=(PROVINCE,),
            communes_per_province=COMMUNES,
            seed=5,
            kind="changes",
            changes=0.2,
            extracted_at=until,
        ),
        changes,
    )
    plant(changes / PROVINCE)
    held = story.sync(changes / PROVINCE)
    story.run("approve", held, "--reason", REASON, "--json")


def came_as_tables(story: Story, delivery: Path) -> None:
    """The same persons as tables beside the map: looked at by the office, and brought in."""
    tables = copy_of(delivery, "tables", hours=30)
    with_tables(tables)
    out = story.folder / "checked tables"
    story.run("check", tables, "-p", PROVINCE, "--out", out)
    for name, content in files_of(out):
        story.tell("reports", f"check tables/{name}", content)
    story.run("fingerprint", tables, "-p", PROVINCE, "--json")
    story.run("profile", "init", tables, "-p", PROVINCE, "--json")
    held = story.sync(tables, "--json")
    story.run("explain", "--run", held, story.query("SELECT commune_code FROM land.parcel LIMIT 1")[0][0])
    story.run("approve", held, "--reason", REASON)


def was_held(story: Story, delivery: Path) -> None:
    """Everybody in somebody else's place, then nobody: held, approved, refused."""
    mixed = copy_of(delivery, "mixed", hours=40)
    each_layer(mixed, shuffled)
    held = story.sync(mixed)
    story.both("status", "-p", PROVINCE)
    ((commune,), *_) = story.query("SELECT DISTINCT commune_code FROM land.parcel")
    story.run("explain", commune, "--run", held)
    story.run("approve", held, "--reason", REASON)
    nobody = copy_of(delivery, "nobody", hours=41)
    each_layer(nobody, emptied)
    held = story.sync(nobody, "--json")
    story.run("refuse", held, "--reason", REASON, "--json")


def was_refused(story: Story, delivery: Path) -> None:
    """What cannot be read as what it says it is."""
    elsewhere = copy_of(delivery, "elsewhere", hours=50)
    restate(elsewhere, "epsg = 9209", "epsg = 9218")
    story.sync(elsewhere)
    story.sync(cut(delivery, "cut"), "--json")
    profile = story.folder / "csv.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    spoilt = {
        "headless": lambda lines: lines[1:],
        "ragged": lambda lines: [*lines[:3], lines[3] + ";more;and more", *lines[4:]],
        "unclosed": lambda lines: [*lines[:2], lines[2].replace("Đoàn", '"Đoàn', 1), *lines[3:]],
        "astray": lambda lines: [lines[0], *(";".join(reversed(line.split(";"))) for line in lines[1:])],
    }
    for name, spoil in spoilt.items():
        delivered = as_text(delivery, name, spoil)
        story.run("check", delivered, "--profile", profile, "--out", story.folder / f"out_{name}")
        story.run("profile", "init", delivered, "-p", PROVINCE, "--json")
        for file, content in files_of(story.folder / f"out_{name}"):
            story.tell("reports", f"{name}/{file}", content)


def broke(story: Story, delivery: Path) -> None:
    """Tables that do not take the rows, a connection that ends, a statement that is stopped."""
    later = copy_of(delivery.parent / "mixed", "broken", hours=60)
    each_layer(later, renamed)
    _, told = story.run("stage", "fetch", "--province", PROVINCE, "--path", later, "--json")
    run = json.loads(told)["run"]
    for stage in ("conform", "check", "gate"):
        story.run("stage", stage, "--run", run, "--json")
    load = ("stage", "load", "--run", run)
    for how in SABOTAGE:
        with sabotaged(story.database, how):
            assert story.run(*load)[0] != 0, how
    for does in ("PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1)",
                 "PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(1)",
                 "RAISE EXCEPTION 'not %', NEW", "PERFORM NEW.land_user_name::integer"):  # fmt: skip
        with when_written(story.database, does):
            assert story.run(*load)[0] != 0, does
    with administer(story.database.superuser_dsn) as cursor:
        table = "land_private.land_user"
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT marked CHECK (land_user_name NOT LIKE 'Đoàn%') NOT VALID"
        )
        assert story.run(*load)[0] != 0
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT marked")
    story.run("stage", "report", "--run", run, "--finish")


def asked(story: Story) -> None:
    """Every command that only reads, or writes something else than parcels."""
    (uid,) = story.query(
        "SELECT parcel_uid FROM land_private.land_user WHERE land_user_name LIKE 'Đoàn%%' LIMIT 1"
    )[0]
    (commune,) = story.query("SELECT commune_code FROM land.parcel LIMIT 1")[0]
    (run,) = story.query("SELECT run_id FROM ledger.receipt ORDER BY run_id DESC LIMIT 1")[0]
    (finding,) = story.query("SELECT finding_id FROM ledger.finding_case WHERE state = 'open' LIMIT 1")[0]
    for words in (
        ("status",), ("explain", commune), ("explain", uid), ("receipt", "show", run), ("receipt", "verify"),
        ("findings", "list", "--limit", 1000), ("findings", "show", finding), ("lineage", "list"), ("lineage", "show", finding),
        ("lineage", "confirm", finding, "--reason", REASON), ("lineage", "refuse", finding, "--reason", REASON),
        ("findings", "accept", finding, "--reason", REASON, "--until", "2027-06-30"),
        ("findings", "withdraw", finding, "--reason", REASON), ("deciders", "list"),
        ("deciders", "name", "cli:lan", "--role", "centre", "--reason", REASON),
        ("deciders", "withdraw", "cli:lan", "--role", "centre", "--reason", REASON),
        ("rehearse", "2026-abce"), ("housekeeping", "--dry-run"), ("population", "status"), ("db", "status"),
        ("communes", "-p", PROVINCE), ("reconcile", "--all"), ("keys", "show"), ("keys", "new"),
    ):  # fmt: skip
        story.both(*words)
    was_erased(story)
    story.run("db", "migrate")
    with administer(story.database.superuser_dsn) as cursor:  # so that both sides differ, and in what
        cursor.execute(
            "UPDATE land_private.land_user SET land_user_birth_year = 1950 WHERE parcel_uid = %s", (uid,)
        )
    story.both("reconcile", "-p", PROVINCE)
    results = story.folder / "results.csv"
    rows = [f"{PROVINCE},vbdlis,{person.key},found,2026-10-05T08:00:00+07:00" for person in PEOPLE]
    wrong = [f"{PROVINCE},vbdlis,{person.name},{person.number},{person.certificate}" for person in PEOPLE]
    results.write_text(
        "\n".join(["province,system,land_user_key,status,checked_at", *rows, *wrong]) + "\n", encoding="utf-8"
    )
    story.both("population", "import", results)
    story.both("population", "import", results.with_name("none.csv"))
    nation = story.folder / "nation"
    story.both("boundaries", "load", nation / "boundaries.gpkg", "--check-only")
    story.both("expected", "load", nation / "expected.csv", "--check-only")
    for form in ("html", "xlsx"):
        out = story.folder / f"national.{form}"
        story.run(
            "report",
            "national",
            "--format",
            form,
            "--out",
            out,
            *(("--draft", "--json") if form == "xlsx" else ()),
        )
        story.tell("reports", out.name, out.read_bytes())
    context = story.folder / "context.zip"
    story.both("context", "export", "-p", PROVINCE, "--out", context)
    story.tell("context", context.name, context.read_bytes())


def was_erased(story: Story) -> None:
    """One of them is to be erased, by the owner: tried, and refused where what would be kept for good names him."""
    uid, name, number = story.query(
        "SELECT user_uid::text, land_user_name, land_user_id_number FROM land_private.land_user WHERE land_user_name LIKE 'Đoàn%%' "
        "AND land_user_id_number IS NOT NULL LIMIT 1"
    )[0]
    erase = ("people", "erase", "-p", PROVINCE, "--user")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDSYNC_DSN", story.database.owner_dsn)
        settings.cache_clear()
        tried, _ = story.run(*erase, uid, "--basis", "QĐ 1", "--reason", REASON, "--dry-run")
        assert tried == 0
        story.both(*erase, uid, "--basis", f"Đơn của {name}", "--reason", REASON)
        story.both(*erase, uid, "--basis", "QĐ 1", "--reason", number)
        story.both(*erase, name, "--basis", "QĐ 1", "--reason", REASON)
    settings.cache_clear()
    story.both(*erase, uid, "--basis", "QĐ 1", "--reason", REASON)
    story.both("people", "erasures")


def what_is_left(story: Story) -> None:
    """The folders of the runs, but for what says that it holds persons."""
    for name, content in files_of(story.home / "runs"):
        if not name.partition("/")[2].startswith(PRIVATE):
            story.tell("run folders", name, content)


def from_the_database(story: Story) -> None:
    """What each role reads and is told, and what a dump of the public schemas holds."""
    (uid,) = story.query(
        "SELECT parcel_uid FROM land_private.land_user WHERE land_user_name LIKE 'Đoàn%%' LIMIT 1"
    )[0]
    story.database.allow_login(*ROLES)
    for role, own in ROLES.items():
        for name, rows in read_by(story.database, role, uid):
            story.tell("roles", f"{role}: {name}", rows)
        for text in () if own else DENIED:
            with (
                story.database.connect(role) as link,
                link.cursor() as cursor,
                pytest.raises(psycopg2.Error) as raised,
            ):
                cursor.execute(text)
            story.tell("exceptions", f"{role}: {text}", str(raised.value))
    for schema in ("land", "ledger"):
        story.tell(f"dump of {schema}", schema, dump(story.database, schema))
