"""The pages that are made from the code say what the code says."""

import ast

import pytest

from parcels import errors
from parcels.columns import DELIVERED_ONLY, RECORDS, by_name
from sync.folder.contents import CONTENTS
from sync.lab.pages.all_pages import PAGES
from tests.conftest import ROOT

COLUMNS = [*(column for columns in RECORDS.values() for column in columns), *DELIVERED_ONLY]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run: make pages"


def test_every_column_has_a_line_with_its_meaning_in_both_languages() -> None:
    lines = PAGES["columns.md"]().splitlines()
    for column in by_name().values():
        told = [line for line in lines if line.startswith(f"| `{column.name}` |")]
        assert len(told) == sum(each.name == column.name for each in COLUMNS)
        assert all(
            {column.vi, column.en, column.confidentiality} <= {*map(str.strip, line.split("|"))}
            for line in told
        )


def test_two_columns_share_a_name_only_where_they_mean_the_same() -> None:
    """As the refs by which a right names a user and a certificate of its parcel."""
    meant = {(column.name, column.kind, column.vi, column.en, column.confidentiality) for column in COLUMNS}
    assert len(meant) == len({column.name for column in COLUMNS}) == len(COLUMNS) - 2


def test_every_code_of_an_error_is_on_its_page() -> None:
    """Whoever raises one of our errors with a code that is written out is found by looking at the text alone."""
    page = PAGES["errors.md"]()
    classes = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.LandsyncError)
    }
    codes = {
        call.args[0].value
        for package in ("parcels", "validators", "sync", "dags")
        for path in (ROOT / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in classes
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(codes) > 150
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_every_document_and_field_of_a_run_s_folder_is_on_its_page() -> None:
    page = PAGES["run-folder.md"]()
    for _, _, documents, tables in CONTENTS:
        for document in documents:
            section = page.split(f"## `{document.FILE}`", 1)[1]
            assert f"version {document.version()}" in section.split("\n\n", 2)[1]
            assert [name for name in document.model_fields if f"| `{name}` |" not in section] == []
        for table in tables:
            assert f"## `{table.file}`" in page
