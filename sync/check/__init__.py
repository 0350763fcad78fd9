"""The check stage: every dataset of the snapshot before the validators, their verdicts into `judgement/`.

Opinions are the validators'; here is only what they need to be handed, and where their answers go.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from parcels.model import UNKNOWN_COMMUNE
from sync.check.live import live_of
from sync.check.neighbours import Neighbours
from sync.check.parallel import each_in_order
from sync.check.people import people_faults, people_here
from sync.check.workers import Told, get_ready, judging
from sync.declared.profile import Profile
from sync.folder.boundaries import load_boundaries
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.document import Counts
from sync.folder.judgement import Judged, JudgementWriter
from sync.folder.people import load_people_rows
from sync.folder.snapshot import PartTables, part_paths, read_part
from sync.known import Known
from sync.known.expected import by_commune, newest
from validators.base import Context, Repeated
from validators.borders.seam import reach_m
from validators.catalogue import CHECKS
from validators.change_sets import CHANGE_COLUMNS, contradicting, repeated_in_changes, repeated_versions
from validators.delivery import Delivered, context_of
from validators.identity.handles import KEY_COLUMNS
from validators.policy import Policy, policy_at
from validators.stored import of_a_part

_FOREIGN = (
    "dữ liệu nước ngoài, không có gì của quốc gia để so sánh · foreign: nothing of the nation to compare with"
)


def check(
    run_dir: Path,
    profile: Profile,
    known: Known | None = None,
    policy: Policy | None = None,
    expected: pa.Table | None = None,
) -> Counts:
    """Judge every dataset of the run and leave `judgement/`.

    known     what the nation knows of the province; None when that is not at hand: then the verdicts are provisional
    policy    the one in force on the delivery's day unless another is given
    expected  EXPECTED_SCHEMA: more figures of the land statistics than the nation knows

    Returns counts for the ledger.
    """
    record = DeliveryRecord.load(run_dir)
    used = policy or policy_at(record.as_of)
    paths = part_paths(run_dir)
    size = sum(pq.read_metadata(path).num_rows for path in paths.values())
    get_ready(size)
    context, neighbours = _of_the_delivery(run_dir, profile, record, used, known)
    outlines = _outlines(run_dir)
    live = live_of(known, paths, record, used)
    figures = by_commune(newest(expected, None if known is None else known.expected()))
    verdicts = []
    with (
        judging(record.province, context, size, len(paths)) as judged,
        JudgementWriter(run_dir) as writer,
    ):
        complete = () if context.changes else record.complete_for
        tasks = (
            (
                code,
                path,
                _here(code, known, live, neighbours, outlines, complete=code in complete)
                | {"expected": figures.get(code, ()), "people": people_here(run_dir, code)},
            )
            for code, path in paths.items()
        )
        for verdict in judged(tasks):
            writer.add(verdict.rows, verdict.findings, verdict.repairs)
            whole = profile.foreign or context.changes  # of neither anything else is kept
            partly = not whole and verdict.commune_code not in (*complete, UNKNOWN_COMMUNE)
            verdicts.append(of_a_part(verdict.kept()) if partly else verdict.kept())
    Judged(as_of=record.as_of, policy=used.name, province=record.province, communes=tuple(verdicts)).save(
        run_dir
    )
    return {
        "read": sum(verdict.read for verdict in verdicts),
        "accepted": sum(verdict.accepted for verdict in verdicts),
        "quarantined": sum(verdict.quarantined for verdict in verdicts),
        "unreadable": sum(verdict.unreadable for verdict in verdicts),
    }


def _of_the_delivery(
    run_dir: Path, profile: Profile, record: DeliveryRecord, used: Policy, known: Known | None
) -> tuple[Context, Neighbours]:
    """What all communes of a delivery share: handles that repeat, claims, results, excuses; and who lies beside whom."""
    paths = part_paths(run_dir)
    changes = record.changes
    parts: Mapping[str, pa.Table] = PartTables(paths, [*KEY_COLUMNS, *(CHANGE_COLUMNS if changes else ())])
    if changes:
        parts = dict(parts)  # one night's changes; compared with each other as a whole
    with ThreadPoolExecutor(1) as aside:
        neighbours = aside.submit(
            Neighbours,
            {} if profile.foreign else paths,
            record.province,
            reach_m(used),
            record.as_of if changes else None,
        )
        delivered = Delivered(parts, record.as_of, each_in_order)
        context = context_of(
            delivered,
            province_code=record.province,
            policy=used,
            claims=None if known is None else known.claims(delivered.ids),
            complete=() if changes else record.complete_for,
            not_applicable=_left_out(profile),
            repeats=_repeats(parts, paths, record.as_of) if changes else None,
        )
        context = replace(
            context,
            measured_in=profile.measured_in,
            straightened=_straightened(run_dir),
            people_faults=people_faults(load_people_rows(run_dir)),
        )
        if known is not None:
            context = replace(
                context,
                authentication=known.authentication(),
                excused=known.excused(),
                told_of_communes=known.told_of_communes(),
            )
        return context, neighbours.result()


def _left_out(profile: Profile) -> dict[str, str]:
    """The checks that do not apply: what the profile says, and of a foreign cadastre what asks the nation."""
    if not profile.foreign:
        return dict(profile.not_applicable)
    foreign = {check.code: _FOREIGN for check in CHECKS if check.scope == "contextual"}
    return foreign | dict(profile.not_applicable)


def _repeats(parts: Mapping[str, pa.Table], paths: dict[str, Path], as_of: date) -> Repeated:
    """What repeats in a change set. Whole rows are read only where a version of an object stands in several."""
    twice = repeated_versions(parts.values())
    if not len(twice):
        return repeated_in_changes(parts, as_of)
    whole = (read_part(path) for path in paths.values())
    return repeated_in_changes(parts, as_of, contradicting(whole, twice))


def _straightened(run_dir: Path) -> dict[int, int]:
    """Part of the delivery → curves of its drawing that reading made into vertices."""
    parts = Conformed.load(run_dir).parts
    return {part.part_no: part.notes.curves for part in parts if part.notes.curves}


def _outlines(run_dir: Path) -> dict[str, shapely.Geometry]:
    """The outlines of communes that the run was given, by code."""
    found = load_boundaries(run_dir)
    return {} if found is None else dict(zip(found.codes, found.polygons, strict=True))


def _here(
    code: str,
    known: Known | None,
    live: Callable[[str], pa.Table | None],
    neighbours: Neighbours,
    outlines: Mapping[str, shapely.Geometry],
    *,
    complete: bool,
) -> Told:
    """What is known of one commune, beside the context of the delivery. In the thread that opened `known`."""
    told: Told = {
        "boundary": outlines.get(code),
        "complete": complete,
        "live": live(code),
        "neighbours": neighbours.of(code, known),
        "neighbours_partly": known is None,
    }
    if known is None:
        return told
    return told | {
        "retired": known.retired(code),
        "waiting": known.waiting(code),
    }
