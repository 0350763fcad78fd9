"""What the population database answers about the land users of a labelled nation: mostly that it knows them.

A mismatch, or nobody found, is one of a person: every parcel of theirs carries it.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.kinds import ALL, BY_NAME, UNMATCHED_PEOPLE
from sync.lab.generate.nation import Purpose, stream
from sync.lab.generate.options import Options
from sync.lab.generate.province import ProvinceBatch
from sync.lab.generate.tables import further_users

STATUS = {"user_mismatched": "mismatched", "user_not_found": "not_found"}
SHARE = 0.0005  # of a province's people, each of the two
UNMATCHED = 0.4  # of the people of a commune in which too few are found: more than a fifth
RESULTS_SCHEMA = pa.schema(
    [
        pa.field("province", pa.string()),
        pa.field("system", pa.string()),
        pa.field("land_user_key", pa.string()),
        pa.field("status", pa.string()),
        pa.field("checked_at", pa.string()),
    ]
)


def authenticate(options: Options, batch: ProvinceBatch, wholes: dict[str, list[str]]) -> pa.Table:
    """RESULTS_SCHEMA of a province's people; marks the rows of those who are not found as they are registered.

    Public bodies are no people, and nobody asks for them.
    """
    coded = batch.columns["land_user_key"].dictionary_encode()
    person = np.asarray(coded.indices)
    people = np.asarray(batch.clean_columns["land_user_birth_year"].is_valid())
    size = len(coded.dictionary)
    asked = np.bincount(person[people], minlength=size) > 0
    spoilt = np.bincount(person[(batch.kind >= 0) | ~people], minlength=size) > 0
    status = np.full(size, "found", dtype=object)
    rng = stream(options.seed, Purpose.POPULATION, batch.delivery.province)
    free = rng.permutation(np.flatnonzero(asked & ~spoilt))
    number = max(1, round(SHARE * int(asked.sum()))) if options.defects else 0
    for k, (name, word) in enumerate(STATUS.items()):
        chosen = free[k * number : (k + 1) * number]
        status[chosen] = word
        batch.kind[np.isin(person, chosen)] = ALL.index(BY_NAME[name])
    for k, territory in enumerate(batch.delivery.territories):
        if UNMATCHED_PEOPLE in wholes.get(territory.commune.code, []):
            here = np.unique(person[people & (batch.commune == k)])
            here = here[asked[here] & ~spoilt[here] & (status[here] == "found")]
            chosen = here[: int(np.ceil(UNMATCHED * len(here)))]
            status[chosen] = STATUS["user_not_found"]
            batch.kind[np.isin(person, chosen)] = ALL.index(BY_NAME["user_not_found"])
    known = np.flatnonzero(asked)
    keys, said = pc.take(coded.dictionary, pa.array(known)), pa.array(status[known], pa.string())
    if batch.many:  # everybody else on a parcel is found: what is not, is one of its first user
        further = pc.unique(further_users(options.seed, batch)["land_user_key"])
        keys = pa.concat_arrays([keys, further])
        said = pa.concat_arrays([said, pa.repeat("found", len(further))])
    n = len(keys)
    return pa.table(
        [
            pa.repeat(batch.delivery.province, n),
            pa.repeat(batch.profile.system, n),
            keys,
            said,
            pa.repeat(options.extracted_at.isoformat(), n),
        ],
        schema=RESULTS_SCHEMA,
    )
