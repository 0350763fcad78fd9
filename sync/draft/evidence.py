"""What the values of a delivered column look like: the share that could be what a canonical column holds.

Shares only: no value leaves this module, because some columns hold personal data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import identifiers, land_use
from parcels.admin_units import LATEST, communes_table
from parcels.bilingual import Bilingual
from parcels.text import bare_text

Floats = NDArray[np.float64]

_SCALES = ("200", "500", "1000", "2000", "5000", "10000", "25000")
_DATE = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([T ].*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})$"
_NUMBER = r"^[0-9]{1,5}([.,]0+)?$"
_AREAS = r"^[0-9]+([.,][0-9]+)?(\+[0-9]+([.,][0-9]+)?)*$"
_PLACES = r"(xa|phuong|thon|todanpho|duong|ap|khu|xom|ban|ngo|quan|huyen|tinh)"


@dataclass(frozen=True, slots=True)
class Look:
    """share        of the values present that fit
    distinctive  fitting values can hardly be anything else
    """

    share: float
    said: Bilingual
    distinctive: bool = False


@dataclass(frozen=True, slots=True)
class FileSample:
    """Rows of a file to look at. texts: delivered column → clean text (n,); areas (n,) computed, m², NaN unknown."""

    texts: dict[str, pa.Array]
    areas: Floats


def look(canonical: str, delivered: str, sample: FileSample) -> Look | None:
    """What the values say; None where the column's kind cannot be told by its values, or it is empty."""
    test = _TESTS.get(canonical)
    values = sample.texts[delivered]
    if test is None or values.null_count == len(values):
        return None
    return test(values, sample)


def _share(fits: pa.Array | NDArray[np.bool_]) -> float:
    return float(np.mean(np.asarray(fits, dtype=float))) if len(fits) else 0.0


def _matching(
    pattern: str, vi: str, en: str, *, distinctive: bool = False
) -> Callable[[pa.Array, FileSample], Look]:
    def test(values: pa.Array, _: FileSample) -> Look:
        share = _share(pc.match_substring_regex(pc.drop_null(values), pattern))
        return Look(share, Bilingual(f"{share:.0%} {vi}", f"{share:.0%} {en}"), distinctive)

    return test


def _national_id(values: pa.Array, _: FileSample) -> Look:
    share = _share(identifiers.is_well_formed(pc.drop_null(values)))
    return Look(
        share, Bilingual(f"{share:.0%} là mã 12 ký tự GeoHash", f"{share:.0%} are GeoHashes of 12"), True
    )


def _commune(values: pa.Array, _: FileSample) -> Look:
    known = communes_table()["commune_code"].combine_chunks()
    share = _share(pc.is_in(pc.utf8_lpad(pc.drop_null(values), 5, "0"), value_set=known))
    return Look(share, Bilingual(f"{share:.0%} là mã xã", f"{share:.0%} are commune codes"), True)


def _land_use(values: pa.Array, _: FileSample) -> Look:
    codes = pc.list_flatten(pc.split_pattern(land_use.canonical(pc.drop_null(values)), "+"))
    share = _share(land_use.known(codes, LATEST) | land_use.is_legacy(codes, LATEST))
    return Look(share, Bilingual(f"{share:.0%} là mã loại đất", f"{share:.0%} are land-use codes"), True)


def _key(values: pa.Array, _: FileSample) -> Look:
    share = pc.count_distinct(values).as_py() / max(len(values), 1)
    return Look(share, Bilingual(f"{share:.0%} giá trị khác nhau", f"{share:.0%} of the values differ"))


def _area(values: pa.Array, sample: FileSample) -> Look:
    plain = pc.if_else(pc.match_substring_regex(values, r"^[0-9]+([.,][0-9]+)?$"), values, None)
    numbers = np.asarray(pc.replace_substring(plain, ",", ".").cast(pa.float64()), dtype=np.float64)
    both = np.isfinite(numbers) & np.isfinite(sample.areas) & (sample.areas > 0)
    if not both.any():
        return Look(_share(np.isfinite(numbers)), Bilingual("là số", "they are numbers"))
    share = _share(np.abs(numbers[both] / sample.areas[both] - 1) < 0.05)
    said = Bilingual(
        f"{share:.0%} gần bằng diện tích tính từ ranh giới", f"{share:.0%} are close to the computed area"
    )
    return Look(share, said, True)


def _scale(values: pa.Array, _: FileSample) -> Look:
    bare = pc.replace_substring_regex(pc.drop_null(values), r"^1\s*[:/]\s*|[.,]0+$", "")
    share = _share(pc.is_in(bare, value_set=pa.array(_SCALES)))
    return Look(share, Bilingual(f"{share:.0%} là mẫu số tỷ lệ bản đồ", f"{share:.0%} are map scales"))


def _address(values: pa.Array, _: FileSample) -> Look:
    distinct = pc.unique(pc.drop_null(values))[:2000]
    bare = pa.array([bare_text(value) for value in distinct.to_pylist()], pa.string())
    share = _share(pc.match_substring_regex(bare, _PLACES))
    return Look(share, Bilingual(f"{share:.0%} giống địa chỉ", f"{share:.0%} look like addresses"))


_dates = _matching(_DATE, "là ngày", "are dates")
_TESTS: dict[str, Callable[[pa.Array, FileSample], Look]] = {
    "source_key": _key,
    "national_id": _national_id,
    "commune_code": _commune,
    "sheet_no": _matching(_NUMBER, "là số ngắn", "are short numbers"),
    "parcel_no": _matching(_NUMBER, "là số ngắn", "are short numbers"),
    "map_scale": _scale,
    "land_use": _land_use,
    "land_use_areas": _matching(
        _AREAS, "là diện tích, có thể nối bằng dấu +", "are areas, maybe joined by +"
    ),
    "area_legal_m2": _area,
    "address": _address,
    "surveyed_on": _dates,
    "valid_from": _dates,
    "certificate_issued_on": _dates,
    "land_user_id_number": _matching("^([0-9]{9}|[0-9]{12})$", "có 9 hoặc 12 chữ số", "have 9 or 12 digits"),
    "land_user_birth_year": _matching(r"^(19|20)[0-9]{2}([.,]0+)?$", "là năm", "are years"),
    "certificate_no": _matching(
        r"^[A-ZĐ]{1,2} ?[0-9]{6,9}$",
        "giống số phát hành GCN",
        "look like certificate numbers",
        distinctive=True,
    ),
}
