"""The tables of meridians and of land-use codes."""

from parcels.crs import ZONES as CRS_ZONES
from parcels.reference.conversion import CHANGE_DATE, OldCommune
from parcels.reference.documents import ADMINISTRATIVE_MAP_DOUBTS, ADMINISTRATIVE_MAP_EPSG, MERIDIANS
from parcels.reference.land_use_list import CURRENT, CURRENT_FROM, LEGACY, ZONES
from parcels.reference.tabular import Rows, bare_name, fold, to_csv


def _meridian_text(degrees: float) -> str:
    return f"{int(degrees)}°{round(degrees % 1 * 60):02d}′"


def meridians(january: dict[str, OldCommune]) -> bytes:
    """Cadastral meridian and zone of the 63 old provinces, by the new province that holds them."""
    old_codes = {fold(bare_name(old.province)): old.province_code for old in january.values()}
    rows: Rows = []
    for entry in MERIDIANS:
        lon0 = CRS_ZONES[entry.epsg].lon0
        rows.append(
            [
                old_codes[fold(entry.old_province)],
                entry.old_province,
                entry.province_code,
                _meridian_text(lon0),
                f"{lon0:g}",
                str(entry.epsg),
                "",
                "",
                "secondary",
                "EPSG area of use; agrees with lists after TT 973/2001/TT-TCĐC",
            ]
        )
    return to_csv(
        [
            "old_province_code",
            "old_province",
            "province_code",
            "meridian",
            "meridian_deg",
            "epsg",
            "valid_from",
            "valid_to",
            "certainty",
            "source",
        ],
        sorted(rows),
    )


def administrative_map_meridians() -> bytes:
    """TT 24/2025: meridians of provincial administrative maps. Not the cadastre's."""
    rows: Rows = []
    for code, epsg in sorted(ADMINISTRATIVE_MAP_EPSG.items()):
        lon0 = CRS_ZONES[epsg].lon0
        doubt = ADMINISTRATIVE_MAP_DOUBTS.get(code, "")
        certainty = "ambiguous" if "second copy" in doubt else "secondary"
        rows.append(
            [
                code,
                _meridian_text(lon0),
                f"{lon0:g}",
                str(epsg),
                CHANGE_DATE,
                "",
                certainty,
                "TT 24/2025/TT-BNNMT",
                doubt,
            ]
        )
    return to_csv(
        [
            "province_code",
            "meridian",
            "meridian_deg",
            "epsg",
            "valid_from",
            "valid_to",
            "certainty",
            "source",
            "note",
        ],
        rows,
    )


def land_use_codes() -> bytes:
    """Land-use codes: current from 1 August 2024; legacy ones and zones of planning marked."""
    current = {use.code: use for use in CURRENT}

    def group(code: str) -> str:
        while code in current and current[code].parent:
            code = current[code].parent
        return code if code in current else ""

    rows: Rows = []
    for status, uses in (("current", CURRENT), ("legacy", LEGACY), ("zone", ZONES)):
        for use in uses:
            dates = [CURRENT_FROM, ""] if status == "current" else ["", CURRENT_FROM]
            rows.append(
                [
                    use.code,
                    use.vi,
                    use.en,
                    group(use.code if status == "current" else use.parent),
                    use.parent,
                    status,
                    *dates,
                    "recalled" if status == "current" else "secondary",
                ]
            )
    return to_csv(
        ["code", "name_vi", "name_en", "group", "parent", "status", "valid_from", "valid_to", "certainty"],
        sorted(rows),
    )
