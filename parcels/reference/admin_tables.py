"""The tables of places: provinces, communes, the conversion and its report."""

from pathlib import Path

from parcels.reference.conversion import CHANGE_DATE, Conversion, OldCommune, Remark, kind_of, tidy_name
from parcels.reference.documents import KINDS_AS_OF, PROVINCE_KINDS, PROVINCES_FROM
from parcels.reference.tabular import Rows, bare_name, fold, read_rows, to_csv

JANUARY = "2025-01-01"  # the earliest date of which we hold a list of communes


def provinces(points: list[dict[str, str]]) -> bytes:
    """The 34 provinces: the kind now, since when, and the kind before where it changed."""
    kinds = {kind.code: kind for kind in PROVINCE_KINDS}
    rows: Rows = []
    for code, printed in sorted({row["province_code"]: row["province_name"] for row in points}.items()):
        name = bare_name(printed)
        first = "thành phố" if printed.startswith("Thành phố ") else "tỉnh"
        changed = kinds.get(code)
        if changed and changed.before != first:
            raise ValueError(f"{printed}: printed as {first}, the documents say {changed.before}")
        kind = changed.kind if changed else first
        rows.append(
            [
                code,
                name,
                f"{kind.capitalize()} {name}",
                kind,
                changed.since if changed else PROVINCES_FROM,
                changed.since_certainty if changed else "exact",
                changed.before if changed else "",
                KINDS_AS_OF,
                PROVINCES_FROM,
                "",
                changed.source if changed else "Nghị quyết 202/2025/QH15",
            ]
        )
    return to_csv(
        [
            "province_code",
            "name",
            "full_name",
            "kind",
            "kind_since",
            "kind_since_certainty",
            "kind_before",
            "kind_as_of",
            "valid_from",
            "valid_to",
            "source",
        ],
        rows,
    )


_COMMUNE_COLUMNS = [
    "commune_code",
    "valid_from",
    "valid_to",
    "name",
    "kind",
    "province_code",
    "old_province_code",
    "district",
    "lon",
    "lat",
    "area_km2",
    "note",
]


def communes(points: list[dict[str, str]], conversion: Conversion, january: dict[str, OldCommune]) -> bytes:
    """Every commune of now and of before 1 July 2025; a code is re-used, so the key is code + valid_from."""
    rows = _communes_now(points, conversion)
    if {row[0] for row in rows} != set(conversion.new_names):
        raise ValueError("the points and the conversion table do not name the same communes")
    return to_csv(_COMMUNE_COLUMNS, sorted(rows + _communes_before(conversion, january)))


def _communes_now(points: list[dict[str, str]], conversion: Conversion) -> Rows:
    rows: Rows = []
    for row in points:
        code, province = row["commune_code"], row["province_code"]
        name = conversion.new_names[code]
        if province != conversion.new_provinces[code]:
            raise ValueError(f"{code} lies in {province} and in {conversion.new_provinces[code]}")
        if fold(tidy_name(row["commune_name"])) != fold(name):
            raise ValueError(f"{code} is {row['commune_name']} in one table and {name} in the other")
        of = [province, conversion.new_old_provinces[code], ""]
        place = [row["lon"], row["lat"], row["area_km2"]]
        rows.append([code, CHANGE_DATE, "", name, kind_of(name), *of, *place, ""])
    return rows


def _communes_before(conversion: Conversion, january: dict[str, OldCommune]) -> Rows:
    """Those of January 2025, and those that came into being between January and July."""
    rows: Rows = []

    def add(code: str, name: str, of: list[str], note: str) -> None:
        rows.append([code, JANUARY, CHANGE_DATE, name, kind_of(name), *of, "", "", "", note])

    now_in = {pair.old_province_code: pair.province_code for pair in conversion.pairs}
    reached = {pair.old_code: pair for pair in conversion.pairs}
    for old in january.values():
        note = "" if old.code in reached else "merged or given another code between January and July 2025"
        add(old.code, old.name, [now_in[old.province_code], old.province_code, old.district], note)
    for code, pair in reached.items():
        if code not in january:
            note = f"issued between January and July 2025; January code {pair.january_code or 'not known'}"
            add(code, pair.old_name, [pair.province_code, pair.old_province_code, pair.district], note)
    return rows


def commune_conversion(conversion: Conversion) -> bytes:
    """Old code → new code, whole or part, with what was corrected and why."""
    return to_csv(
        [
            "old_code",
            "new_code",
            "extent",
            "valid_from",
            "old_name",
            "new_name",
            "old_province_code",
            "province_code",
            "district",
            "printed_old_code",
            "january_code",
            "january_name",
            "name_check",
            "reason",
        ],
        (
            [
                pair.old_code,
                pair.new_code,
                pair.extent,
                CHANGE_DATE,
                pair.old_name,
                pair.new_name,
                pair.old_province_code,
                pair.province_code,
                pair.district,
                pair.printed_code,
                pair.january_code,
                pair.january_name,
                pair.name_check,
                "; ".join(pair.reasons),
            ]
            for pair in conversion.pairs
        ),
    )


def conversion_report(remarks: list[Remark]) -> bytes:
    """Every disagreement that was met, and what was done about it."""
    return to_csv(
        ["line", "subject", "code", "name", "action", "reason"],
        (
            [str(remark.line or ""), remark.subject, remark.code, remark.name, remark.action, remark.reason]
            for remark in sorted(remarks, key=lambda remark: (remark.subject, remark.line, remark.code))
        ),
    )


def cross_check(path: Path, conversion: Conversion) -> list[Remark]:
    """Pairs that only one of the two tables has. The official one stays: its differences are reported."""
    theirs = {
        (f"{int(float(row['wardCode'])):05d}", row["newWardCode"])
        for row in read_rows(path)
        if row["wardCode"]
    }
    ours = {(pair.old_code, pair.new_code): pair for pair in conversion.pairs}
    return [
        Remark(
            pair.line,
            "cross-check",
            pair.old_code,
            f"{pair.old_name} → {pair.new_code}",
            "kept",
            "only in the official table",
        )
        for key, pair in ours.items()
        if key not in theirs
    ] + [
        Remark(0, "cross-check", old, f"→ {new}", "left out", "only in the second table, never taken over")
        for old, new in sorted(theirs - set(ours))
    ]
