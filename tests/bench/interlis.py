"""Parcels of a snapshot as an INTERLIS 2.3 transfer file, for ilivalidator, which is measured beside us and used nowhere."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from parcels.wkb import read_wkb

MODEL = """\
INTERLIS 2.3;

MODEL Thua (vi) AT "https://landsync.vn" VERSION "2026-11-01" =
  DOMAIN
    Diem = COORD 200000.0000 .. 900000.0000 [INTERLIS.m], 800000.0000 .. 2700000.0000 [INTERLIS.m], ROTATION 2 -> 1;
  TOPIC DiaChinh =
    CLASS ThuaDat =
      Khoa : MANDATORY TEXT*60;
      RanhGioi : MANDATORY AREA WITH (STRAIGHTS) VERTEX Diem WITHOUT OVERLAPS > 0.002;
      UNIQUE Khoa;
    END ThuaDat;
  END DiaChinh;
END Thua.
"""
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<TRANSFER xmlns="http://www.interlis.ch/INTERLIS2.3">
<HEADERSECTION SENDER="landsync" VERSION="2.3"><MODELS>\
<MODEL NAME="Thua" VERSION="2026-11-01" URI="https://landsync.vn"/></MODELS></HEADERSECTION>
<DATASECTION><Thua.DiaChinh BID="b1">
"""
_TAIL = "</Thua.DiaChinh></DATASECTION></TRANSFER>\n"
_CLASS = "Thua.DiaChinh.ThuaDat"

# What is run with ilivalidator at hand: the data in `thua.xtf`, the model beside it.
VALIDATE = """\
import json, time
from ilivalidator import Ilivalidator
settings = {Ilivalidator.SETTING_ILIDIRS: ".", Ilivalidator.SETTING_LOGFILE: "log.txt"}
started, used = time.monotonic(), time.process_time()
valid = Ilivalidator.validate(["thua.xtf"], settings)
print(json.dumps({"wall": time.monotonic() - started, "cpu": time.process_time() - used, "valid": valid}))
"""


def write_transfer(parts: list[Path], folder: Path, parcels: int) -> int:
    """Write `Thua.ili` and `thua.xtf` with the first valid polygons of these parts of a snapshot; how many they are."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Thua.ili").write_text(MODEL, encoding="utf-8")
    written = 0
    with (folder / "thua.xtf").open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for path in parts:
            table = pq.read_table(path, columns=["source_wkb", "source_key"])
            shapes = read_wkb(table["source_wkb"].combine_chunks())
            chosen = (shapely.get_type_id(shapes) == 3) & shapely.is_valid(shapes)
            at = np.flatnonzero(chosen)[: parcels - written]
            if not len(at):
                continue
            keys = pc.fill_null(table["source_key"].combine_chunks().take(pa.array(at)), "-")
            number = pa.array(np.arange(written, written + len(at))).cast(pa.string())
            file.writelines(_objects(number, keys, shapes[at]).to_pylist())
            written += len(at)
        file.write(_TAIL)
    return written


def _objects(number: pa.Array, keys: pa.Array, shapes: np.ndarray) -> pa.Array:
    text = pa.array(shapely.to_wkt(shapely.force_2d(shapes), rounding_precision=4, trim=True), pa.string())
    for pattern, written in (
        (r"([0-9.]+) ([0-9.]+)(, )?", r"<COORD><C1>\1</C1><C2>\2</C2></COORD>"),
        (r"^POLYGON \(", "<SURFACE>"),
        (r"\)$", "</SURFACE>"),
        (r"\(", "<BOUNDARY><POLYLINE>"),
        (r"\)(, )?", "</POLYLINE></BOUNDARY>"),
    ):
        text = pc.replace_substring_regex(text, pattern, written)
    return pc.binary_join_element_wise(
        f'<{_CLASS} TID="o',
        number,
        '"><Khoa>',
        keys,
        "</Khoa><RanhGioi>",
        text,
        f"</RanhGioi></{_CLASS}>\n",
        "",
    )
