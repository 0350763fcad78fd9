"""Which claims stand against a delivery, against the same said row by row."""

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from validators.delivery import CLAIMS_SCHEMA, Delivered
from validators.identity.handles import KEY_COLUMNS, handles_of

AS_OF = date(2026, 11, 20)
HERE, THERE, NOWHERE = "00004", "00008", "-"
IDS = st.sampled_from(["wk4dh9ruhz40", "wk4dh9ruhz41", "wk4dh9ruhz42"])
KEYS = st.sampled_from(["a", "b", "c"])
NUMBERS = st.sampled_from(["1", "2"])
ROWS = st.lists(
    st.tuples(st.none() | KEYS, st.none() | st.just("no id") | IDS, st.none() | NUMBERS), max_size=5
)
CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "national_id": IDS,
            "province_code": st.sampled_from(["01", "02"]),
            "commune_code": st.none() | st.sampled_from([HERE, THERE]),
            "source_handle": st.none() | KEYS.map(lambda key: f"vbdlis|{key}"),
            "sheet_handle": st.none()
            | st.tuples(st.sampled_from([HERE, THERE]), NUMBERS).map(lambda at: sheet(*at)),
        }
    ),
    max_size=6,
)


def table(rows: list[tuple[str | None, str | None, str | None]]) -> pa.Table:
    keys, ids, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {name: pa.nulls(len(rows), pa.string()) for name in KEY_COLUMNS}
    columns |= {
        "source_system": pa.repeat("vbdlis", len(rows)),
        "source_key": pa.array(keys, pa.string()),
        "national_id": pa.array(ids, pa.string()),
        "sheet_no": pa.repeat("7", len(rows)),
        "parcel_no": pa.array(numbers, pa.string()),
    }
    return pa.table(columns)


def sheet(commune: str, number: str) -> str:
    handle: str = handles_of(table([(None, None, number)]), commune, AS_OF).sheet[0].as_py()
    return handle


@given(parts=st.dictionaries(st.sampled_from([HERE, THERE, NOWHERE]), ROWS), claims=CLAIMS)
def test_a_claim_stands_unless_its_parcel_is_delivered(
    parts: dict[str, list[tuple[str | None, str | None, str | None]]], claims: list[dict[str, str | None]]
) -> None:
    delivered, speaking = set(), set()
    for code, rows in parts.items():
        own = handles_of(table(rows), code, AS_OF)
        for source, national, number in zip(*(handles.to_pylist() for handles in own), strict=True):
            delivered |= {national} - {None}
            speaking |= {("source", source), ("sheet", number)} - {("source", None), ("sheet", None)}
    stand = [
        claim
        for claim in claims
        if claim["national_id"] in delivered
        and (
            claim["province_code"] != "01"
            or (
                claim["commune_code"] is not None
                and not {("source", claim["source_handle"]), ("sheet", claim["sheet_handle"])} & speaking
            )
        )
    ]
    whole = Delivered({code: table(rows) for code, rows in parts.items()}, AS_OF)
    found = whole.claims(pa.Table.from_pylist(claims, schema=CLAIMS_SCHEMA), "01")
    rows_of = [[str(claim[name]) for name in CLAIMS_SCHEMA.names] for claim in stand]
    assert sorted(
        [str(claim[name]) for name in CLAIMS_SCHEMA.names] for claim in found.to_pylist()
    ) == sorted(rows_of)
