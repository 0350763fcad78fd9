"""The report of a delivery that is the same again: that of the run which judged it, under the name of this run."""

import os
import shutil
from pathlib import Path

from sync.folder.document import Counts
from sync.folder.files import private_folder
from sync.folder.summary import Summary
from sync.report import FILES, REPORT


def report_again(run_dir: Path, judged: Path) -> Counts:
    """Leave the files of `judged` in `run_dir` too; counts for the ledger. They are links, and take no room."""
    folder = private_folder(run_dir / REPORT)
    for name in FILES:
        source, target = judged / REPORT / name, folder / name
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without links
            shutil.copy2(source, target)
    summary = Summary.load(run_dir)
    return summary.model_dump(include={"decision", "read", "accepted", "held", "quarantined", "unreadable"})
