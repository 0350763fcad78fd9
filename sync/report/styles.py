"""How QGIS draws the error files: a `layer_styles` table, which QGIS reads when it opens a GeoPackage."""

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

# Severity → colour (red, green, blue), legend in both languages. Told apart by size too, for those who see no red.
SEVERITIES: dict[str, tuple[str, str, float]] = {
    "error": ("215,25,28", "Lỗi · error", 3.4),
    "warning": ("253,141,60", "Cảnh báo · warning", 2.6),
    "info": ("44,123,182", "Thông tin · info", 2.0),
}
_QUARANTINE = ("215,25,28", "Thửa đất bị cách ly · quarantined parcel")

_REPAIRS = {"repair_before": "110,119,129", "repair_after": "26,127,55"}

_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT CURRENT_TIMESTAMP
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


def add_styles(path: Path, layers: dict[str, str]) -> None:
    """Give each layer of a finished GeoPackage its style. `layers`: name → point, line or area."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_TABLE)
        database.execute(_REGISTER)
        columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        for name, kind in layers.items():
            qml = _style_of(name, kind)
            database.execute(_STYLE, (name, columns.get(name, "geom"), qml))


def _style_of(name: str, kind: str) -> str:
    if name.startswith("quarantine"):
        return quarantine_qml()
    return repair_qml(name) if name in _REPAIRS else findings_qml(kind)


def findings_qml(kind: str) -> str:
    """Colour by severity."""
    symbols, categories = [], []
    for number, (severity, (colour, label, size)) in enumerate(SEVERITIES.items()):
        symbols.append(_symbol(str(number), kind, colour, size))
        categories.append(
            f'<category render="true" symbol="{number}" value={quoteattr(severity)} label={quoteattr(label)}/>'
        )
    return _qml(
        '<renderer-v2 type="categorizedSymbol" attr="severity" enableorderby="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>",
        '[% "check_code" %] [% "handle" %]: [% "message_vi" %]',
    )


def quarantine_qml() -> str:
    """One colour."""
    colour, _ = _QUARANTINE
    return _qml(
        f'<renderer-v2 type="singleSymbol"><symbols>{_symbol("0", "area", colour, 0.6)}</symbols></renderer-v2>',
        '[% "source_key" %]: [% "reasons_vi" %]',
    )


def repair_qml(name: str) -> str:
    """What is, in grey; what is proposed, in green."""
    return _qml(
        f'<renderer-v2 type="singleSymbol"><symbols>{_symbol("0", "area", _REPAIRS[name], 0.6)}</symbols></renderer-v2>',
        '[% "handle" %]: [% "message_vi" %]',
    )


def _symbol(name: str, kind: str, colour: str, size: float) -> str:
    if kind == "point":
        return _layer(
            name,
            "marker",
            "SimpleMarker",
            {
                "name": "circle",
                "color": f"{colour},255",
                "outline_color": "255,255,255,255",
                "size": str(size),
            },
        )
    if kind == "line":
        return _layer(
            name, "line", "SimpleLine", {"line_color": f"{colour},255", "line_width": str(size / 4)}
        )
    return _layer(
        name,
        "fill",
        "SimpleFill",
        {"color": f"{colour},60", "style": "solid", "outline_color": f"{colour},255", "outline_width": "0.6"},
    )


def _layer(name: str, kind: str, symbol_class: str, properties: dict[str, str]) -> str:
    options = "".join(
        f'<Option type="QString" name="{key}" value={quoteattr(value)}/>' for key, value in properties.items()
    )
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{symbol_class}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{options}</Option></layer></symbol>'
    )


def _qml(renderer: str, tip: str) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" styleCategories="Symbology|MapTips">{renderer}'
        f"<mapTip>{escape(tip)}</mapTip></qgis>"
    )
