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
from parcels.admin_units import EARLIEST, LATEST, communes_table
from parcels.bilingual import Bilingual
from parcels.text import bare_text
from sync.draft.said import said_values

Floats = NDArray[np.float64]

VIETNAMESE = {
    "national_id",
    "commune_code",
    "land_use",
    "certificate_no",
    "land_user_id_number",
    "address",
}  # values or words of Vietnam alone
_FITTING = 0.9
_ROUNDED_M2 = 0.06  # areas are written with one decimal
_SCALES = ("200", "500", "1000", "2000", "5000", "10000", "25000")
_DATE = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([T +Z].*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})$"
_NUMBER = r"^[0-9]{1,5}([.,]0+)?([A-Za-z]|[-/.][0-9A-Za-z]{1,4})?$"  # 12, 12.00, 12a, 893-1
_AREAS = r"^[0-9]+([.,][0-9]+)?(\+[0-9]+([.,][0-9]+)?)*$"
_PLACES = r"(xa|phuong|thon|todanpho|duong|ap|khu|xom|ban|ngo|quan|huyen|tinh)"


@dataclass(frozen=True, slots=True)
class Look:
    """share        of the values present that fit
    distinctive  fitting values can hardly be anything else
    binding      values that do not fit speak against whatever the name says
    """

    share: float
    said: Bilingual
    distinctive: bool = False
    binding: bool = True


@dataclass(frozen=True, slots=True)
class FileSample:
    """Rows of a file to look at. texts: delivered column → clean text (n,); areas (n,) computed, m², NaN unknown.

    foreign  they lie outside Vietnam: codes of communes and land uses say nothing there
    """

    texts: dict[str, pa.Array]
    areas: Floats
    foreign: bool = False

    def filled(self, canonical: str, delivered: str) -> float:
        """The share of the rows that say something."""
        values = said_values(canonical, self.texts[delivered])
        return 1 - values.null_count / len(values) if len(values) else 0.0


def look(canonical: str, delivered: str, sample: FileSample) -> Look | None:
    """What the values say; None where the column's kind cannot be told by its values, or it is empty."""
    test = None if sample.foreign and canonical in VIETNAMESE else _TESTS.get(canonical)
    values = said_values(canonical, sample.texts[delivered])
    if test is None or values.null_count == len(values):
        return None
    return test(values, sample)


def computed(delivered: str, sample: FileSample) -> bool:
    """Whether a column repeats the computed area to its last written digit: measured or computed, not registered."""
    numbers = _numbers(sample.texts[delivered])
    both = np.isfinite(numbers) & np.isfinite(sample.areas) & (sample.areas > 0)
    return bool(both.any()) and _share(np.abs(numbers[both] - sample.areas[both]) < _ROUNDED_M2) >= _FITTING


def _share(fits: pa.Array | NDArray[np.bool_]) -> float:
    return float(np.mean(np.asarray(fits, dtype=float))) if len(fits) else 0.0


def _matching(pattern: str, vi: str, en: str) -> Callable[[pa.Array, FileSample], Look]:
    def test(values: pa.Array, _: FileSample) -> Look:
        share = _share(pc.match_substring_regex(pc.drop_null(values), pattern))
        return Look(share, Bilingual(f"{share:.0%} {vi}", f"{share:.0%} {en}"))

    return test


def _national_id(values: pa.Array, _: FileSample) -> Look:
    """Twelve digits are a GeoHash as well: an id number of a person is told from one by where the cell would lie."""
    values = pc.drop_null(values)
    share = _share(identifiers.is_well_formed(values))
    here = _share(identifiers.is_well_formed(values) & identifiers.in_vietnam(values))
    said = Bilingual(f"{share:.0%} là mã 12 ký tự GeoHash", f"{share:.0%} are GeoHashes of 12")
    return Look(share, said, distinctive=here >= _FITTING)


def _commune(values: pa.Array, _: FileSample) -> Look:
    """Codes of today and of before 1 July 2025. One of three digits or fewer may be a district's: then the name decides."""
    known = pa.concat_arrays(
        [communes_table(None, day)["commune_code"].combine_chunks() for day in (LATEST, EARLIEST)]
    )
    values = pc.drop_null(values)
    share = _share(pc.is_in(pc.utf8_lpad(values, 5, "0"), value_set=known))
    long = _share(pc.greater(pc.utf8_length(values), 3))
    said = Bilingual(f"{share:.0%} là mã xã", f"{share:.0%} are commune codes")
    return Look(share, said, distinctive=long >= _FITTING)


def _land_use(values: pa.Array, _: FileSample) -> Look:
    codes = pc.list_flatten(pc.split_pattern(land_use.canonical(pc.drop_null(values)), "+"))
    share = _share(land_use.known(codes, LATEST) | land_use.is_legacy(codes, LATEST))
    return Look(share, Bilingual(f"{share:.0%} là mã loại đất", f"{share:.0%} are land-use codes"), True)


def _key(values: pa.Array, _: FileSample) -> Look:
    share = pc.count_distinct(values).as_py() / max(len(values) - values.null_count, 1)
    return Look(share, Bilingual(f"{share:.0%} giá trị khác nhau", f"{share:.0%} of the values differ"))


def _numbers(values: pa.Array) -> Floats:
    """Plain numbers, NaN for what is none."""
    plain = pc.if_else(pc.match_substring_regex(values, r"^[0-9]+([.,][0-9]+)?$"), values, None)
    return np.asarray(pc.replace_substring(plain, ",", ".").cast(pa.float64()), dtype=np.float64)


def _area(values: pa.Array, sample: FileSample) -> Look:
    """Close to the computed area, where that is known. A registered area may lawfully be far from it: a name stays."""
    numbers = _numbers(values)
    both = np.isfinite(numbers) & np.isfinite(sample.areas) & (sample.areas > 0)
    if not both.any():
        share = _share(np.isfinite(numbers))
        return Look(share, Bilingual(f"{share:.0%} là số", f"{share:.0%} are numbers"))
    share = _share(np.abs(numbers[both] / sample.areas[both] - 1) < 0.05)
    said = Bilingual(
        f"{share:.0%} gần bằng diện tích tính từ ranh giới", f"{share:.0%} are close to the computed area"
    )
    return Look(share, said, distinctive=True, binding=not np.isfinite(numbers).any())


def _scale(values: pa.Array, _: FileSample) -> Look:
    bare = pc.replace_substring_regex(pc.drop_null(values), r"^1\s*[:/]\s*|[.,]0+$", "")
    share = _share(pc.is_in(bare, value_set=pa.array(_SCALES)))
    return Look(share, Bilingual(f"{share:.0%} là mẫu số tỷ lệ bản đồ", f"{share:.0%} are map scales"))


def _address(values: pa.Array, _: FileSample) -> Look:
    distinct = pc.unique(pc.drop_null(values))[:2000]
    bare = pa.array([bare_text(value) for value in distinct.to_pylist()], pa.string())
    share = _share(pc.match_substring_regex(bare, _PLACES))
    said = Bilingual(f"{share:.0%} giống địa chỉ", f"{share:.0%} look like addresses")
    return Look(share, said, binding=False)


def _certificate(values: pa.Array, _: FileSample) -> Look:
    """Serial numbers; those of one letter, of before 2009, look like much else."""
    values = pc.drop_null(values)
    share = _share(pc.match_substring_regex(values, r"^[A-ZĐ]{1,2} ?[0-9]{6,9}$"))
    two = _share(pc.match_substring_regex(values, r"^[A-ZĐ]{2}"))
    said = Bilingual(
        f"{share:.0%} giống số phát hành Giấy chứng nhận", f"{share:.0%} look like certificate numbers"
    )
    return Look(share, said, distinctive=two >= _FITTING, binding=False)


_dates = _matching(_DATE, "là ngày", "are dates")
_TESTS: dict[str, Callable[[pa.Array, FileSample], Look]] = {
    "source_key": _key,
    "land_user_key": _matching(r"^\S+$", "là khóa", "are keys"),
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
    "valid_to": _dates,
    "established_on": _dates,
    "certificate_issued_on": _dates,
    "land_user_id_number": _matching("^([0-9]{9}|[0-9]{12})$", "có 9 hoặc 12 chữ số", "have 9 or 12 digits"),
    "land_user_birth_year": _matching(r"^(19|20)[0-9]{2}([.,]0+)?$", "là năm", "are years"),
    "certificate_no": _certificate,
}
