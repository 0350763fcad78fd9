"""The NOTICE beside the reference tables: where each came from, under what terms, and checksums."""

_TEXT = """\
Reference tables of landsync
============================

Made by `python -m parcels.reference.build` from the inputs below. The same inputs give the same bytes.

provinces.csv, communes.csv, commune_conversion.csv, commune_conversion_report.csv
    Codes, names, kinds and the conversion of old communes to new ones: tables of the General Statistics
    Office of Vietnam (Cục Thống kê), official documents of a state body; copies taken from the public
    repository sunshine-tech/VietnamProvinces (folder dev/seed-data; only the official tables were used,
    none of that project's code). Typing errors are corrected and the correction is written in each row.
    The report also compares with convert_legacy_2025_simple.csv of tranngocminhhieu/vietnamadminunits
    (MIT licence, Copyright (c) Tran Ngoc Minh Hieu); nothing of it is taken over.

communes.csv, columns lon, lat, area_km2
    A point inside each commune and its geodesic area, computed from the polygons of
    hongochai10/vietnamese-provinces-database (MIT licence; polygons collected from sapnhap.bando.com.vn).
    No polygon ships. The points are not surveyed and the areas not legal.

provinces.csv, kinds; meridians.csv; administrative_map_meridians.csv
    Typed by hand from resolutions of the National Assembly, the EPSG register (areas of use) and
    TT 24/2025/TT-BNNMT as reported; see parcels/reference/documents.py for how sure each is.

land_use_codes.csv
    Typed by hand after TT 08/2024/TT-BTNMT as dictionaries of cadastral systems give it; see
    parcels/reference/land_use_list.py.

Inputs (SHA-256)
{inputs}

Tables (SHA-256)
{tables}
"""


def notice(inputs: dict[str, str], tables: dict[str, str]) -> bytes:
    """The text of NOTICE, from file name → SHA-256 of inputs and of tables."""

    def listing(digests: dict[str, str]) -> str:
        return "\n".join(f"    {digest}  {name}" for name, digest in sorted(digests.items()))

    return _TEXT.format(inputs=listing(inputs), tables=listing(tables)).encode("utf-8")
