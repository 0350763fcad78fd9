"""How good the checks are: a nation whose faults are known is checked, and every finding is held against the truth.

The check is the one of `landsync check --context`. A finding about several parcels is compared with all of them, one of
a commune as a whole by commune and sheet; one that is there twice, or about other parcels, is a false one.
"""

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.check import check
from sync.conform import conform
from sync.declared.profile import load_profile
from sync.folder.boundaries import write_boundaries
from sync.folder.judgement import load_findings, load_verdicts
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch
from sync.known.context.file import read_context
from sync.lab.evaluate.compare import CheckLine, FindingDifference, compare
from sync.lab.generate.deliver import CONTEXT, FINDINGS, GROUPS, NATION
from validators.catalogue import CHECKS
from validators.condensed import by_row
from validators.stored import CommuneVerdict

Progress = Callable[[str, int], None]

# Checks for which a nation that is delivered once, in good form, holds nothing to find.
NOT_SEEDED: dict[str, Bilingual] = {
    "IDN-CLAIMED": Bilingual(
        "chỉ khi thửa của xã khác trong tỉnh giữ mã và không có trong gói",
        "only where a parcel of another commune of the province, which is not delivered, has the id",
    ),
    "IDN-CONFLICT": Bilingual(
        "chỉ cơ sở dữ liệu phát hiện được, khi hợp nhất", "only the database can tell, inside the merge"
    ),
    **{
        code: Bilingual("chỉ có ở gói biến động", "only in change sets")
        for code in ("CHG-KEY", "CHG-ACTION", "CHG-VERSION", "CHG-REPEATED", "CHG-CONFLICT")
    },
}
# What a nation with one user a row holds nothing of: seeded with `--people many`.
OF_TABLES: tuple[str, ...] = ("PER-CONFLICT", "PER-ORPHAN", "PER-SHARES")
_WITHOUT_TABLES = Bilingual(
    "chỉ khi tạo với --people many: người sử dụng, Giấy chứng nhận, quyền là các bảng",
    "only with --people many, where users, certificates and rights come as tables",
)
_NONE = Bilingual("không có lỗi cài sẵn trong thư mục này", "nothing of it was seeded in this folder")


@dataclass(frozen=True, slots=True)
class CommuneDifference:
    """A commune whose verdict is not the expected one."""

    province: str
    commune: str
    expected: dict[str, Any]
    found: dict[str, Any]


@dataclass(slots=True)
class Evaluation:
    """What came out: a line per check with anything seeded or found, and what differs."""

    parcels: int
    seeded_parcels: int
    communes: int
    checks: list[CheckLine] = field(default_factory=list)
    not_seeded: dict[str, Bilingual] = field(default_factory=dict)
    not_run: list[str] = field(default_factory=list)
    differences: list[FindingDifference] = field(default_factory=list)
    verdicts: list[CommuneDifference] = field(default_factory=list)

    @property
    def worst(self) -> float:
        """The lowest precision or recall of any check."""
        shares = [share for line in self.checks for share in (line.precision, line.recall)]
        return min((share for share in shares if share is not None), default=1.0)

    def reaches(self, share: float) -> bool:
        """Whether every check has at least this precision and recall, and every commune its group."""
        return self.worst >= share and all(d.expected["group"] == d.found["group"] for d in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        totals = CheckLine(
            "", *(sum(getattr(line, name) for line in self.checks) for name in ("seeded", "found", "false"))
        ).as_dict()
        del totals["code"]
        return {
            "parcels": self.parcels,
            "parcels_with_defects": self.seeded_parcels,
            "communes": self.communes,
            "checks": [line.as_dict() for line in self.checks],
            "totals": totals | {"worst": self.worst},
            "not_seeded": [
                {"code": code, "why_vi": why.vi, "why_en": why.en} for code, why in self.not_seeded.items()
            ],
            "not_run": self.not_run,
            "examples": [difference.as_dict() for difference in self.differences],
            "communes_that_differ": [
                {"province": d.province, "commune": d.commune, "expected": d.expected, "found": d.found}
                for d in self.verdicts
            ],
        }


def evaluate(nation: Path, keep: Path | None = None, progress: Progress | None = None) -> Evaluation:
    """Check every delivery of a generated nation and compare with its truth.

    keep      a folder in which the runs of the checks stay, one per province; else they are thrown away
    progress  called after each province with its code and its number of rows

    Raises UsageError (EVAL-NO-NATION) where the folder is none that `landsync generate` wrote.
    """
    document = _nation(nation)
    found, verdicts, not_run = [], [], set[str]()
    for line in document["provinces"]:
        with _run_dir(keep, line["code"]) as run_dir:
            _check(nation, line["code"], run_dir)
            found.append(_findings(run_dir, line["code"]))
            for verdict in load_verdicts(run_dir):
                verdicts.append((line["code"], verdict))
                not_run |= set(verdict.not_run)
        if progress:
            progress(line["code"], line["parcels"])
    expected = read_truth(nation / FINDINGS)
    lines, differences = compare(expected, pa.concat_tables(found))
    seeded = {line.code for line in lines if line.seeded}
    return Evaluation(
        parcels=document["totals"]["parcels"],
        seeded_parcels=document["totals"]["defects"],
        communes=document["totals"]["communes"],
        checks=_in_order(lines),
        not_seeded={
            check.code: _why_not_seeded(check.code, document) for check in CHECKS if check.code not in seeded
        },
        not_run=sorted(not_run),
        differences=differences,
        verdicts=_compare_verdicts(nation, verdicts),
    )


def _why_not_seeded(code: str, document: dict[str, Any]) -> Bilingual:
    if code in OF_TABLES and "people" not in document["options"]:
        return _WITHOUT_TABLES
    return NOT_SEEDED.get(code, _NONE)


def read_truth(file: Path) -> pa.Table:
    """A truth file: codes stay text, nothing said is NULL."""
    with file.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    whole = {"finding": pa.int64(), "part_no": pa.int32(), "source_row": pa.int64()}
    whole |= dict.fromkeys(("read", "quarantined", "rows_with_error", "group"), pa.int64())
    options = pyarrow.csv.ConvertOptions(
        column_types={name: whole.get(name, pa.string()) for name in names}, strings_can_be_null=True
    )
    return pyarrow.csv.read_csv(file, convert_options=options)


def _nation(nation: Path) -> dict[str, Any]:
    if not (nation / NATION).is_file() or not (nation / FINDINGS).is_file():
        raise UsageError(
            "EVAL-NO-NATION",
            Bilingual(
                f"«{nation}» không phải thư mục do `landsync generate` ghi, hoặc là gói biến động.",
                f"“{nation}” is no folder that `landsync generate` wrote, or holds change sets.",
            ),
            Bilingual(
                "Hãy tạo trước: landsync generate --labelled --out DIR --parcels 50000 --defects 0.01",
                "Make one first: landsync generate --labelled --out DIR --parcels 50000 --defects 0.01",
            ),
        )
    document: dict[str, Any] = json.loads((nation / NATION).read_text(encoding="utf-8"))
    return document


@contextmanager
def _run_dir(keep: Path | None, province: str) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="landsync-evaluate-") as name:
            yield Path(name)
        return
    folder = keep / province
    folder.mkdir(parents=True)
    yield folder


def _check(nation: Path, province: str, run_dir: Path) -> None:
    """The stages of `landsync check --context` up to the judgement."""
    profile = load_profile(province)
    file = nation / CONTEXT / f"{province}.zip"
    known = read_context(file, province) if file.is_file() else None
    if known is not None and known.boundaries is not None:
        write_boundaries(run_dir, known.boundaries)
    fetch(nation / province, profile, run_dir)
    conform(run_dir, profile)
    check(run_dir, profile, known)


def _findings(run_dir: Path, province: str) -> pa.Table:
    """The findings of a run as `compare` wants them: with the place of their row in the delivery."""
    named = ["dataset", "check_code", "row_no", "handle", "others", "detail"]
    findings = by_row(load_findings(run_dir)).select(named)
    rows = pa.concat_tables(
        pq.read_table(path, columns=["row_no", "part_no", "source_row"])
        for path in part_paths(run_dir).values()
    ).sort_by("row_no")
    at = pc.index_in(findings["row_no"].combine_chunks(), value_set=rows["row_no"].combine_chunks())
    for name in ("part_no", "source_row"):
        findings = findings.append_column(name, rows[name].combine_chunks().take(at))
    return findings.add_column(0, "delivery", pa.repeat(province, len(findings)))


def _in_order(lines: list[CheckLine]) -> list[CheckLine]:
    place = {check.code: k for k, check in enumerate(CHECKS)}
    return sorted(lines, key=lambda line: (place.get(line.code, len(place)), line.code))


def _compare_verdicts(nation: Path, verdicts: list[tuple[str, CommuneVerdict]]) -> list[CommuneDifference]:
    """Rows read, quarantined and with an error, and the group, of every commune."""
    found = {
        (province, verdict.code): {
            "read": verdict.read,
            "quarantined": verdict.quarantined + verdict.unreadable,
            "rows_with_error": verdict.rows_with_error,
            "group": verdict.group,
        }
        for province, verdict in verdicts
    }
    nothing = {"read": 0, "quarantined": 0, "rows_with_error": 0, "group": None}
    differences = []
    for line in read_truth(nation / GROUPS).to_pylist():
        place = (line.pop("delivery"), line.pop("commune"))
        said = found.pop(place, nothing)
        if said != line:
            differences.append(CommuneDifference(*place, line, said))
    return differences + [CommuneDifference(*place, nothing, said) for place, said in found.items()]
