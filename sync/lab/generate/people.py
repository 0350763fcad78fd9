"""Fictitious land users: nobody real can be among them, and everyone who sees one can tell.

Names are put together from words for weather, water and plants that nobody bears as a family name. Personal numbers
are built as real ones are, so that they are right in form, of people born in 1900 to 1904: nobody of these years lived
to be given a number of 12 digits, which began in 2016.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.mixing import GOLDEN, mixed
from sync.lab.generate.arrow import Integers, digits, join, pick

_FAMILY = ("Mây", "Gió", "Nắng", "Sương", "Suối", "Trăng", "Lúa", "Tre", "Sóng", "Đồng", "Rừng", "Khói")
_MIDDLE = ("Hư", "Ảo", "Giả", "Mộng", "Vô", "Thử", "Mẫu", "Ví")
_GIVEN = (
    "Ổi", "Mận", "Bưởi", "Khế", "Chuối", "Dừa", "Xoài", "Mít", "Nhãn", "Vải", "Quýt", "Cóc", "Sấu", "Đào",
    "Lựu", "Cải", "Ngò", "Riềng", "Gừng", "Nghệ", "Tỏi", "Hẹ", "Rau Muống", "Bầu", "Bí", "Mướp", "Sắn", "Khoai",
)  # fmt: skip
_HOLDINGS = 0.6  # land users per parcel: some hold several
_BORN = (1900, 1905)
_SLOT = 0xD1B54A32D192ED03  # odd, and no multiple of GOLDEN: what is drawn of one person hangs together by nothing


def land_users(
    rng: np.random.Generator,
    people: NDArray[np.bool_],
    bodies: pa.Array,
    commune: Integers,
    province: str,
    birthplaces: pa.Array,
    first: int,
) -> dict[str, pa.Array]:
    """The land user of each parcel (n,): a person where `people` says so, else the public body of its row.

    commune      (n,) from 0; people hold parcels in one commune only
    birthplaces  (communes,) three digits of the province where the commune's people were registered at birth
    first        number of the first person's key: whoever has one key is one person
    """
    rows = len(people)
    per_commune = np.maximum((np.bincount(commune) * _HOLDINGS).astype(np.int64), 1)
    before = np.cumsum(per_commune) - per_commune
    person = before[commune] + (rng.random(rows) * per_commune[commune]).astype(np.int64)
    crowd = int(per_commune.sum())
    name = join(
        pick(_FAMILY, rng.integers(len(_FAMILY), size=crowd)),
        pick(_MIDDLE, rng.integers(len(_MIDDLE), size=crowd)),
        pick(_GIVEN, rng.integers(len(_GIVEN), size=crowd)),
        between=" ",
    )
    born = rng.integers(*_BORN, size=crowd)
    at_home = birthplaces.take(pa.array(np.repeat(np.arange(len(per_commune)), per_commune)))
    number = join(
        at_home,
        digits(rng.integers(2, size=crowd), 1),  # 0 and 1: men and women born from 1900 to 1999
        digits(born % 100, 2),
        digits(rng.integers(10**6, size=crowd), 6),
    )
    key = join("CSD", province, digits(np.arange(first, first + crowd), 8))
    who, is_person = pa.array(person), pa.array(people)
    body_number = join("00000", digits(commune + 1, 5))  # shaped like a tax number, and nobody's
    body_key = join("TC", province, digits(commune, 5))
    years = pa.array(born, pa.int32())
    return {
        "land_user_name": pc.if_else(is_person, name.take(who), bodies),
        "land_user_id_number": pc.if_else(is_person, number.take(who), body_number),
        "land_user_birth_year": pc.if_else(is_person, years.take(who), pa.scalar(None, pa.int32())),
        "land_user_key": pc.if_else(is_person, key.take(who), body_key),
    }


def person_columns(seed: int, which: NDArray[np.int64], birthplaces: pa.Array) -> dict[str, pa.Array]:
    """Names, numbers and years of birth of persons (n,): always the same of the same seed and `which`.

    birthplaces  (n,) three digits of the province where each was registered at birth
    """

    def drawn(slot: int, below: int) -> NDArray[np.int64]:
        return _drawn(seed, which, slot) % below

    born = _BORN[0] + drawn(3, _BORN[1] - _BORN[0])
    name = join(*(pick(w, drawn(k, len(w))) for k, w in enumerate((_FAMILY, _MIDDLE, _GIVEN))), between=" ")
    number = join(birthplaces, digits(drawn(4, 2), 1), digits(born % 100, 2), digits(drawn(5, 10**6), 6))
    return {
        "land_user_name": name,
        "land_user_id_number": number,
        "land_user_birth_year": pa.array(born, pa.int32()),
    }


def _drawn(seed: int, which: NDArray[np.int64], slot: int) -> NDArray[np.int64]:
    """A number from 0 for each, by what it is and not by its place."""
    begin = np.uint64((seed * int(GOLDEN) + slot * _SLOT) % 2**64)
    return (mixed(which.astype(np.uint64) * GOLDEN + begin) >> np.uint64(1)).astype(np.int64)


def certificates(
    rng: np.random.Generator,
    people: NDArray[np.bool_],
    province: str,
    first: int,
    not_before: NDArray[np.datetime64],
    until: np.datetime64,
) -> dict[str, pa.Array]:
    """A certificate for most parcels of people: a series that is not printed (ZZ), numbered in the province.

    first: the first number; not_before: (n,) days; each certificate is issued within a year or so, and not after `until`
    """
    rows = len(people)
    held = pa.array(people & (rng.random(rows) < 0.9))
    serial = join("ZZ", province, digits(np.arange(first, first + rows), 7))
    issued = np.minimum(not_before + rng.integers(0, 400, size=rows).astype("timedelta64[D]"), until)
    return {
        "certificate_no": pc.if_else(held, serial, pa.scalar(None, pa.string())),
        "certificate_issued_on": pc.if_else(held, pa.array(issued), pa.scalar(None, pa.date32())),
    }
