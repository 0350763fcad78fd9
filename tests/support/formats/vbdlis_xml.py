"""VBDLIS-style XML written by hand: uses, origins and the survey document in records of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import shapely

from sync.declared.profile import load_profile
from tests.support.formats.base import Delivered, write_toml
from tests.support.formats.gml import NAMESPACES, surface
from tests.support.tiny import EPSG, PROVINCE, Tiny

DOCUMENT = ("tyLeDoDac", "loaiBanDoDiaChinh", "ngayHoanThanh")


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One file; every second geometry is WKT, the others GML."""
    used = load_profile(PROVINCE)
    rows = tiny.delivered(used).to_pylist()
    documents = {key: f"TL{number}" for number, key in enumerate(dict.fromkeys(map(survey, rows)))}
    parcels = "".join(parcels_of(rows, tiny.geometry, documents))
    surveys = "".join(
        "<DC_TaiLieuDoDac>"
        + "".join(
            leaf(*item)
            for item in zip(("taiLieuDoDacId", "maXa", *DOCUMENT), (name, "00000", *key), strict=True)
        )
        + "</DC_TaiLieuDoDac>"
        for key, name in documents.items()
    )
    whole = f'<?xml version="1.0" encoding="UTF-8"?>\n<DuLieuDatDai {NAMESPACES}><DS_ThuaDat>{parcels}</DS_ThuaDat>{surveys}</DuLieuDatDai>'
    (folder / "thua.xml").write_text(whole, encoding="utf-8")
    write_toml(folder, "thua.xml")
    return Delivered(folder, used)


def survey(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in DOCUMENT)


def parcels_of(
    rows: list[dict[str, Any]], shapes: Any, documents: dict[tuple[Any, ...], str]
) -> Iterator[str]:
    for number, (row, shape) in enumerate(zip(rows, shapes, strict=True)):
        own = {k: v for k, v in row.items() if k not in (*DOCUMENT, "loaiDat", "dienTichTheoLoaiDat")}
        fields = "".join(leaf(name, value) for name, value in own.items())
        place = shapely.to_wkt(shape, rounding_precision=3) if number % 2 else surface(shape, f"EPSG:{EPSG}")
        yield (
            f"<DC_ThuaDat>{fields}{leaf('taiLieuDoDacId', documents[survey(row)])}"
            f"<DS_MucDichSuDung>{uses(row)}</DS_MucDichSuDung>"
            f"<DC_NguonGocDat><nguonGocDatId>N{number}</nguonGocDatId><nguonGoc>5</nguonGoc></DC_NguonGocDat>"
            f"<geometry>{place}</geometry></DC_ThuaDat>"
        )


def uses(row: dict[str, Any]) -> str:
    """The uses last first, so that only their own order makes them right."""
    codes = (row["loaiDat"] or "").split("+")
    areas = (row["dienTichTheoLoaiDat"] or "").split("+")
    areas += [""] * (len(codes) - len(areas))
    made = [
        f"<DC_MucDichSuDung>{leaf('soThuTuMucDichSuDung', k + 1)}{leaf('maMucDichSuDung', code)}"
        f"{leaf('dienTich', area)}</DC_MucDichSuDung>"
        for k, (code, area) in enumerate(zip(codes, areas, strict=False))
    ]
    return "".join(reversed(made))


def leaf(name: str, value: object) -> str:
    """An element with text; nothing where there is no value."""
    return "" if value in (None, "") else f"<{name}>{escape(str(value))}</{name}>"
