"""ATT-USER-…, and the measure `xac_thuc`: what the population database said of the land users of a dataset.

A land user is known by the key of the province's system; whoever has one key is one person, however many parcels. A
land user without a key, or of whom nothing is known, was not sent.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.people import USER, says_anything
from validators.base import Check, Faults, Subject, where
from validators.measures import Portion
from validators.people_of import Persons, persons

CODES = ("ATT-USER-MISMATCHED", "ATT-USER-NOT-FOUND")
_SEPARATOR = "|"


def has_results(subject: Subject) -> bool:
    """Whether the population database has ever answered for the province."""
    return subject.context.authentication is not None


def statuses(subject: Subject) -> NDArray[np.object_]:
    """(m,) status of everybody (`persons`); None where there is no result. Use as a fact, with results at hand."""
    results = subject.context.authentication
    people = subject.fact(persons)
    key = people.text("land_user_key")
    if results is None or not len(results) or key.null_count == len(key):
        return np.full(len(key), None, dtype=object)
    # Of a whole province the few that this commune names, before anything is put together.
    wanted = pc.is_in(results["land_user_key"], value_set=pc.unique(key), skip_nulls=True)
    near = results.filter(wanted).combine_chunks()
    names = pc.binary_join_element_wise(near["system"], near["land_user_key"], _SEPARATOR)
    mine = pc.binary_join_element_wise(_systems(subject, people), key, _SEPARATOR)
    places = pc.index_in(mine, value_set=one_array(names), skip_nulls=True)
    return np.asarray(one_array(near["status"]).take(places).to_numpy(zero_copy_only=False), dtype=object)


def _systems(subject: Subject, people: Persons) -> pa.Array:
    """(m,) the system that names each."""
    return subject.text("source_system").take(pa.array(people.at))


def share(subject: Subject) -> Portion | None:
    """Land users found, of all land users of the dataset; None before the first results of the province.

    A commune none of whose rows names a land user counts its rows, as not sent: else leaving all land users out would
    meet the rule on them. 0 of 0 where the profile says that the checks do not apply, and of a change set that names
    none (its rows may end parcels, and nothing is ruled of it).
    """
    if set(CODES) <= set(subject.context.not_applicable):
        return Portion(0, 0)
    if not has_results(subject):
        return None
    people = subject.fact(persons)
    some = says_anything(people.table, USER)
    key, system = people.text("land_user_key"), _systems(subject, people)
    status = pa.array(subject.fact(statuses), pa.string())
    once = pa.array(~people.first)
    known = pa.table({"system": system, "key": key, "status": status}).filter(once)
    known = known.filter(pc.is_valid(known["key"])).group_by(["system", "key"]).aggregate([("status", "max")])
    found = pc.sum(pc.equal(known["status_max"], "found")).as_py() or 0
    # As they are stored: who has no key, once for each of his parcels and each way in which he is described there.
    unkeyed = people.table.select([column.name for column in USER]).append_column("at", pa.array(people.at))
    unkeyed = unkeyed.filter(pc.and_(pc.and_(some, once), key.is_null()))
    without_key = unkeyed.group_by(unkeyed.column_names).aggregate([]).num_rows
    named_none = 0 if subject.context.changes else len(subject)
    return Portion(int(found), len(known) + without_key or named_none)


def mismatched(subject: Subject) -> Faults:
    """Rows any of whose land users the population database knows otherwise."""
    return _of(subject, "mismatched")


def not_found(subject: Subject) -> Faults:
    """Rows any of whose land users the population database does not know."""
    return _of(subject, "not_found")


def _of(subject: Subject, status: str) -> Faults:
    mask = np.asarray(subject.fact(statuses) == status, dtype=bool)
    return Faults(where(subject.fact(persons).on(mask, len(subject))))


CHECKS: tuple[Check, ...] = (
    Check(
        CODES[0],
        "warning",
        quarantines=False,
        title=Bilingual(
            "Người sử dụng đất sai lệch với dữ liệu dân cư", "Land user differs from the population database"
        ),
        message=Bilingual(
            "Thông tin của người sử dụng đất sai lệch với Cơ sở dữ liệu quốc gia về dân cư.",
            "What is registered of the land user differs from the population database.",
        ),
        advice=Bilingual(
            "Đối chiếu họ tên, năm sinh, số định danh với giấy tờ của người sử dụng đất, rồi gửi đối chiếu lại.",
            "Compare name, year of birth and number with the land user's documents, and have it matched again.",
        ),
        find=mismatched,
        measures=("xac_thuc",),
        share=share,
        scope="contextual",
        can_run=has_results,
    ),
    Check(
        CODES[1],
        "warning",
        quarantines=False,
        title=Bilingual(
            "Không tìm thấy người sử dụng đất trong dữ liệu dân cư",
            "Land user not in the population database",
        ),
        message=Bilingual(
            "Không tìm thấy người sử dụng đất trong Cơ sở dữ liệu quốc gia về dân cư.",
            "The population database does not know the land user.",
        ),
        advice=Bilingual(
            "Thu thập số định danh hiện nay của người sử dụng đất, rồi gửi đối chiếu lại.",
            "Collect the land user's present number, and have it matched again.",
        ),
        find=not_found,
        condenses=True,
        measures=("xac_thuc",),
        share=share,
        scope="contextual",
        can_run=has_results,
    ),
)
