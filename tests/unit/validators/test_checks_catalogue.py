"""The catalogue: the contract of codes, both languages everywhere, and a document that is current."""

import importlib
import pkgutil
import re
from pathlib import Path
from string import Formatter

import pytest

import validators
from parcels.errors import UsageError
from sync.lab.evaluate import NOT_SEEDED
from sync.lab.pages.checks import document
from validators.catalogue import BY_CODE, CHECKS, refuse_unknown
from validators.measures import MEASURES

ROOT = Path(__file__).resolve().parents[3]

QUARANTINING = {
    "GEO-NULL", "GEO-EMPTY", "GEO-TYPE", "GEO-INVALID", "GEO-COMPLEX", "GEO-ZERO-AREA", "IDN-MISSING", "IDN-DUP-SOURCE",
    "IDN-DUP-NATIONAL", "IDN-DUP-SHEET", "IDN-CLAIMED", "IDN-CONFLICT", "IDN-COMMUNE-UNKNOWN",
    "IDN-COMMUNE-EXPIRED", "IDN-COMMUNE-PROVINCE", "CHG-KEY", "CHG-ACTION", "CHG-VERSION", "CHG-REPEATED",
    "CHG-CONFLICT",
}  # fmt: skip
ERRORS = {
    "IDN-WITHHELD",
    "IDN-FORMAT", "IDN-OUTSIDE", "IDN-SHEET-MISSING", "ATT-REQUIRED", "ATT-LAND-USE", "ATT-AREA", "ATT-USE-AREAS",
    "IDN-SHEET-FORM", "IDN-NUMBER-FORM", "ATT-AREA-NEGATIVE", "ATT-DATE", "TOP-OVERLAP",
    "TOP-DUPLICATE", "TOP-INSIDE",
}  # fmt: skip
WARNINGS = {
    "GEO-SPIKE",
    "GEO-SLIVER",
    "GEO-AREA-SMALL",
    "GEO-AREA-LARGE",
    "GEO-PRECISION",
    "TOP-OVERLAP-NARROW",
    "TOP-GAP",
    "IDN-PREFIX",
    "IDN-NATIONAL-MISSING",
    "IDN-SAME-PLACE",
    "IDN-MOVED",
    "IDN-ID-CHANGED",
    "IDN-NUMBER-REUSED",
    "CNT-SHEET-MISSING",
    "CNT-FEWER",
    "ATT-LAND-USE-LEGACY",
    "ATT-PERSON-ID",
    "ATT-PERSON-BIRTH",
    "ATT-TEXT",
    "PER-CONFLICT",
    "PER-ORPHAN",
    "PER-SHARES",
    "ATT-USER-MISMATCHED",
    "ATT-USER-NOT-FOUND",
    "BRD-OVERLAP",
    "BRD-GAP",
    "BRD-OUTSIDE",
}
INFOS = {
    "GEO-RING-ORDER",
    "GEO-DUP-VERTEX",
    "GEO-TINY-EDGE",
    "GEO-CURVE",
    "GEO-ZM",
    "GEO-MULTIPART",
    "TOP-EDGE",
    "ATT-UNDATED",
    "IDN-RECOMPUTED",
    "CNT-SHEET-GAP",
    "CNT-NUMBER-GAP",
}


def test_codes_severities_and_quarantine_are_as_agreed():
    assert {check.code for check in CHECKS if check.quarantines} == QUARANTINING
    by_severity = {s: {c.code for c in CHECKS if c.severity == s} for s in ("error", "warning", "info")}
    assert by_severity == {"error": QUARANTINING | ERRORS, "warning": WARNINGS, "info": INFOS}
    assert len(BY_CODE) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_speaks_both_languages_and_fills_only_what_it_is_given(check):
    for sentence in (check.title, check.message, check.advice):
        assert sentence.vi
        assert sentence.en
        assert sentence.vi != sentence.en
    names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in check.message]
    assert names[0] == names[1] <= {"detail", "measure", "width", "others"}
    assert set(check.measures) <= set(MEASURES)
    assert (check.find is None) == (check.judged_by == "merge")


def test_a_check_that_does_not_exist_cannot_be_left_out():
    refuse_unknown(["GEO-NULL"])
    with pytest.raises(UsageError) as caught:
        refuse_unknown(["GEO-NULL", "GEO-NUL"])
    assert "GEO-NUL" in caught.value.message.vi


def test_every_family_of_checks_is_in_the_catalogue():
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(validators.__path__, f"{validators.__name__}.")
    ]
    families = {check.code for module in modules for check in getattr(module, "CHECKS", ())}
    assert families == BY_CODE.keys()


def test_it_is_measured_how_good_every_check_is():
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    measured = set(re.findall(r"^\| ([A-Z]{3}-[A-Z-]+) \| \d", page, flags=re.MULTILINE))
    assert measured == BY_CODE.keys() - NOT_SEEDED.keys(), "run: make evaluation"


def test_the_document_has_a_page_for_every_code():
    headings = re.findall(r"^## ([A-Z]{3}-[A-Z-]+)$", document(), flags=re.MULTILINE)
    assert headings == [check.code for check in CHECKS]
