"""For the tests that try to get more out of the database than a role may have: two provinces with something to see."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest

from sync.db.migrations import migrate
from sync.platform import databases
from tests.support.database import PASSWORDS, Database, Server
from tests.support.databases import drop_database
from tests.support.surface import SQUARE, Surface, uid

HIDDEN, SHOWN = "HIDDEN01", "SHOWN08"  # in every row of Hà Nội, and of the province that attacks
SECRETS = (HIDDEN, "Hà Nội")
# The views of a province, each with a column that shows whose row it is: nothing is cheaper to look at than a column.
VIEWS = {
    "parcel": "parcel_no", "parcel_history": "parcel_no", "parcel_conversion": "old_sheet_no", "land_use": "land_use_code",
    "commune_boundary": "source_name", "commune_expected": "source", "commune_quality": "province_name", "national_summary": "name", "run": "run_id",
    "receipt_line": "run_id", "finding": "check_code", "finding_case": "check_code", "finding_event": "run_id",
    "finding_count": "check_code", "quarantine": "run_id", "hold": "run_id",
}  # fmt: skip
COUNTED = (
    "read", "new", "changed", "unchanged", "ended_by_row", "ignored", "quarantined", "unreadable", "held", "current_before",
    "moved_in", "moved_out", "ended", "current_after", "area_before_m2", "area_in_m2", "area_out_m2", "area_after_m2",
)  # fmt: skip
LOGINS = ("province_08", "central_viewer", "a_stranger")


@pytest.fixture(scope="module")
def target(server: Server) -> Iterator[Database]:
    """A database made the way a server is prepared, with rows of two provinces; province 08 may log in, and a stranger.

    There is also a function that a reader would like to have, `public.peek`: whatever row it is shown, it tells.
    """
    name = f"test_{secrets.token_hex(6)}"
    database = Database(name, server)
    databases.prepare_owner(server.superuser_dsn, PASSWORDS[databases.OWNER])
    databases.create_database(server.superuser_dsn, name, owner=databases.OWNER)
    databases.prepare_land(database.superuser_dsn)
    migrate(database.owner_dsn)
    database.allow_login(*LOGINS)
    try:
        with closing(psycopg2.connect(database.superuser_dsn)) as link:
            for province, commune, mark in (("01", "00004", HIDDEN), ("08", "00691", SHOWN)):
                _fill(Surface(link), province, commune, mark)
            with link.cursor() as cursor:
                cursor.execute(
                    "CREATE FUNCTION public.peek(seen text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 "
                    "AS $$ BEGIN RAISE NOTICE '%', seen; RETURN true; END $$; "
                    "GRANT EXECUTE ON FUNCTION public.peek TO PUBLIC; ANALYZE"
                )
            link.commit()
        yield database
    finally:
        drop_database(server.superuser_dsn, name)


def _fill(to: Surface, province: str, commune: str, mark: str) -> None:
    number = int(province)
    run, day = f"run-{mark}", "2026-01-01 08:00+07"
    ids = {"province_code": province, "commune_code": commune}
    plain = {**ids, "parcel_no": mark, "address": mark, "source_key": mark, "run_id": run}
    to.add_parcel(number, **plain)
    to.add_parcel(number, "land.parcel_version", **plain, recorded_to=day, closed_by_run=run)
    hashed = {"content_hash": b"\x00" * 32, "hash_version": 2, "recorded_from": day, "run_id": run}
    of_parcel = {"province_code": province, "parcel_uid": uid(number)}
    to.add("land.land_use_part", **of_parcel, item_no=1, land_use_code=mark, **hashed)
    to.add(
        "land_private.land_user",
        **of_parcel,
        item_no=1,
        land_user_name=mark,
        user_ref=uid(number),
        user_bound=False,
        **hashed,
    )
    to.add(
        "land.parcel_conversion", **of_parcel, old_code="00001", old_sheet_no=mark, new_code=commune,
        decided_by="whole", run_id=run, recorded_at=day,
    )  # fmt: skip
    to.add(
        "land.commune_boundary", **ids, valid_from="2025-07-01", loaded_at=day, source_name=mark,
        source_sha256="0" * 64, actor="test", geom=f"SRID=4756;{SQUARE}",
    )  # fmt: skip
    to.add(
        "land.commune_expected", **ids, commune_valid_from="2025-07-01", figure="parcels", amount=1, source=mark,
        stated_on="2025-12-31", file_name=mark, file_sha256="0" * 64, file_rows=[2], actor="test", loaded_at=day,
    )  # fmt: skip
    to.add_run(run, province)
    to.add("ledger.hold", run_id=run, **ids, reasons=f'["{mark}"]', held_at=day)
    to.add("ledger.hold_state", run_id=run, **ids, state="open", updated_at=day)
    to.add("ledger.quarantine", run_id=run, row_no=1, **ids, decision="quarantine", codes=[mark])
    of_check = {
        **ids,
        "finding_id": uid(number),
        "check_code": mark,
        "severity": "error",
        "quarantines": False,
    }
    shas = dict.fromkeys(("delivery_sha256", "snapshot_sha256", "receipt_sha256"), "0")
    to.add("ledger.receipt", run_id=run, province_code=province, sequence=1, created_at=day, **shas)
    to.add(
        "ledger.receipt_line",
        run_id=run,
        commune_code=commune,
        manifest_sha256="0",
        **dict.fromkeys(COUNTED, 0),
    )
    to.add("ledger.finding", run_id=run, row_no=1, **of_check)
    seen = dict.fromkeys(("state_run_id", "first_run_id", "last_run_id"), run)
    at = dict.fromkeys(("state_since", "first_seen_at", "last_seen_at"), day)
    to.add("ledger.finding_case", **of_check, handles=[mark], other_handles=[], state="new", **seen, **at)
    to.add(
        "ledger.finding_event", finding_id=uid(number), run_id=run, recorded_at=day, state="new", because="found",
        severity="error",
    )  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """What came of it: everything that the attacker was told, and the error code it ended with."""

    told: str
    code: str | None

    @property
    def hidden(self) -> list[str]:
        """Which secrets are in what was told."""
        return [secret for secret in SECRETS if secret in self.told]


def attempt(dsn: str, *statements: str) -> Attempt:
    """Run the statements one after the other, as somebody who logs in, until one is refused."""
    try:
        link = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        return Attempt(str(error), "connect")
    told, code = [], None
    with closing(link), link.cursor() as cursor:
        link.autocommit = True
        try:
            for statement in statements:
                cursor.execute(statement)
                told += [str(row) for row in cursor.fetchall()] if cursor.description else []
        except psycopg2.Error as error:
            told.append(str(error))
            code = error.pgcode
        told += link.notices
    return Attempt("\n".join(told), code)
