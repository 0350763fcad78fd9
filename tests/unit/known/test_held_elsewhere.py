"""Who holds an id that is delivered in another commune, against the same said row by row."""

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sync.known.context.holders import held_elsewhere
from validators.identity.handles import KEY_COLUMNS
from validators.live import CLAIMS_SCHEMA

AS_OF = date(2026, 11, 20)
CODES = ["00004", "00008", "00025"]
IDS = st.sampled_from([f"wk4dh9ruhz4{letter}" for letter in "0123456789bc"])


def live(code: str, ids: list[str | None]) -> pa.Table:
    columns = {name: pa.nulls(len(ids), pa.string()) for name in KEY_COLUMNS}
    columns |= {
        "province_code": pa.repeat("01", len(ids)),
        "commune_code": pa.repeat(code, len(ids)),
        "national_id": pa.array(ids, pa.string()),
        "source_system": pa.repeat("vbdlis", len(ids)),
        "source_key": pa.array([f"{code}-{at}" for at in range(len(ids))], pa.string()),
    }
    return pa.table(columns)


@given(
    held=st.dictionaries(st.sampled_from(CODES), st.lists(st.none() | IDS, max_size=8)),
    delivered=st.sets(st.tuples(IDS, st.sampled_from([*CODES, "-"])), max_size=12),
)
def test_only_those_that_another_commune_delivers_are_told(
    held: dict[str, list[str | None]], delivered: set[tuple[str, str]]
) -> None:
    tables = {code: live(code, ids) for code, ids in held.items()}
    ids, at = zip(*sorted(delivered), strict=True) if delivered else ((), ())
    found = held_elsewhere(
        {code: table.select for code, table in tables.items()},
        pa.array(ids, pa.string()),
        pa.array(at, pa.string()),
        AS_OF,
    )
    assert found.schema == CLAIMS_SCHEMA
    wanted = {
        (one, code, f"vbdlis|{code}-{at}")
        for code, ids_of_it in held.items()
        for at, one in enumerate(ids_of_it)
        if any(one == other and code != elsewhere for other, elsewhere in delivered)
    }
    told = zip(
        *(found[name].to_pylist() for name in ("national_id", "commune_code", "source_handle")), strict=True
    )
    assert sorted(told) == sorted(wanted)
