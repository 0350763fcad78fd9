"""The ministry's table on a terminal of any width: no value is ever cut."""

import io
from typing import Any

import pytest
from rich.console import Console

from sync.report.status import COUNTS, status_table

NAMES = ("Hà Nội", "Thành phố Hồ Chí Minh", "Quảng Trị")


def document() -> dict[str, Any]:
    provinces = []
    for number, name in enumerate(NAMES, 1):
        row = {"code": f"0{number}", "name": name, **dict.fromkeys(COUNTS, 0)}
        row |= {"communes": 5, "parcels": 46_000_000 + number, "not_delivered": 1, "group1": 1}
        provinces.append(
            row | {"groups": {"1": 1, "4": 37}, "last_sync": None, "days_since_sync": None, "state": "done"}
        )
    totals = {name: sum(row[name] for row in provinces) for name in COUNTS} | {"groups": {"1": 3, "4": 111}}
    return {"provinces": provinces, "totals": totals}


def printed(width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(status_table(document(), "vi", console.width))
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [40, 80, 100, 132, 200])
def test_every_value_can_be_read_at_any_width(width: int) -> None:
    lines = printed(width)
    text = "\n".join(lines)
    for said in [*NAMES, "46000001", "46000003", "111", "xong", "Cả nước"]:
        assert said in text, said
    assert text.replace("\n", " ").count("37") == len(NAMES)
    assert max(map(len, lines)) <= width


def test_a_wide_terminal_has_a_line_a_province_and_a_narrow_one_a_block() -> None:
    assert "Nhóm 4" in "\n".join(printed(200))
    assert sum("Hà Nội" in line and "46000001" in line for line in printed(200)) == 1
    assert not any("Hà Nội" in line and "46000001" in line for line in printed(80))
