"""The national report: totals that balance, means by rows read, what changed since the last one, in three forms."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import psycopg2
import pytest

from sync.report.national.figures import OutOfBalanceError, check_balance, national_report
from sync.report.national.page import write_page
from sync.report.national.workbook import write_workbook
from tests.support.database import Database
from tests.support.surface import Surface

pytestmark = pytest.mark.db


def judged(surface: Surface, commune: str, group: int, rows: int, measures: dict[str, float | None]) -> None:
    surface.add_verdict(commune, group, rows_read=rows, quarantined=rows // 10, measures=json.dumps(measures))


@pytest.fixture
def surface(database: Database) -> Iterator[Surface]:
    with closing(psycopg2.connect(database.superuser_dsn)) as link:
        yield Surface(link)


@pytest.fixture
def dsn(surface: Surface, database: Database) -> str:
    """A nation of two delivered communes of Hà Nội; the loader's address."""
    communes = surface.run(
        "SELECT commune_code FROM land.commune_now WHERE province_code = '01' ORDER BY 1 LIMIT 2"
    )
    judged(surface, communes[0][0], 1, 300, {"dung": 1.0, "du": None})
    judged(surface, communes[1][0], 2, 100, {"dung": 0.6, "du": 0.5})
    surface.link.commit()
    return database.dsn


def test_every_line_and_the_total_balance(dsn: str) -> None:
    report = national_report(dsn, "tester")
    hanoi = report.provinces[0]
    assert (len(report.provinces), report.totals["communes"]) == (34, 3321)
    assert (hanoi["code"], hanoi["delivered"], hanoi["not_delivered"]) == ("01", 2, 124)
    assert hanoi["groups"] == report.totals["groups"] == {1: 1, 2: 1}
    assert (report.totals["delivered"], report.totals["quarantined"]) == (2, 40)
    assert report.policies == ["test/1"]


def test_measures_are_means_by_rows_read_over_the_communes_that_know_them(dsn: str) -> None:
    report = national_report(dsn, "tester", keep=False)
    assert report.provinces[0]["measures"] == pytest.approx({"dung": 0.9, "du": 0.5})
    assert report.totals["measures"] == pytest.approx({"dung": 0.9, "du": 0.5})
    assert report.report_id is None


def test_the_trend_compares_with_the_last_report_that_was_kept(surface: Surface, dsn: str) -> None:
    first = national_report(dsn, "tester")
    assert (first.previous_at, first.totals["trend"]) == (None, None)
    commune = surface.one("SELECT commune_code FROM land.dataset WHERE usability_group = 2")
    judged(surface, commune, 1, 200, {"dung": 0.9})
    surface.link.commit()
    national_report(dsn, "tester", keep=False)  # a draft is compared, and compared with nothing later
    second = national_report(dsn, "tester")
    assert second.previous_at == first.made_at
    assert second.report_id == (first.report_id or 0) + 1
    assert second.totals["trend"]["groups"] == {1: 1, 2: -1}
    assert second.totals["trend"]["quarantined"] == 10
    assert second.provinces[0]["trend"]["measures"]["dung"] == pytest.approx(0.06)
    assert second.provinces[1]["trend"]["groups"] == {}


def test_what_does_not_balance_is_not_given_out(dsn: str) -> None:
    report = national_report(dsn, "tester", keep=False)
    report.provinces[0]["not_delivered"] += 1
    with pytest.raises(OutOfBalanceError):
        check_balance(report.provinces, report.totals)


def test_a_kept_report_cannot_be_changed(surface: Surface, dsn: str) -> None:
    national_report(dsn, "tester")
    assert surface.refusal("UPDATE ledger.national_report SET actor = 'x'", role="landsync_owner") is not None


def test_page_and_workbook_say_the_same(dsn: str, tmp_path: Path) -> None:
    national_report(dsn, "tester")
    report = national_report(dsn, "tester")
    write_page(report, tmp_path / "a.html")
    write_workbook(report, tmp_path / "a.xlsx")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Hà Nội" in page
    assert "src=" not in page
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Tiến độ"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:7] == ("01", "Hà Nội", 0, 126, 2, 1, 1)
    assert rows[35][1:7] == ("Cả nước · nation", 0, 3321, 2, 1, 1)
    assert sheet.auto_filter.ref is not None
