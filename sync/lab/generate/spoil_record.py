"""Faults of what is registered, in labelled nations: areas of uses, dates, persons, text. One function per kind."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.arrow import decimal, join, pick
from sync.lab.generate.kinds import PEOPLE
from sync.lab.generate.province import Integers, ProvinceBatch
from sync.lab.generate.spoil import Spoil, put
from sync.lab.generate.systems import system

_THOUSAND_YEARS = 365_243  # days: 1017 for 2017
_SEVENTY_YEARS = 25_567


def _taken(batch: ProvinceBatch, name: str, rows: Integers) -> pa.Array:
    return batch.columns[name].take(pa.array(rows))


def _id_abroad(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A place in Denmark."""
    rest = pc.utf8_slice_codeunits(_taken(batch, "national_id", rows), 2, 12)
    put(batch, "national_id", rows, join("u4", rest))


def _number_with_use(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A label of two lines, number and land use, taken for the number; or two numbers in one."""
    number = _taken(batch, "parcel_no", rows)
    more = pick([" ODT", ";1", " LUC", " và 2"], np.arange(len(rows)) % 4)
    put(batch, "parcel_no", rows, join(number, more) if _writes_text(batch) else join("-", number))


def _sheet_in_words(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    before = "tờ " if _writes_text(batch) else "-"
    put(batch, "sheet_no", rows, join(before, _taken(batch, "sheet_no", rows)))


def _writes_text(batch: ProvinceBatch) -> bool:
    """Whether sheet and parcel numbers are text in the province's system: else they can only be wrong numbers."""
    return system(batch.profile.system).numbers == "text"


def _zero_for(name: str, value: pa.Scalar, *with_it: str) -> Spoil:
    """What an office writes where nothing is known."""

    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        put(batch, name, rows, pa.repeat(value, len(rows)))
        for other in with_it:
            put(batch, other, rows, None)

    return spoil


def _negative_area(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    put(batch, "area_legal_m2", rows, pc.negate(_taken(batch, "area_legal_m2", rows)))
    put(batch, "land_use_areas", rows, None)


def _use_areas(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """The uses come to five square metres more than the parcel: ten times what rounding may do."""
    tenths = np.rint(np.asarray(_taken(batch, "area_legal_m2", rows)) * 10).astype(np.int64)
    half = tenths // 2
    uses = pc.count_substring(_taken(batch, "land_use", rows), "+")
    areas = pc.choose(
        uses.cast(pa.int64()),
        decimal(tenths + 50),
        join(decimal(half), decimal(tenths - half + 50), between="+"),
        join(decimal(half), decimal(np.full(len(rows), 50)), decimal(tenths - half), between="+"),
    )
    put(batch, "land_use_areas", rows, areas)


def _impossible_date(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A survey a thousand years too early, as when 2017 was typed 1017, or one that is still to come."""
    days = np.asarray(_taken(batch, "surveyed_on", rows).cast(pa.int32()))
    early = np.arange(len(rows)) % 2 == 0
    wrong = np.where(early, days - _THOUSAND_YEARS, days + _SEVENTY_YEARS).astype(np.int32)
    put(batch, "surveyed_on", rows, pa.array(wrong).cast(pa.date32()))


def _person_number(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A digit is missing."""
    number = _taken(batch, "land_user_id_number", rows)
    put(batch, "land_user_id_number", rows, pc.utf8_slice_codeunits(number, 0, 11))


def _birth_year(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    put(batch, "land_user_birth_year", rows, pc.add(_taken(batch, "land_user_birth_year", rows), 17))


def _damaged_text(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A letter that some program could not read, or could not write."""
    address = _taken(batch, "address", rows)
    sign = pick(["�", "?"], np.arange(len(rows)) % 2)
    put(
        batch,
        "address",
        rows,
        join(pc.utf8_slice_codeunits(address, 0, 2), sign, pc.utf8_slice_codeunits(address, 3)),
    )


def _as_delivered(_: np.random.Generator, __: ProvinceBatch, ___: Integers, ____: Integers) -> None:
    """The row is right; what the nation knew before says otherwise (`before`)."""


SPOIL_RECORD: dict[str, Spoil] = {
    "id_abroad": _id_abroad,
    "number_with_use": _number_with_use,
    "sheet_in_words": _sheet_in_words,
    "zero_for_number": _zero_for("parcel_no", pa.scalar("0")),
    "zero_for_area": _zero_for("area_legal_m2", pa.scalar(0.0), "land_use_areas"),
    "negative_area": _negative_area,
    "use_areas": _use_areas,
    "impossible_date": _impossible_date,
    "person_number": _person_number,
    "birth_year": _birth_year,
    "damaged_text": _damaged_text,
    **dict.fromkeys(
        (
            "same_land_other_ids",
            "moved",
            "id_changed",
            "number_reused",
            "claimed_elsewhere",
            "id_of_another_point",
            "border_overlap",
            "border_gap",
            "user_mismatched",
            "user_not_found",
            *(kind.name for kind in PEOPLE),  # their tables say it (`tables`)
        ),
        _as_delivered,
    ),
}
