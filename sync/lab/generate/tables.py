"""The people of a province as tables of users, certificates, rights and restrictions, under canonical names.

A parcel's own row names its first user and certificate; here are all of them, each user and certificate once, and what was done to
rows of tables in a labelled nation.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.admin_units import provinces
from parcels.people import BY_NAME
from sync.declared.tables import Holds
from sync.lab.generate.arrow import Integers, digits, join, pick
from sync.lab.generate.holdings import HOLDING, Holding
from sync.lab.generate.kinds import ALL
from sync.lab.generate.kinds import BY_NAME as KINDS
from sync.lab.generate.people import person_columns
from sync.lab.generate.province import ProvinceBatch

Tables = dict[Holds, pa.Table]
# What each of the further users is to the parcel, and what his key has behind that of the first.
_FURTHER: Final = {
    Holding.SPOUSES: ("spouse", "V"),
    Holding.SHARES: ("co_user", "D"),
    Holding.TOGETHER: ("co_user", "D"),
    Holding.ESTATE: ("heir", "T"),
}
_FIRST: Final = {  # the first user's role, and how all of them have it
    Holding.SOLE: ("user", "sole"),
    Holding.SPOUSES: ("spouse", "joint"),
    Holding.SHARES: ("co_user", "shared"),
    Holding.TOGETHER: ("co_user", None),
    Holding.ESTATE: ("user", None),
    Holding.COMPANY: ("user", "sole"),
    Holding.PUBLIC: ("manager", None),
}
_TWO: Final = (Holding.SHARES, Holding.ESTATE)  # of every other person with these there are two further users
_SECOND_OF_TWO: Final = 2
_OF_ITS_RIGHT: Final = (
    "shares_over_the_whole",
    "share_without_whole",
    "share_of_joint_property",
    "right_without_parcel",
    "right_without_user",
    "right_without_certificate",
)
_NOWHERE: Final = "X"  # behind a key that leads nowhere
_DIED: Final = (np.datetime64("2012-01-01"), 4500)  # from when, and within how many days


def further_users(seed: int, batch: ProvinceBatch) -> pa.Table:
    """Everybody who has a parcel beside its first user: `row`, `slot`, the columns of a user; in order of rows."""
    holding = np.asarray(batch.columns[HOLDING])
    rows = np.flatnonzero(np.isin(holding, [*_FURTHER]))
    keys = batch.columns["land_user_key"].take(pa.array(rows))
    number = np.asarray(pc.utf8_slice_codeunits(keys, -8).cast(pa.int64()))
    two = np.isin(holding[rows], _TWO) & (number % 2 == 1)
    at = np.repeat(np.arange(len(rows)), 1 + two)
    slot = 1 + np.append(False, at[1:] == at[:-1]).astype(np.int64) if len(at) else at
    first = rows[at]
    kinds = [*_FURTHER]
    letter = pick([_FURTHER[kind][1] for kind in kinds], np.searchsorted(kinds, holding[first]))
    numbers = batch.clean_columns["land_user_id_number"].take(pa.array(first))
    # A user who has parcels in several rows is the same each time: drawn by his number, not by row.
    columns = person_columns(seed, number[at] * 4 + slot, pc.utf8_slice_codeunits(numbers, 0, 3))
    key = join(keys.take(pa.array(at)), letter, pa.array(slot).cast(pa.string()))
    return pa.table({"row": first, "slot": slot, **columns, "land_user_key": key})


def people_tables(seed: int, batch: ProvinceBatch) -> Tables:
    """The four tables of a province's rows; a parcel that has ended has none of it."""
    further = further_users(seed, batch)
    if "action" in batch.columns:
        lives = pc.not_equal(batch.columns["action"], "end")
        further = further.filter(lives.take(further["row"].combine_chunks()))
        rows = np.flatnonzero(np.asarray(lives))
    else:
        rows = np.arange(len(batch))
    return {
        "users": _users(batch, rows, further),
        "certificates": _certificates(batch, rows),
        "rights": _rights(batch, rows, further),
        "restrictions": _restrictions(batch, rows),
    }


def of_kind(batch: ProvinceBatch, *names: str) -> NDArray[np.bool_]:
    """(n,) the rows that carry any of these kinds."""
    return np.isin(batch.kind, [ALL.index(KINDS[name]) for name in names])


def _words(name: str, codes: Sequence[str | None], index: Integers) -> pa.Array:
    """Allowed values as offices write them: the Vietnamese terms."""
    words = {term.code: term.vi for term in BY_NAME[name].allowed}
    said = [None if code is None else words[code] for code in codes]
    return pa.array(said, pa.string()).take(pa.array(index))


def _certificate_keys(numbers: pa.Array) -> pa.Array:
    return join("G", numbers)


def _parcel_keys(batch: ProvinceBatch, rows: Integers) -> pa.Array:
    """As the system has them: what a map lost or has twice, its tables still say."""
    return batch.clean_columns["source_key"].take(pa.array(rows))


def _rights(batch: ProvinceBatch, rows: Integers, further: pa.Table) -> pa.Table:
    """A row for each user of each parcel, in order of parcels."""
    row = np.concatenate([rows, np.asarray(further["row"])])
    slot = np.concatenate([np.zeros(len(rows), np.int64), np.asarray(further["slot"])])
    keys = pa.concat_arrays(
        [batch.columns["land_user_key"].take(pa.array(rows)), further["land_user_key"].combine_chunks()]
    )
    order = np.lexsort((slot, row))
    row, slot, keys = row[order], slot[order], keys.take(pa.array(order))
    holding, first = np.asarray(batch.columns[HOLDING])[row], slot == 0
    role = pc.if_else(
        pa.array(first),
        _words("right_role", [_FIRST[each][0] for each in Holding], holding),
        _words("right_role", [_FURTHER[each][0] if each in _FURTHER else None for each in Holding], holding),
    )
    over, half, joint, no_parcel, no_user, no_certificate = (
        first & of_kind(batch, name)[row] for name in _OF_ITS_RIGHT
    )
    shares = holding == Holding.SHARES
    several = np.zeros(len(batch), dtype=bool)
    several[row[slot == _SECOND_OF_TWO]] = True
    above = np.where(over, 3, 1)  # three quarters and a half are more than the whole
    below = np.where(over | (~first & several[row]), 4, 2)
    form = np.select([half, joint], [Holding.SHARES, Holding.SPOUSES], holding)
    certificate = _certificate_keys(batch.columns["certificate_no"].take(pa.array(row)))
    return pa.table(
        {
            "right_key": join("Q", batch.delivery.province, digits(np.arange(1, len(row) + 1), 8)),
            "parcel_key": _lost(_parcel_keys(batch, row), no_parcel),
            "land_user_key": _lost(keys, no_user),
            "certificate_key": _lost(certificate, no_certificate),
            "right_role": role,
            "right_form": _words("right_form", [_FIRST[each][1] for each in Holding], form),
            "share_numerator": pa.array(above, mask=~(shares | half | joint)),
            "share_denominator": pa.array(below, mask=~(shares | joint)),
        }
    )


def _lost(keys: pa.Array, lost: NDArray[np.bool_]) -> pa.Array:
    """The keys, of which some lead nowhere."""
    return pc.if_else(pa.array(lost), join(keys, _NOWHERE), keys)


def _users(batch: ProvinceBatch, rows: Integers, further: pa.Table) -> pa.Table:
    """Each user once, in order of keys; and behind them the copies of those who are said twice."""
    names = ("land_user_key", "land_user_name", "land_user_id_number", "land_user_birth_year")
    at = pa.array(rows)
    first = {name: batch.columns[name].take(at) for name in names}
    holding = np.asarray(batch.columns[HOLDING])[rows]
    body = np.isin(holding, (Holding.COMPANY, Holding.PUBLIC))
    died = holding == Holding.ESTATE
    users = pa.table(
        {name: pa.concat_arrays([first[name], further[name].combine_chunks()]) for name in names}
        | {
            "body": np.append(body, np.zeros(further.num_rows, bool)),
            "died": np.append(died, np.zeros(further.num_rows, bool)),
        }
    )
    _, once = np.unique(np.asarray(users["land_user_key"], dtype=object).astype(str), return_index=True)
    users = users.take(pa.array(once)).combine_chunks()
    province = provinces()[batch.delivery.province].full_name
    is_body, is_dead = np.asarray(users["body"]), np.asarray(users["died"])
    number = users["land_user_id_number"].combine_chunks()
    sex = np.asarray(pc.equal(pc.utf8_slice_codeunits(number, 3, 4), "1")).astype(np.int64)
    # By his number and not by his parcels, of which some may be sold: he stays as he is.
    by_number = np.asarray(pc.utf8_slice_codeunits(number, -6).cast(pa.int64()))
    hamlet = pa.array(1 + by_number % 9).cast(pa.string())
    gender = _words("land_user_gender", ["male", "female", None], np.where(is_body, 2, sex))
    day = _DIED[0] + (by_number * 37 % _DIED[1]).astype("timedelta64[D]")
    said = pa.table(
        {name: users[name] for name in names}
        | {
            "land_user_kind": _words(
                "land_user_kind", ["individual", "organisation"], is_body.astype(np.int64)
            ),
            "land_user_gender": gender,
            "land_user_address": join("Thôn ", hamlet, f", Xã Hư Cấu, {province}"),
            "land_user_deceased_on": pa.array(day, mask=~is_dead),
            "land_user_state": _words("land_user_state", ["living", "deceased"], is_dead.astype(np.int64)),
        }
    )
    again = batch.columns["land_user_key"].filter(pa.array(of_kind(batch, "user_said_twice")))
    return _with_copies(said, "land_user_key", again, "land_user_name")


def _certificates(batch: ProvinceBatch, rows: Integers) -> pa.Table:
    """Each certificate once, in order of numbers; and behind them the copies of those that are said twice."""
    numbers = batch.columns["certificate_no"].take(pa.array(rows))
    there = np.flatnonzero(np.asarray(numbers.is_valid()))
    _, once = np.unique(
        np.asarray(numbers.take(pa.array(there)), dtype=object).astype(str), return_index=True
    )
    at = pa.array(rows[there[once]])
    number = batch.columns["certificate_no"].take(at)
    said = pa.table(
        {
            "certificate_key": _certificate_keys(number),
            "certificate_no": number,
            "certificate_issued_on": batch.columns["certificate_issued_on"].take(at),
            "certificate_book_no": join("CH ", pc.utf8_slice_codeunits(number, 4)),
            "certificate_state": _words("certificate_state", ["live"], np.zeros(len(at), np.int64)),
        }
    )
    again = batch.columns["certificate_no"].filter(pa.array(of_kind(batch, "certificate_said_twice")))
    return _with_copies(said, "certificate_key", _certificate_keys(again), "certificate_book_no")


def _with_copies(table: pa.Table, key: str, again: pa.Array, differs: str) -> pa.Table:
    """A table, and of some of its rows one copy that says the same and one that says something else."""
    copies = table.filter(pc.is_in(table[key], value_set=again))
    at = table.schema.get_field_index(differs)
    other = copies.set_column(at, differs, pc.binary_join_element_wise(copies[differs], "Khác", " "))
    return pa.concat_tables([table, copies, other]).combine_chunks()


def _restrictions(batch: ProvinceBatch, rows: Integers) -> pa.Table:
    kind = batch.columns["restriction_kind"].take(pa.array(rows))
    there = rows[np.asarray(kind.is_valid())]
    coded = batch.columns["restriction_kind"].take(pa.array(there)).dictionary_encode()
    return pa.table(
        {
            "restriction_key": join("H", batch.delivery.province, digits(np.arange(1, len(there) + 1), 8)),
            "parcel_key": _parcel_keys(batch, there),
            "restriction_kind": _words(
                "restriction_kind", coded.dictionary.to_pylist(), np.asarray(coded.indices, dtype=np.int64)
            ),
            "restriction_from": batch.columns["restriction_from"].take(pa.array(there)),
        }
    )
