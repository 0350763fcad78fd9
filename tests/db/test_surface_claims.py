"""A person releases the national id of an ended parcel, and that is recorded."""

import psycopg2
import pytest

from tests.support.surface import Surface, migrated, surface, uid

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

NATIONAL_ID = "w7er83vw1809"
RELEASE = "SELECT land.release_claim(%s, %s)"


@pytest.fixture
def claimed(surface: Surface) -> Surface:
    """The id is held by a parcel of Hà Nội that has ended."""
    surface.add(
        "land.national_id_claim",
        national_id=NATIONAL_ID,
        parcel_uid=uid(1),
        province_code="01",
        claimed_at="2026-01-01",
        run_id="run",
    )
    return surface


def code(error: psycopg2.Error | None) -> str | None:
    assert error is None or " / " in str(error)  # both languages
    return error and error.pgcode


def test_the_operator_releases_the_id_of_an_ended_parcel(claimed: Surface) -> None:
    claimed.run("CREATE ROLE lan IN ROLE central_operator")
    claimed.run("SET SESSION AUTHORIZATION lan")
    assert claimed.one(RELEASE, f" {NATIONAL_ID} ", "  thửa đã hợp nhất ") == uid(1)
    claimed.run("RESET SESSION AUTHORIZATION")
    assert claimed.run("SELECT parcel_uid, province_code, claimed_at FROM land.national_id_claim") == [
        (None, None, None)
    ]
    assert claimed.run(
        "SELECT national_id, parcel_uid, province_code, actor, reason FROM ledger.claim_release"
    ) == [(NATIONAL_ID, uid(1), "01", "lan", "thửa đã hợp nhất")]
    assert code(claimed.refusal(RELEASE, NATIONAL_ID, "again", role="central_operator")) == "LS004"


def test_a_current_parcel_keeps_its_id(claimed: Surface) -> None:
    claimed.add_parcel(1)
    assert code(claimed.refusal(RELEASE, NATIONAL_ID, "because", role="central_operator")) == "LS005"


def test_a_release_needs_a_reason(claimed: Surface) -> None:
    assert code(claimed.refusal(RELEASE, NATIONAL_ID, "   ", role="central_operator")) == "LS003"
    assert code(claimed.refusal(RELEASE, NATIONAL_ID, None, role="central_operator")) == "LS003"


def test_an_id_that_nobody_holds_cannot_be_released(claimed: Surface) -> None:
    assert code(claimed.refusal(RELEASE, "w7er83vw0000", "because", role="central_operator")) == "LS004"
    assert code(claimed.refusal(RELEASE, None, "because", role="central_operator")) == "LS004"


@pytest.mark.parametrize("role", ["central_viewer", "analyst", "province_01", "landsync_loader"])
def test_nobody_but_the_operator_releases(claimed: Surface, role: str) -> None:
    assert claimed.denied(role, f"SELECT land.release_claim('{NATIONAL_ID}', 'because')")
