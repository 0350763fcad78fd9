"""What a file says of its CRS when it says that it has none.

GeoPackages have rows for it (srs_id 0 and -1, which GDAL 3.3 to 3.8 wrote for every layer without a CRS), WKT has systems of
a building site (LOCAL_CS, ENGCRS), Esri one that is only assumed. None of these is a statement that could be held against
what was declared: the declared CRS counts, and the data show whether it is right.
"""

from functools import lru_cache

_NOTHING = {"", "unknown", "undefined", "none", "{b286c06b-0879-11d2-aaca-00c04fa33c20}"}
_UNDEFINED = ("undefined", "gcs_assumed_geographic")


def stated(text: str | None) -> str | None:
    """The CRS that a file states; None where what it holds in that place states none."""
    if text is None or text.strip().strip("\x00").strip().casefold() in _NOTHING:
        return None
    return None if _is_undefined(text) else text


@lru_cache(maxsize=256)
def _is_undefined(text: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_user_input(text)
    except CRSError:
        return False  # what nobody can read was meant to say something
    if found.is_bound and found.source_crs is not None:
        found = found.source_crs
    if found.is_compound:
        found = found.sub_crs_list[0]
    return bool(found.is_engineering or found.name.casefold().startswith(_UNDEFINED))
