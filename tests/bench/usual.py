"""What many write on a first afternoon, as a measure: geopandas reads the file, looks for invalid and overlapping shapes, and writes.

It keeps no history, proves nothing, and would write a parcel twice the next night but for the key.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import psycopg2
import sqlalchemy

_MERGE = """
INSERT INTO usual SELECT * FROM usual_new
ON CONFLICT ("thuaDatId") DO UPDATE SET "maXa" = excluded."maXa", "loaiDat" = excluded."loaiDat", "diaChi" = excluded."diaChi",
    "tenChu" = excluded."tenChu", geometry = excluded.geometry
"""


def usual(
    server: Callable[[], float], own: Callable[[], float], dsn: str, delivery: Path
) -> dict[str, float]:
    """Wall and processor seconds of it; nothing is left in the database."""
    used, server_then, began = own(), server(), time.monotonic()
    engine = sqlalchemy.create_engine(dsn.replace("postgresql://", "postgresql+psycopg2://"))
    for number, file in enumerate(sorted(delivery.glob("*.gpkg"))):
        frame = gpd.read_file(file)
        bad = ~frame.geometry.is_valid
        pairs = frame.sindex.query(frame.geometry, predicate="overlaps")
        bad.iloc[pairs[0]] = True
        good = frame[~bad].to_crs(4756)
        good.to_postgis("usual_new", engine, if_exists="replace", chunksize=50_000)
        with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
            if not number:
                cursor.execute('CREATE TABLE usual (LIKE usual_new, PRIMARY KEY ("thuaDatId"))')
                cursor.execute("CREATE INDEX ON usual USING gist (geometry)")
            cursor.execute(_MERGE)
            link.commit()
    told = {"seconds": time.monotonic() - began, "cpu": own() - used + server() - server_then}
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        cursor.execute("DROP TABLE usual, usual_new")
        link.commit()
    return {name: round(value, 1) for name, value in told.items()}
