"""Report: what the office sees of a run, into `report/`. Nothing in it names a person."""

from pathlib import Path

from sync.folder.document import Counts
from sync.folder.files import private_folder
from sync.folder.summary import Summary
from sync.report.geopackages import write_findings, write_quarantine
from sync.report.material import Material, gather
from sync.report.page import write_page
from sync.report.project import write_project
from sync.report.summary import summary_of
from sync.report.workbook import write_workbook

REPORT = "report"
PAGE = "report.html"
MAP = "findings.gpkg"
PROJECT = "findings.qgz"
WRITERS = {
    MAP: write_findings,
    "quarantine.gpkg": write_quarantine,
    PROJECT: write_project,  # of the two that lie beside it by then
    "findings.xlsx": write_workbook,
    PAGE: write_page,
}
FILES = (Path(Summary.FILE).name, *WRITERS)

__all__ = ["FILES", "MAP", "PAGE", "PROJECT", "REPORT", "gather", "report", "write_report"]


def report(run_dir: Path, judged_dir: Path | None = None) -> Counts:
    """Write `report/` of a run, after the gate or after the load; counts for the ledger.

    judged_dir  the folder of the run that judged the data, when `run_dir` only applies what was held
    """
    return write_report(gather(run_dir, judged_dir))


def write_report(material: Material) -> Counts:
    """Write `report/` of what was gathered; counts for the ledger."""
    folder = private_folder(material.run_dir / REPORT)
    for name, write in WRITERS.items():
        part = folder / f".part-{name}"
        part.unlink(missing_ok=True)
        write(material, part)
        part.replace(folder / name)
    summary = summary_of(material)
    summary.save(material.run_dir)
    return summary.model_dump(include={"decision", "read", "accepted", "held", "quarantined", "unreadable"})
