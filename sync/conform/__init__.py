"""Conform: what a province delivered, in the nation's words and on the nation's grid: the snapshot.

Nothing is judged and no row is dropped here; parts of a parcel in several rows are joined where a profile says so. A part whose CRS contradicts what was declared, and a commune
whose parcels lie elsewhere, are held: the reasons go to the gate.
"""

import shutil
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.model import SNAPSHOT_SCHEMA
from parcels.versions import END
from sync.conform.changes import Versions, latest_of
from sync.conform.columns import Mapper, find_columns
from sync.conform.communes import CommuneFinder, Evidence
from sync.conform.constants import check_constants
from sync.conform.detective import Detective, reason_of
from sync.conform.eras import Era, unclear_reason
from sync.conform.lists import FOLDER as LISTS_FOLDER
from sync.conform.lists import Lists
from sync.conform.numbers import Habits, MarksShown
from sync.conform.parts import ReadPart, resolve_parts
from sync.conform.several_rows import join_rows, refuse_changes
from sync.conform.shapes import shapes_of
from sync.conform.states import States, none_current
from sync.conform.tables import Tables
from sync.conform.texts import Texts
from sync.declared.profile import Profile
from sync.folder.conform import Conformed, PartRead
from sync.folder.delivery import DeliveryRecord
from sync.folder.document import Counts
from sync.folder.notes import LayerNotes
from sync.folder.people import clear_people, people_digests
from sync.folder.reasons import CrsEvidence, Reason
from sync.folder.snapshot import SnapshotWriter, split
from sync.intake.sources import GEOMETRY
from sync.intake.sources.guard import read_source
from validators.policy import policy_at

__all__ = ["conform"]


def conform(run_dir: Path, profile: Profile) -> Counts:
    """Read every part of the run's delivery once and write `snapshot/` and `conform.json`.

    Returns counts for the ledger. Raises DeliveryRejected, or UsageError for a profile that
    cannot be right; then no snapshot is left behind. What a late row shows of how its column writes numbers
    holds for the earlier ones too: then the delivery is read again.
    """
    habits = Habits()
    while True:
        try:
            return _conformed(run_dir, profile, habits)
        except MarksShown:
            habits.read_again()


def _conformed(run_dir: Path, profile: Profile, habits: Habits) -> Counts:
    record = DeliveryRecord.load(run_dir)
    check_constants(profile)
    _refuse_unknown_scope(record, profile)
    if record.changes:
        refuse_changes(profile)
    parts = resolve_parts(record, profile)
    evidence = Evidence.of_run(run_dir, record)
    writer = SnapshotWriter(run_dir)
    try:
        lists = Lists(record, profile, run_dir, parts, habits)
        tables = Tables(record, profile, run_dir, parts, habits)
        work = _Work(record, profile, writer, evidence, lists, habits)
        read_parts = tuple(work.read(part) for part in parts)
        work.lists.close()
        if not work.row_no and not record.changes:  # that nothing changed is news, too
            raise none_current(work.not_current) if work.not_current.total() else _no_rows()
        joined = join_rows(profile, writer)
        spoken = tables.leave_people(writer, lists)
        snapshot_sha256 = writer.close(people_digests(run_dir))
    except BaseException:
        writer.abandon()
        clear_people(run_dir)
        raise
    finally:
        shutil.rmtree(run_dir / LISTS_FOLDER, ignore_errors=True)
    communes = {code: writer.rows[code] for code in sorted(writer.rows)}
    shown = work.judge_crs()
    conformed = Conformed(
        snapshot_sha256=snapshot_sha256,
        read=sum(communes.values()),
        communes=communes,
        joined=joined,
        parts=read_parts,
        lists=work.lists.report(),
        people=tables.report(),
        files_not_read=record.unlisted,
        old_codes=work.communes.converted,
        version_kind=work.versions.kind,
        valid_from_means=profile.valid_from_means,
        conversion=work.communes.report(),
        crs=shown,
        holds=work.holds(),
        spoken=spoken,
    )
    conformed.save(run_dir)
    return {
        "read": conformed.read,
        "communes": len(communes),
        "holds": list(conformed.holds),
    }


class _Work:
    """One pass over a delivery: the running row number, and what is only known at its end."""

    def __init__(
        self,
        record: DeliveryRecord,
        profile: Profile,
        writer: SnapshotWriter,
        evidence: Evidence,
        lists: Lists,
        habits: Habits,
    ) -> None:
        self.habits = habits
        self.profile = profile
        self.writer = writer
        self.lists = lists
        self.era = Era("new", "declared")
        self.communes = CommuneFinder(record, profile, evidence)
        self.placeholders = policy_at(record.as_of).placeholders
        self.extracted_at = record.extracted_at
        self.detective = None if profile.foreign else Detective(record.as_of, policy_at(record.as_of).crs)
        self.parts: dict[int, ReadPart] = {}
        self.versions = Versions(profile, latest_of(record), changes=record.changes)
        self.changes = record.changes
        self.not_current: Counter[str] = Counter()
        self.row_no = 0
        self._held: dict[str, list[Reason]] = defaultdict(list)
        self._crs: dict[tuple[str, int], Reason | None] = {}

    def read(self, part: ReadPart) -> PartRead:
        """Read one part into the snapshot; its entry in conform.json."""
        profile = self.versions.mapped(self.profile)
        found = find_columns(profile, part.layer.columns, part.file, cut_names=part.source.cut_names)
        mapper = Mapper(profile, found, part.file, self.habits, part.part_no, rules=self.placeholders)
        texts = Texts(part)
        states = States(profile.states, part, changes=self.changes)
        era = self.era = self.communes.declared(part) or self._shown(part, mapper, states)
        rows_by_commune: dict[str, int] = defaultdict(int)
        first = self.row_no
        seen, unexplained = 0, set[str]()
        for batch in read_source(
            part.source, part.path, part.layer, states.with_column(mapper.source_columns)
        ):
            converted = texts.convert(batch)
            source_row = np.arange(seen, seen := seen + batch.num_rows)
            for state, mask in states.sorted_out(converted.batch):
                rows = converted.batch.filter(mask)
                columns, raw = self.lists.fill(
                    mapper.canonical(rows), converted.raw.filter(mask), self.row_no
                )
                if state == "historic":
                    columns["action"] = pa.repeat(pa.scalar(END), rows.num_rows)
                chosen = source_row[np.asarray(mask)]
                for code, count in self._batch(part, columns, raw, rows.column(GEOMETRY), era, chosen):
                    rows_by_commune[code] += count
                    unexplained |= {code} if state == "unknown" else set()
        self.not_current.update({name: states.counts[name] for name in ("draft", "historic")})
        for code in unexplained:
            self._held[code].append(states.reason())
        self.parts[part.part_no] = part
        for code in rows_by_commune:
            self._crs[code, part.part_no] = part.held
        for code in era.unclear & rows_by_commune.keys():
            self._held[code].append(unclear_reason())
        return PartRead(
            part_no=part.part_no,
            file=part.file,
            archive=part.archive,
            layer=part.layer.name,
            epsg=part.epsg,
            crs_of_file=part.layer.crs,
            crs=part.held.code if part.held else "stated" if part.layer.crs else "not stated",
            encoding=part.layer.encoding,
            old_province=part.old_province,
            read=self.row_no - first,
            deleted_in_file=part.layer.deleted,
            columns={canonical: " + ".join(names) for canonical, names in found.items()},
            columns_not_mapped=tuple(
                name for name in part.layer.columns if name not in states.with_column(mapper.source_columns)
            ),
            values_not_readable=mapper.unreadable,
            texts=texts.report(),
            assumed=tuple(name for name in found if name in self.profile.assumed),
            notes=LayerNotes.model_validate(part.layer.notes),
            commune_codes=era.read(),
            communes=dict(sorted(rows_by_commune.items())),
            states=states.report(),
        )

    def _shown(self, part: ReadPart, mapper: Mapper, states: States) -> Era:
        """How the commune codes of a part are to be read, from a first pass over them."""
        survey = self.communes.survey()
        named = mapper.found.get("commune_code", ())
        codes = Mapper(self.profile, {"commune_code": named}, part.file, rules=self.placeholders)
        for read in read_source(part.source, part.path, part.layer, states.with_column(list(named))):
            batch = read.filter(states.current(read))  # codes of before are right for what is history
            delivered = codes.canonical(batch)["commune_code"]
            rows = survey.wanted(delivered)
            if len(rows):
                at = pa.array(rows)
                shapes = shapes_of(batch.column(GEOMETRY).take(at), part.epsg, part.axes)
                survey.add_places(delivered.take(at), shapes.place)
        return survey.decide(self.extracted_at)

    def _batch(
        self,
        part: ReadPart,
        columns: dict[str, pa.Array],
        raw: pa.Array,
        wkb: pa.Array,
        era: Era,
        source_row: NDArray[np.int64],
    ) -> list[tuple[str, int]]:
        """One batch of canonical columns and geometries into the snapshot; rows by commune."""
        n = len(wkb)
        shapes = shapes_of(wkb, part.epsg, part.axes)
        columns, datasets = self.communes.assign(columns, shapes, era)
        columns |= {
            "row_no": pa.array(np.arange(self.row_no, self.row_no + n)),
            "part_no": pa.array(np.full(n, part.part_no, np.int32)),
            "source_row": pa.array(source_row, pa.int64()),
            "source_system": pa.repeat(pa.scalar(self.profile.system), n),
            "source_srid": pa.array(np.full(n, part.epsg, np.int32)),
            "area_m2": shapes.area,
            "raw_text": raw,
            **self.versions.read(columns),
            "source_wkb": shapes.delivered,
            "geom": shapes.geom,
        }
        table = pa.table([columns[name] for name in SNAPSHOT_SCHEMA.names], schema=SNAPSHOT_SCHEMA)
        pieces = split(datasets)
        for code, rows in pieces:
            piece = table if len(pieces) == 1 else table.take(pa.array(rows))
            self.writer.add(code, piece, shapes.bounds[rows])
            if self.detective is not None:
                self.detective.add(code, part.part_no, shapes, columns, rows)
        self.row_no += n
        return [(code, len(rows)) for code, rows in pieces]

    def judge_crs(self) -> dict[str, tuple[CrsEvidence, ...]]:
        """Decide in which CRS each dataset is; the evidence by commune. What must wait is held from then on."""
        found: dict[str, tuple[CrsEvidence, ...]] = defaultdict(tuple)
        for code, part, verdict in self.detective.verdicts(self.parts) if self.detective else ():
            self._crs[code, part.part_no] = reason_of(verdict, code, part)
            if verdict is not None:
                found[code] += (verdict.evidence(part.part_no),)
        return dict(found)

    def holds(self) -> dict[str, tuple[Reason, ...]]:
        """The reasons to hold, by commune."""
        held: dict[str, list[Reason]] = defaultdict(list)
        for (code, _), reason in sorted(self._crs.items(), key=lambda entry: entry[0]):
            if reason is not None:
                held[code].append(reason)
        for code, reasons in self._held.items():
            held[code] += reasons
        return {code: tuple(held[code]) for code in sorted(held)}


def _no_rows() -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-NO-ROWS",
        Bilingual("Gói dữ liệu không có thửa đất nào.", "The delivery holds no parcel at all."),
        Bilingual(
            "Hãy kiểm tra lại bước xuất dữ liệu: đúng lớp, đúng điều kiện lọc.",
            "Check the export: the right layer, the right filter.",
        ),
    )


def _refuse_unknown_scope(record: DeliveryRecord, profile: Profile) -> None:
    """Refuse `complete_for` with a code that is no commune of the province: a typing error would end nothing, silently."""
    if profile.foreign or not record.complete_for:
        return
    codes = pa.array(record.complete_for, pa.string())
    states = admin_units.classify_codes(codes, record.province, record.as_of)
    wrong = [code for code, state in zip(record.complete_for, states, strict=True) if state != "known"]
    if wrong:
        listed = ", ".join(wrong[:10])
        raise DeliveryRejected(
            "DLV-COMPLETE-FOR",
            Bilingual(
                f"complete_for trong delivery.toml có mã không phải xã của tỉnh {record.province}: {listed}.",
                f"complete_for in delivery.toml has codes that are no commune of province {record.province}: {listed}.",
            ),
            _new_codes(wrong),
        )


def _new_codes(wrong: list[str]) -> Bilingual:
    """What to write instead: the new communes that old ones among the codes became."""
    pairs = admin_units.conversion_candidates()
    became: dict[str, list[str]] = defaultdict(list)
    for old, new in zip(pairs["old_code"].to_pylist(), pairs["new_code"].to_pylist(), strict=True):
        if old in wrong:
            became[new].append(old)
    said = "; ".join(f"{', '.join(sorted(old))} → {new}" for new, old in sorted(became.items())[:10])
    if not said:
        return Bilingual(
            "Hãy sửa các mã xã đó (mã mới, 5 chữ số).", "Correct these codes (new codes, 5 digits)."
        )
    return Bilingual(
        f"Hãy ghi mã mới (5 chữ số). Mã cũ và xã mới tiếp nhận: {said}. Một xã cũ chia cho nhiều xã mới có ở mỗi xã đó.",
        f"Write new codes (5 digits). Old codes and the new communes that took them: {said}. An old commune that was "
        "divided stands before each of its new ones.",
    )
