"""What the mutants are made from: a part of the small province, in every format that there is a writer for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.support.formats import EVERY
from tests.support.markers import PEOPLE
from tests.support.tiny import Tiny, tiny

ROWS = 40  # enough for several pages of a table, few enough to check two thousand files in a minute or two


def few() -> Tiny:
    """The first parcels of each commune, with all their oddities; each is a marked person's."""
    whole = tiny()
    rows = np.unique(
        np.concatenate((np.arange(ROWS // 2), np.linspace(0, len(whole) - 1, ROWS // 2).astype(int)))
    )
    columns = {name: values.take(pa.array(rows)) for name, values in whole.columns.items()}
    return replace(whole, columns=columns | persons(columns), geometry=whole.geometry[rows])


def persons(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Land users and certificates, so that a refusal which quotes its file names somebody who is looked for."""
    odd = [name if name is not None and '"' in name else "" for name in columns["land_user_name"].to_pylist()]
    some = PEOPLE[: len(odd)]
    told = {
        "land_user_name": [f"{person.name} {more}".strip() for person, more in zip(some, odd, strict=True)],
        "land_user_id_number": [person.number for person in some],
        "land_user_key": [person.key for person in some],
        "certificate_no": [person.certificate for person in some],
    }
    return {name: pa.array(values) for name, values in told.items() if name in columns}


def write_base(kind: str, folder: Path) -> None:
    """`folder`/delivery as a province sends it, and `folder`/profile.json."""
    (folder / "delivery").mkdir(parents=True)
    delivered = EVERY[kind](few(), folder / "delivery")
    (folder / "profile.json").write_text(delivered.profile.model_dump_json(), encoding="utf-8")
