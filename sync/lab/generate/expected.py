"""Every finding that a correct check reports of a labelled nation, with all its parcels: truth_findings.csv.

Written by what seeds the faults, and by second implementations of the few rules that depend on all the rows of a
commune. A fault at a border is expected on both sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.model import UNKNOWN_COMMUNE
from sync.lab.generate.kinds import ALL, BY_NAME, NO_FAULT, WHOLE
from sync.lab.generate.merged import OLD
from sync.lab.generate.province import BuiltGround, Integers, ProvinceBatch
from sync.lab.generate.whole import numbers

# A line per parcel of a finding; one line without a parcel for a finding of a commune as a whole.
FINDINGS_TRUTH = pa.schema(
    [
        pa.field("finding", pa.int64()),
        pa.field("delivery", pa.string()),
        pa.field("commune", pa.string()),  # the dataset in which it is reported
        pa.field("expected_check", pa.string()),
        pa.field("kind", pa.string()),  # natural: what a faultless nation has as well
        pa.field("key", pa.string()),  # of a finding of a commune as a whole
        pa.field("parcel_delivery", pa.string()),
        pa.field("part_no", pa.int32()),
        pa.field("source_row", pa.int64()),
        pa.field("source_key", pa.string()),
    ]
)
NATURAL = "natural"
# CNT: numbers of a sheet are missing when they are at least so many, and more than this share; longer runs are no gap.
_NUMBERS_GONE, _SHARE_GONE, _RUN, _SHEET_RUN = 5, (1, 20), 100, 10


@dataclass(slots=True)
class Expected:
    """Collects findings of a whole nation; `registry`: where the rows of each commune are, for those at borders."""

    tables: list[pa.Table] = field(default_factory=list)
    registry: dict[str, tuple[str, int, int, pa.Array]] = field(default_factory=dict)
    borders: dict[str, "_Border"] = field(default_factory=dict)
    count: int = 0

    def add(self, batch: ProvinceBatch, wholes: dict[str, list[str]], lost: dict[str, str]) -> None:
        """The findings of a province, but those at its borders. lost: commune → its sheet that is not delivered."""
        home = np.array([t.commune.code for t in batch.delivery.territories], dtype=object)[batch.commune]
        leaves = np.array([*(kind.leaves for kind in ALL), False])[batch.kind]
        dataset = np.where(leaves, UNKNOWN_COMMUNE, home)
        for kind, check, members in _of_rows(batch):
            self._put(batch, dataset, kind, check, members)
        multipart = shapely.get_num_geometries(batch.geometry) > 1
        multipart &= batch.kind != ALL.index(
            BY_NAME["part_of_one_point"]
        )  # one part is there, and the row is refused
        self._put(batch, dataset, NATURAL, "GEO-MULTIPART", np.flatnonzero(multipart)[:, None])
        for k, territory in enumerate(batch.delivery.territories):
            code = territory.commune.code
            rows = np.flatnonzero((batch.commune == k) & ~leaves)
            for check, key in (
                *(gap for old in _by_old_commune(batch, rows) for gap in _missing_numbers(batch, old)),
                *_undated(batch, rows),
                *_wholes(wholes.get(code, []), lost.get(code)),
            ):
                self._put_whole(batch.delivery.province, code, check, key)
            if len(territory.site.communes) > 1:
                self.borders[territory.site.code] = _border(batch.grounds[territory.site.code])
                first = int(np.searchsorted(batch.commune, k))
                keys = batch.columns["source_key"].slice(first, territory.parcels)
                part = int(batch.part[first])
                start = first - int(np.searchsorted(batch.part, part))
                self.registry[code] = (batch.delivery.province, part, start, keys)

    def _put(
        self, batch: ProvinceBatch, dataset: NDArray[np.object_], kind: str, check: str, members: Integers
    ) -> None:
        """Findings of `check`, each about the rows of one line of `members` (k, parcels)."""
        k, parcels = members.shape
        rows = members.ravel()
        part = batch.part[rows]
        starts = np.searchsorted(batch.part, np.arange(len(batch.delivery.parts)))
        province = pa.repeat(batch.delivery.province, len(rows))
        self.tables.append(
            pa.table(
                [
                    pa.array(self.count + np.repeat(np.arange(k), parcels)),
                    province,
                    pa.array(dataset[np.repeat(members[:, 0], parcels)], pa.string()),
                    pa.repeat(check, len(rows)),
                    pa.repeat(kind, len(rows)),
                    pa.nulls(len(rows), pa.string()),
                    province,
                    pa.array(part, pa.int32()),
                    pa.array(rows - starts[part], pa.int64()),
                    batch.columns["source_key"].take(pa.array(rows)),
                ],
                schema=FINDINGS_TRUTH,
            )
        )
        self.count += k

    def _put_whole(self, province: str, commune: str, check: str, key: str | None) -> None:
        kind = next((kind.name for kind in WHOLE if kind.check == check), NATURAL)
        line = {
            "finding": self.count,
            "delivery": province,
            "commune": commune,
            "expected_check": check,
            "kind": kind,
            "key": key,
        }
        self.tables.append(pa.Table.from_pylist([line], schema=FINDINGS_TRUTH))
        self.count += 1

    def table(self) -> pa.Table:
        """Everything, with the faults at borders of which both sides are there."""
        for border in self.borders.values():
            self._add_border(border)
        self.borders.clear()
        return pa.concat_tables([FINDINGS_TRUTH.empty_table(), *self.tables])

    def _add_border(self, border: "_Border") -> None:
        if any(code not in self.registry for code in border.codes):
            return
        for name, *parcels in border.faults:
            sides = [self._place(border, parcel) for parcel in parcels]
            for side in sides:
                lines = [
                    {
                        "finding": self.count,
                        "delivery": side["parcel_delivery"],
                        "commune": side["commune"],
                        "expected_check": BY_NAME[name].check,
                        "kind": name,
                        **{key: value for key, value in each.items() if key != "commune"},
                    }
                    for each in sides
                ]
                self.tables.append(pa.Table.from_pylist(lines, schema=FINDINGS_TRUTH))
                self.count += 1

    def _place(self, border: "_Border", parcel: int) -> dict[str, object]:
        member = int(np.searchsorted(border.first, parcel, side="right")) - 1
        province, part, start, keys = self.registry[border.codes[member]]
        index = parcel - border.first[member]
        return {
            "commune": border.codes[member],
            "parcel_delivery": province,
            "part_no": part,
            "source_row": start + index,
            "source_key": keys[index].as_py(),
        }


@dataclass(frozen=True, slots=True)
class _Border:
    """What is kept of a shared fabric until both its provinces are made: its communes, where the parcels of each begin,
    and the faults at their borders as kind and the two parcels."""

    codes: list[str]
    first: list[int]
    faults: list[tuple[str, int, int]]


def _border(ground: BuiltGround) -> _Border:
    faults = ground.faults
    return _Border(
        [commune.code for commune in ground.site.communes],
        [ground.first(member) for member in range(len(ground.site.communes))],
        []
        if faults is None
        else list(zip(faults.kind.tolist(), faults.parcel.tolist(), faults.other.tolist(), strict=True)),
    )


def _of_rows(batch: ProvinceBatch) -> Iterator[tuple[str, str, Integers]]:
    """Kind, check and (k, parcels) rows of what was seeded in rows; what is at borders is not here."""
    for k, kind in enumerate(ALL):
        rows = np.flatnonzero(batch.kind == k)
        if not len(rows) or kind.check == NO_FAULT or (kind.check.startswith("BRD-") and kind.pair):
            continue
        if kind.pair:
            second = rows[batch.copied_from[rows] >= 0]
            yield kind.name, kind.check, np.column_stack([batch.copied_from[second], second])
            continue
        for check in (kind.check, *kind.also):
            yield kind.name, check, rows[:, None]


def _wholes(names: list[str], lost: str | None) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    if "coarse_coordinates" in names:
        found.append(("GEO-PRECISION", None))
    if "sheet_lost" in names:
        found.append(("CNT-SHEET-MISSING", lost))
    if "fewer_parcels" in names:
        found.append(("CNT-FEWER", None))
    return found


def _undated(batch: ProvinceBatch, rows: Integers) -> list[tuple[str, str | None]]:
    """A commune in which the day from which a parcel exists is not known of some."""
    return [("ATT-UNDATED", None)] if batch.columns["valid_from"].take(pa.array(rows)).null_count else []


def _by_old_commune(batch: ProvinceBatch, rows: Integers) -> list[Integers]:
    """The rows of each old commune, whose sheets are counted by themselves."""
    if OLD not in batch.columns:
        return [rows]
    coded = batch.columns[OLD].take(pa.array(rows)).dictionary_encode(null_encoding="encode")
    return [rows[np.asarray(coded.indices) == k] for k in range(len(coded.dictionary))]


def _missing_numbers(batch: ProvinceBatch, rows: Integers) -> list[tuple[str, str | None]]:
    """Sheets between others, and numbers of a sheet, that no row of the commune has; (check, sheet)."""
    sheet, number = numbers(batch, "sheet_no", rows), numbers(batch, "parcel_no", rows)
    there = np.unique(sheet[sheet >= 0])
    found: list[tuple[str, str | None]] = []
    for here, gap in zip(there.tolist(), (np.diff(there) - 1).tolist(), strict=False):
        if 0 < gap < _SHEET_RUN:
            found += [("CNT-SHEET-GAP", str(here + 1 + k)) for k in range(gap)]
    for one in there.tolist():
        on_it = sheet == one
        given = np.unique(number[on_it & (number >= 0)])
        gaps = np.diff(given) - 1
        gone = int(gaps[gaps < _RUN].sum())
        spare = int(on_it.sum()) - len(given)  # rows whose number is missing or taken stand for one
        missing = gone - min(spare, gone)
        if missing >= _NUMBERS_GONE and missing * _SHARE_GONE[1] > (len(given) + gone) * _SHARE_GONE[0]:
            found.append(("CNT-NUMBER-GAP", str(one)))
    return found


def mark_borders(batch: ProvinceBatch) -> None:
    """The rows that the faults at borders are about carry nothing else."""
    first = np.searchsorted(batch.commune, np.arange(len(batch.outlines) + 1))
    for k, territory in enumerate(batch.delivery.territories):
        ground = batch.grounds.get(territory.site.code)
        if ground is None or ground.faults is None:
            continue
        begin = ground.first(territory.member)
        for side in (ground.faults.parcel, ground.faults.other):
            mine = (side >= begin) & (side < begin + territory.parcels)
            for name in np.unique(ground.faults.kind[mine]):
                rows = side[mine & (ground.faults.kind == name)] - begin + first[k]
                batch.kind[rows] = ALL.index(BY_NAME[str(name)])
