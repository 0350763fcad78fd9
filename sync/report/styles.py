"""How QGIS draws and names what is in a report: the elements of a style, alike in a GeoPackage and in a project.

In a GeoPackage they are the default style of each layer in the table `layer_styles`, which QGIS reads when it opens one.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from sync.report.fields import FINDINGS, PARCELS, QUARANTINE, REPAIRS, titles_of
from sync.report.layers import Kind

# Severity → colour (red, green, blue), legend in both languages. Told apart by size too, for those who see no red.
SEVERITIES: dict[str, tuple[str, str, float]] = {
    "error": ("215,25,28", "Lỗi · error", 3.4),
    "warning": ("253,141,60", "Cảnh báo · warning", 2.6),
    "info": ("44,123,182", "Thông tin · info", 2.0),
}
_RED, _GREY, _GREEN, _FAINT = "215,25,28", "110,119,129", "26,127,55", "140,149,159"
_REPAIRS = {"repair_before": _GREY, "repair_after": _GREEN}
PARCELS_LAYER = "parcels"

_ON_SHEET = """coalesce("sheet_no" || '/', '') || "parcel_no\""""
# Where a label goes: lines of millimetres and areas of nothing have no room for one.
_AT = "coalesce(point_on_surface($geometry), centroid($geometry))"
# Labels appear from this scale on: of a whole commune they would be one black spot.
_FINDINGS_FROM, _PARCELS_FROM = 10_000, 3_000

_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
_REGISTER = """
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles')
"""
_STYLE = """
INSERT INTO layer_styles
    (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD,
     useAsDefault, description, owner)
VALUES ('', '', ?, ?, 'landsync', ?, '', 1, 'landsync', '')
"""


def add_styles(path: Path, layers: Mapping[str, Kind]) -> None:
    """Give each layer of a finished GeoPackage its style. `layers`: name → what it draws."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_TABLE)
        database.execute(_REGISTER)
        columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        for name, kind in layers.items():
            qml = (
                "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
                '<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields|MapTips" labelsEnabled="1">'
                f"{style_of(name, kind)}</qgis>"
            )
            database.execute(_STYLE, (name, columns.get(name, ""), qml))


def style_of(name: str, kind: Kind) -> str:
    """The elements that say how a layer of a report looks."""
    if name.startswith("quarantine"):
        said = titles_of(QUARANTINE)
        drawn = _single(kind, _RED, 3.0) + _labels(f'coalesce({_ON_SHEET}, "source_key")', _FINDINGS_FROM)
        return _elements(kind, drawn, said, '[% "source_key" %]: [% "reasons_vi" %]')
    if name in _REPAIRS:
        drawn = _single(kind, _REPAIRS[name], 3.0)
        return _elements(kind, drawn, titles_of(REPAIRS), '[% "handle" %]: [% "message_vi" %]')
    if name == PARCELS_LAYER:
        return parcels_style(kind, titles_of(PARCELS), _ON_SHEET)
    drawn = _by_severity(kind) + _labels('"check_code"', _FINDINGS_FROM)
    tip = '[% "check_code" %] [% "handle" %]: [% "message_vi" %]'
    return _elements(kind, drawn, titles_of(FINDINGS), tip)


def parcels_style(kind: Kind, titles: Mapping[str, str], label: str | None) -> str:
    """The elements of parcels that lie beneath the findings: thin outlines, labelled by an expression of QGIS."""
    labels = _labels(label, _PARCELS_FROM, beside=False) if label else ""
    return _elements(kind, _single(kind, _FAINT, 1.6, filled=False) + labels, titles, "")


def _elements(kind: Kind, drawn: str, titles: Mapping[str, str], tip: str) -> str:
    aliases = "".join(
        f'<alias index="{number}" field={quoteattr(name)} name={quoteattr(title)}/>'
        for number, (name, title) in enumerate(titles.items())
    )
    shown = "" if kind == "none" else drawn
    return f"{shown}<aliases>{aliases}</aliases><mapTip>{escape(tip)}</mapTip>"


def _by_severity(kind: Kind) -> str:
    symbols, categories = [], []
    for number, (severity, (colour, label, size)) in enumerate(SEVERITIES.items()):
        symbols.append(_symbol(str(number), kind, colour, size))
        categories.append(
            f'<category render="true" symbol="{number}" value={quoteattr(severity)} label={quoteattr(label)}/>'
        )
    return (
        '<renderer-v2 type="categorizedSymbol" attr="severity" enableorderby="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _single(kind: Kind, colour: str, size: float, *, filled: bool = True) -> str:
    symbol = _symbol("0", kind, colour, size, filled=filled)
    return f'<renderer-v2 type="singleSymbol"><symbols>{symbol}</symbols></renderer-v2>'


def _symbol(name: str, kind: Kind, colour: str, size: float, *, filled: bool = True) -> str:
    if kind == "point":
        dot = {
            "name": "circle",
            "color": f"{colour},255",
            "outline_color": "255,255,255,255",
            "size": str(size),
        }
        return _layer(name, "marker", "SimpleMarker", dot)
    if kind == "line":
        stroke = {"line_color": f"{colour},255", "line_width": str(size / 4)}
        return _layer(name, "line", "SimpleLine", stroke)
    area = {
        "color": f"{colour},{60 if filled else 0}",
        "style": "solid",
        "outline_color": f"{colour},255",
        "outline_width": "0.6" if filled else "0.26",
    }
    return _layer(name, "fill", "SimpleFill", area)


def _layer(name: str, kind: str, symbol_class: str, properties: Mapping[str, str]) -> str:
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{symbol_class}" enabled="1" locked="0" pass="0">{_options(properties.items())}'
        f"{_props(properties.items())}</layer></symbol>"
    )


def _options(properties: Iterable[tuple[str, str]]) -> str:
    options = "".join(
        f'<Option type="QString" name="{key}" value={quoteattr(value)}/>' for key, value in properties
    )
    return f'<Option type="Map">{options}</Option>'


def _props(properties: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<prop k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in properties)


def _labels(expression: str, nearer_than: int, *, beside: bool = True) -> str:
    """Labels by an expression of QGIS, from a scale of 1 : `nearer_than` on; beside their place, or in the middle of it."""
    where = 'placement="0" dist="0.5" distUnits="MM"' if beside else 'placement="1" quadOffset="4"'
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style isExpression="1" fieldName={quoteattr(expression)} fontSize="8" fontSizeUnit="Point" '
        'textColor="31,35,40,255" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM" bufferColor="255,255,255,255" '
        'bufferOpacity="1"/></text-style>'
        f'<placement {where} geometryGeneratorEnabled="1" '
        f'geometryGeneratorType="PointGeometry" geometryGenerator={quoteattr(_AT)}/>'
        f'<rendering scaleVisibility="1" scaleMin="0" scaleMax="{nearer_than}" obstacle="1" displayAll="0"/>'
        "</settings></labeling>"
    )
