"""Fictitious land users: nobody real can be among them, and everyone who sees one can tell.

Names are put together from words for weather, water and plants that nobody bears as a family name; personal
numbers begin with 999, which is no province of birth registration (001 to 096).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync.generate.arrow import Integers, digits, join, pick

_FAMILY = ("Mây", "Gió", "Nắng", "Sương", "Suối", "Trăng", "Lúa", "Tre", "Sóng", "Đồng", "Rừng", "Khói")
_MIDDLE = ("Hư", "Ảo", "Giả", "Mộng", "Vô", "Thử", "Mẫu", "Ví")
_GIVEN = (
    "Ổi", "Mận", "Bưởi", "Khế", "Chuối", "Dừa", "Xoài", "Mít", "Nhãn", "Vải", "Quýt", "Cóc", "Sấu", "Đào",
    "Lựu", "Cải", "Ngò", "Riềng", "Gừng", "Nghệ", "Tỏi", "Hẹ", "Rau Muống", "Bầu", "Bí", "Mướp", "Sắn", "Khoai",
)  # fmt: skip
_HOLDINGS = 0.6  # land users per parcel: some hold several


def land_users(
    rng: np.random.Generator, people: NDArray[np.bool_], bodies: pa.Array, commune: Integers
) -> dict[str, pa.Array]:
    """The land user of each parcel (n,): a person where `people` says so, else the public body of its row.

    commune: (n,) from 0; people hold parcels in one commune only.
    """
    rows = len(people)
    per_commune = np.maximum((np.bincount(commune) * _HOLDINGS).astype(np.int64), 1)
    first = np.cumsum(per_commune) - per_commune
    person = first[commune] + (rng.random(rows) * per_commune[commune]).astype(np.int64)
    crowd = int(per_commune.sum())
    name = join(
        pick(_FAMILY, rng.integers(len(_FAMILY), size=crowd)),
        pick(_MIDDLE, rng.integers(len(_MIDDLE), size=crowd)),
        pick(_GIVEN, rng.integers(len(_GIVEN), size=crowd)),
        between=" ",
    )
    number = join("999", digits(rng.integers(10**9, size=crowd), 9))
    born = pa.array(rng.integers(1940, 2006, size=crowd), pa.int32())
    who, is_person = pa.array(person), pa.array(people)
    body_number = join("00000", digits(commune, 5))  # shaped like a tax number, and nobody's
    return {
        "land_user_name": pc.if_else(is_person, name.take(who), bodies),
        "land_user_id_number": pc.if_else(is_person, number.take(who), body_number),
        "land_user_birth_year": pc.if_else(is_person, born.take(who), pa.scalar(None, pa.int32())),
    }


def certificates(
    rng: np.random.Generator,
    people: NDArray[np.bool_],
    province: str,
    first: int,
    not_before: NDArray[np.datetime64],
) -> dict[str, pa.Array]:
    """A certificate for most parcels of people: a series that is not printed (ZZ), numbered in the province.

    first: the first number; not_before: (n,) days, of which each certificate is issued within a year or so
    """
    rows = len(people)
    held = pa.array(people & (rng.random(rows) < 0.9))
    serial = join("ZZ", province, digits(np.arange(first, first + rows), 7))
    issued = not_before + rng.integers(0, 400, size=rows).astype("timedelta64[D]")
    return {
        "certificate_no": pc.if_else(held, serial, pa.scalar(None, pa.string())),
        "certificate_issued_on": pc.if_else(held, pa.array(issued), pa.scalar(None, pa.date32())),
    }
