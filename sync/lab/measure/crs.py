"""`landsync measure crs`: what becomes of every mistake with coordinate systems, counted over the whole country."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, out, say

_PROCESSORS = os.cpu_count() or 1
Communes = Annotated[int, typer.Option(min=1, help="số xã mỗi múi chiếu · communes per zone")]
Zones = Annotated[
    str,
    typer.Option(help="chỉ các múi chiếu này · these zones only; all 20 when not given", metavar="5897,9209"),
]
Seed = Annotated[int, typer.Option(min=0, help="cùng số này cho cùng kết quả · same seed, same table")]
ByZone = Annotated[bool, typer.Option("--by-zone", help="một dòng mỗi múi chiếu · a line per zone as well")]
Workers = Annotated[int, typer.Option(min=1, help="số tiến trình · processes")]

if TYPE_CHECKING:
    from validators.policy import CrsRules

_AS_OF = date(2026, 11, 20)
UNLISTED = "right one not named"  # held, and the right system is not among those that are named
Counts = Counter[tuple[str, str, str, str]]  # setting, zone, column, cell


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("crs", help=crs.__doc__)(crs)


def crs(
    communes: Communes = 4,
    zones: Zones = "",
    seed: Seed = 1,
    by_zone: ByZone = False,
    workers: Workers = _PROCESSORS,
    as_json: AsJson = False,
) -> None:
    """Đo độ tin cậy của việc nhận diện hệ tọa độ · Measure how a dataset's coordinate system is told."""
    from parcels.crs import ZONES

    with guarded(as_json=as_json):
        chosen = [int(code) for code in zones.split(",") if code.strip().isdecimal()] or list(ZONES)
        unknown = [epsg for epsg in chosen if epsg not in ZONES]
        if unknown:
            raise _no_zone(unknown[0])
        counts: Counts = Counter()
        jobs = [(zone, communes, seed) for zone in chosen]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            areas = pool.submit(_areas, seed) if 5897 in chosen else None
            alarms = [pool.submit(_alarms, seed, k, workers) for k in range(workers)] if not zones else []
            for counted in pool.map(_of_zone, jobs):
                counts += counted
            areas_found = areas.result() if areas else {}
            alarm = sum((job.result() for job in alarms), Counter())
        document: dict[str, Any] = {
            "seed": seed,
            "communes_per_zone": communes,
            **_tables(counts, chosen),
            "areas": areas_found,
            "right_without_ids": dict(alarm),
        }
        document["kept"] = _kept(document["matrix"])
        if as_json:
            emit_json(document)
        else:
            for line in _markdown(document, by_zone=by_zone):
                out.print(line, markup=False, soft_wrap=True)
            say(_summary(document["kept"]))
        if not all(document["kept"].values()):
            raise typer.Exit(1)


def _tables(counts: Counts, zones: list[int]) -> dict[str, Any]:
    """What was counted, for the nation and by zone."""
    from sync.lab.measure.crs_matrix import CELLS, COLUMNS, SETTINGS

    return {
        "matrix": {
            setting.name: {
                column: {cell: _sum(counts, setting.name, column, cell) for cell in (*CELLS, UNLISTED)}
                for column in COLUMNS
            }
            for setting in SETTINGS
        },
        "by_zone": {
            setting.name: {
                str(zone): {
                    column: [counts[setting.name, str(zone), column, cell] for cell in CELLS]
                    for column in COLUMNS
                }
                for zone in zones
            }
            for setting in SETTINGS
        },
    }


def _sum(counts: Counts, setting: str, column: str, cell: str) -> int:
    return sum(n for (s, _, c, k), n in counts.items() if (s, c, k) == (setting, column, cell))


def _rules() -> "CrsRules":
    from validators.policy import policy_at

    return policy_at(_AS_OF).crs


def _of_zone(job: tuple[int, int, int]) -> Counts:
    """The cells of one zone's communes, in every setting."""
    from sync.lab.measure.crs_matrix import SETTINGS, chosen_communes, outcomes, parcels_of

    zone, several, seed = job
    counts: Counts = Counter()
    for commune in chosen_communes(zone, several, seed):
        for size in dict.fromkeys(setting.parcels for setting in SETTINGS):
            parcels = parcels_of(commune, size, seed, zone=zone if zone == 5896 else None)
            settings = [setting for setting in SETTINGS if setting.parcels == size]
            for setting, found in outcomes(parcels, zone, settings, _rules(), seed):
                counts[setting.name, str(zone), found.column, found.cell] += 1
                if not found.listed:
                    counts[setting.name, str(zone), found.column, UNLISTED] += 1
    return counts


def _areas(seed: int) -> dict[str, dict[str, int]]:
    from sync.lab.measure.crs_areas import by_areas

    return by_areas(seed, _rules())


def _alarms(seed: int, turn: int, of: int) -> Counter[str]:
    from sync.lab.measure.crs_areas import right_without_ids

    return right_without_ids(seed, _rules(), turn, of)


def _kept(matrix: dict[str, dict[str, dict[str, int]]]) -> dict[str, bool]:
    """The three promises: nothing wrong passes, proposals are right, what is right and has ids passes."""
    cells: Counter[str] = Counter()
    wrong_passes = 0
    with_ids: Counter[str] = Counter()
    for setting, columns in matrix.items():
        for column, counted in columns.items():
            cells.update({cell: counted[cell] for cell in ("right proposal", "wrong proposal")})
            wrong_passes += counted["pass"] if column != "right" else 0
            if column == "right" and "with ids" in setting:
                with_ids.update({cell: n for cell, n in counted.items() if cell != UNLISTED})
    proposals = cells["right proposal"] + cells["wrong proposal"]
    return {
        "no_wrong_pass": wrong_passes == 0,
        "wrong_proposals_up_to_1_percent": cells["wrong proposal"] <= 0.01 * proposals,
        "right_with_ids_pass_99_percent": with_ids["pass"] >= 0.99 * with_ids.total(),
    }


def _markdown(document: dict[str, Any], *, by_zone: bool) -> Iterator[str]:
    """The tables as docs/crs.md keeps them."""
    from sync.lab.measure.crs_matrix import CELLS

    for setting, columns in document["matrix"].items():
        yield f"\n### {setting[0].upper()}{setting[1:]}\n"
        shown = (*CELLS, UNLISTED)
        yield f"| what the data are | {' | '.join(shown)} |"
        yield "| --- | " + " | ".join("---:" for _ in shown) + " |"
        for column, counted in columns.items():
            yield f"| {column} | " + " | ".join(str(counted[cell]) for cell in shown) + " |"
        if by_zone:
            yield from _zones(document["by_zone"][setting])
    if document["areas"]:
        yield "\n### TM-3 or UTM of the same meridian, by stated areas alone (1 % noisy)\n"
        yield "| parcels | TM-3: UTM ruled out | UTM: found and proposed | wrong |"
        yield "| ---: | ---: | ---: | ---: |"
        for parcels, found in document["areas"].items():
            yield f"| {parcels} | {found['tm3']} % | {found['utm']} % | {found['wrong']} |"
    if document["right_without_ids"]:
        yield "\n### Right declarations without ids, every commune of the country once\n"
        total = sum(document["right_without_ids"].values())
        for outcome, n in sorted(document["right_without_ids"].items(), key=lambda entry: -entry[1]):
            yield f"- {outcome}: {n} ({100 * n / total:.1f} %)"


def _zones(zones: dict[str, dict[str, list[int]]]) -> Iterator[str]:
    """A line per zone: pass / right proposal / wrong proposal / undecided."""
    columns = list(next(iter(zones.values())))
    yield f"\n| zone | {' | '.join(columns)} |"
    yield "| --- | " + " | ".join("---" for _ in columns) + " |"
    for zone, cells in zones.items():
        yield f"| {zone} | " + " | ".join("/".join(map(str, cells[column])) for column in columns) + " |"


def _summary(kept: dict[str, bool]) -> Bilingual:
    if all(kept.values()):
        return Bilingual(
            "Đạt: không có trường hợp sai nào được cho qua; đề xuất sai không quá 1 %; khai đúng và có mã định danh thì qua.",
            "Kept: nothing wrong passes; at most 1 % of proposals are wrong; what is right and has ids passes.",
        )
    broken = ", ".join(name for name, well in kept.items() if not well)
    return Bilingual(f"KHÔNG đạt: {broken}.", f"NOT kept: {broken}.")


def _no_zone(epsg: int) -> Exception:
    from parcels.errors import UsageError

    return UsageError(
        "MEASURE-ZONE",
        Bilingual(f"EPSG:{epsg} không phải múi chiếu VN-2000.", f"EPSG:{epsg} is no VN-2000 zone."),
        Bilingual("Ví dụ --zones 5897,9209.", "For example --zones 5897,9209."),
    )
