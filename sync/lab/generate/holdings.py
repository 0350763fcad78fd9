"""Who holds a province's parcels where people come as tables: alone, with a spouse, with others, after a death; an organisation, one
family in six communes, and certificates over up to four parcels.

Put together with the other attributes, before anything is spoilt and before land is sold: a sale changes its own parcel alone.
"""

from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync.lab.generate.arrow import Columns, Integers, days, digits, join, pick

HOLDING: Final = "holding"  # the column of `ProvinceBatch` that says it, which no file has
FAMILY: Final = 40  # parcels of the family
_COMMUNES_OF_FAMILY: Final = 6
_FEWEST_OF_PEOPLE: Final = 20  # parcels of people of each of these communes
_FAMILY_NAME: Final = "Mây Hư Nhà Đông"
_COMPANY_SHARE: Final = 0.03
_MOST_ON_A_CERTIFICATE: Final = 4
_RESTRICTED: Final = (
    ("mortgage", 0.04),
    ("blocked", 0.01),
    ("dispute", 0.01),
)  # shares of the parcels of people
_SINCE: Final = (date(2012, 1, 1), date(2025, 6, 30))


class Holding(IntEnum):
    """How a parcel is held; what is behind SOLE is the same for all parcels of a person, save after a fault of one of them."""

    SOLE = 0
    SPOUSES = 1
    SHARES = 2
    TOGETHER = 3  # several, and nobody says how
    ESTATE = 4  # of a deceased user, with heirs
    COMPANY = 5
    PUBLIC = 6  # managed, used by nobody


_OF_PERSONS: Final = (
    (Holding.SPOUSES, 0.30),
    (Holding.SHARES, 0.08),
    (Holding.TOGETHER, 0.04),
    (Holding.ESTATE, 0.04),
)


def held(
    rng: np.random.Generator,
    people: NDArray[np.bool_],
    commune: Integers,
    names: list[str],
    province: str,
    users: Columns,
    papers: Columns,
) -> Columns:
    """The users and certificates of the parcels (n,) as tables of people have them, how each is held, and its restriction.

    users, papers  of a nation with one user a row; people, commune, names  of rows, of communes
    """
    family = _family(rng, people, commune)
    company = people & ~family & (rng.random(len(people)) < _COMPANY_SHARE)
    users = _with_companies(users, company, commune, names, province)
    users = _with_family(users, family, province)
    papers = _shared(rng, papers, users["land_user_key"], commune, family)
    holding = holdings(rng, people & ~company, users["land_user_key"])
    holding[company], holding[family] = Holding.COMPANY, Holding.SPOUSES
    return users | papers | _restrictions(rng, people) | {HOLDING: pa.array(holding)}


def holdings(rng: np.random.Generator, people: NDArray[np.bool_], keys: pa.Array) -> NDArray[np.int8]:
    """(n,) how the parcels of persons are held, drawn once for each person; all others are public."""
    person = np.asarray(keys.dictionary_encode().indices)
    steps = np.cumsum([share for _, share in _OF_PERSONS])
    kinds = np.array([*(kind for kind, _ in _OF_PERSONS), Holding.SOLE], np.int8)
    drawn = kinds[np.searchsorted(steps, rng.random(len(people)), side="right")]
    return np.where(people, drawn[person], np.int8(Holding.PUBLIC))


def _family(rng: np.random.Generator, people: NDArray[np.bool_], commune: Integers) -> NDArray[np.bool_]:
    """(n,) the parcels of one family, where the province has communes enough."""
    mine = np.zeros(len(people), dtype=bool)
    order = rng.permutation(len(people))
    large = np.flatnonzero(np.bincount(commune[people], minlength=1) >= _FEWEST_OF_PEOPLE)
    if len(large) < _COMMUNES_OF_FAMILY:
        return mine
    for k, code in enumerate(large[:_COMMUNES_OF_FAMILY]):
        each = FAMILY // _COMMUNES_OF_FAMILY + (k < FAMILY % _COMMUNES_OF_FAMILY)
        mine[order[(people & (commune == code))[order]][:each]] = True
    return mine


def _with_companies(
    users: Columns, company: NDArray[np.bool_], commune: Integers, names: list[str], province: str
) -> Columns:
    """One organisation in each commune, which uses land as people do."""
    said = {
        "land_user_name": pa.array([f"Công ty hư cấu {name}" for name in names]).take(pa.array(commune)),
        "land_user_id_number": join("0001", digits(commune + 1, 6)),  # shaped like a tax number, and nobody's
        "land_user_birth_year": pa.nulls(len(commune), pa.int32()),
        "land_user_key": join("TC", province, "1", digits(commune, 5)),
    }
    return {name: pc.if_else(pa.array(company), said[name], old) for name, old in users.items()}


def _with_family(users: Columns, family: NDArray[np.bool_], province: str) -> Columns:
    """One user of all the family's parcels: a person with the number of nobody else."""
    if not family.any():
        return users
    first = int(np.flatnonzero(family)[0])
    said = {
        "land_user_name": pa.scalar(_FAMILY_NAME),
        "land_user_id_number": pa.scalar(users["land_user_id_number"][first].as_py()[:6] + "000000"),
        "land_user_birth_year": users["land_user_birth_year"][first],
        "land_user_key": pa.scalar(f"CSD{province}{0:08d}"),  # all others are numbered from 1
    }
    return {name: pc.if_else(pa.array(family), said[name], old) for name, old in users.items()}


def _shared(
    rng: np.random.Generator, papers: Columns, keys: pa.Array, commune: Integers, family: NDArray[np.bool_]
) -> Columns:
    """A certificate over as many parcels as its user has in the commune, up to a number that is drawn for each."""
    n = len(commune)
    user = np.asarray(keys.dictionary_encode().indices, dtype=np.int64)
    _, group = np.unique(user * (int(commune.max()) + 1) + commune, return_inverse=True)
    size = 1 + (rng.random(n) * _MOST_ON_A_CERTIFICATE).astype(np.int64)[group]
    size[family] = _MOST_ON_A_CERTIFICATE
    there = np.flatnonzero(np.asarray(papers["certificate_no"].is_valid()))
    order = there[np.argsort(group[there], kind="stable")]
    ordered = group[order]
    place = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    first = (place % size[order]) == 0
    leader = np.arange(n)
    leader[order] = order[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
    return {name: values.take(pa.array(leader)) for name, values in papers.items()}


def _restrictions(rng: np.random.Generator, people: NDArray[np.bool_]) -> Columns:
    n = len(people)
    steps = np.cumsum([share for _, share in _RESTRICTED])
    drawn = np.searchsorted(steps, rng.random(n), side="right")
    none = pa.array(~people | (drawn == len(_RESTRICTED)))
    kind = pick([*(kind for kind, _ in _RESTRICTED), ""], drawn)
    since = pa.array(days(rng, *_SINCE, n))
    return {
        "restriction_kind": pc.if_else(none, pa.scalar(None, pa.string()), kind),
        "restriction_from": pc.if_else(none, pa.scalar(None, since.type), since),
    }
