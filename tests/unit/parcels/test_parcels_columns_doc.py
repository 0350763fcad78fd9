"""docs/columns.md says what columns.py says."""

from pathlib import Path

from parcels.columns import DELIVERED_ONLY, RECORDS, by_name
from parcels.columns_doc import document

PAGE = Path(__file__).resolve().parents[3] / "docs" / "columns.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), (
        "run: python -m parcels.columns_doc docs/columns.md"
    )


def test_every_column_has_a_line_with_its_meaning_in_both_languages() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for column in by_name().values():
        (line,) = (line for line in lines if line.startswith(f"| `{column.name}` |"))
        assert column.vi in line
        assert column.en in line
        assert column.confidentiality in line


def test_no_two_columns_share_a_name() -> None:
    names = [column.name for columns in RECORDS.values() for column in columns]
    names += [column.name for column in DELIVERED_ONLY]
    assert len(names) == len(set(names))
