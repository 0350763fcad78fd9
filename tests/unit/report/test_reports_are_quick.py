"""What a table in the terminal asks of the report's machinery: nothing that is only needed to write files."""

import subprocess
import sys


def test_the_ministrys_table_loads_nothing_that_writes_reports() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, sync.report.status; print(*[name for name in ('pyogrio', 'pandas', 'shapely', 'xlsxwriter', "
            "'validators.catalogue') if name in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == []
