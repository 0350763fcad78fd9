"""Tables of people as files, under the names that the province's profile gives them: layers of its first GeoPackage, else CSVs.

Layers are found by their names; a CSV is named in delivery.toml.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyogrio

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.mapped import Joined
from sync.declared.profile import Profile
from sync.declared.tables import TableMap
from sync.lab.generate.kinds import Format
from sync.lab.generate.tables import Tables


def write_people(profile: Profile, form: Format, tables: Tables, folder: Path, geopackage: str) -> str:
    """Write them; what delivery.toml says of them. geopackage: the file that takes them, of this format."""
    maps = profile.tables.said()
    entries = []
    for holds, table in tables.items():
        said = maps.get(holds)
        if said is None or said.layer is None:
            raise _not_known(profile, holds)
        delivered = _delivered(table, said)
        if form == "gpkg":
            pyogrio.write_arrow(
                delivered,
                folder / geopackage,
                layer=said.layer,
                driver="GPKG",
                append=True,
                geometry_type=None,
            )
            continue
        file = f"{said.layer}.csv"
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        pyarrow.csv.write_csv(delivered, folder / file, options)
        entries.append(f'\n[[tables]]\nholds = "{holds}"\nfile = "{file}"\nencoding = "UTF-8"\n')
    return "".join(entries)


def _delivered(table: pa.Table, said: TableMap) -> pa.Table:
    """The columns that the profile knows, under its names."""
    columns = {}
    for canonical, rule in said.columns.items():
        if canonical in table.column_names:
            columns[rule.join[0] if isinstance(rule, Joined) else rule] = table[canonical]
    return pa.table(columns)


def _not_known(profile: Profile, holds: str) -> UsageError:
    return UsageError(
        "GEN-TABLES",
        Bilingual(
            f"Hồ sơ tỉnh {profile.province} chưa nói bảng {holds} tên là gì.",
            f"The profile of province {profile.province} does not say what its table of {holds} is called.",
        ),
        Bilingual(
            f"Hãy thêm layer và columns vào [tables.{holds}] của hồ sơ, hoặc bỏ --people many.",
            f"Add layer and columns to [tables.{holds}] of the profile, or leave --people many out.",
        ),
    )
