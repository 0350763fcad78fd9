"""A cadastre as the Dutch service gives it, made in code: GML with label points, arcs, and several versions of one object.

Beside each feature stands what a correct check does with it, written down here and not asked of any check.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DUTCH = "urn:ogc:def:crs:EPSG::28992"
COMMUNE = "ams"
PROFILE = f"""
province = "00"
system = "brk"
foreign = true
[columns]
source_key = "identificatie"
sheet_no = "sectie"
parcel_no = "perceelnummer"
area_legal_m2 = "kadastraleGrootte"
[constants]
commune_code = "{COMMUNE}"
[states]
column = "statusHistorie"
current = ["G"]
draft = ["C"]
historic = ["H"]
[[parts]]
epsg = 28992
[not_applicable]
IDN-COMMUNE-UNKNOWN = "a foreign cadastre has no communes of Vietnam"
IDN-NATIONAL-MISSING = "a foreign cadastre has no national ids"
ATT-LAND-USE = "no land use in this layer"
ATT-LAND-USE-LEGACY = "no land use in this layer"
"""
SIDE_M, _LANE_M = 10, 5
_NAMESPACES = 'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:k="http://kadastralekaart.geonovum.nl"'
State = Literal["current", "historic", "draft"]
Codes = frozenset[str]
NONE: Codes = frozenset()
CURVED: Codes = frozenset({"GEO-CURVE", "GEO-TYPE"})


@dataclass(frozen=True)
class Feature:
    """One feature. outline  its boundary as GML, x and y of its south-west corner put in; label  before or behind it."""

    key: str
    state: State
    outline: str
    label: Literal["before", "behind", "none"]
    codes: Codes
    quarantined: bool
    number: int
    place: int
    area_m2: float = SIDE_M * SIDE_M


def _ring(*points: tuple[float, float]) -> str:
    placed = " ".join(f"{{x{a:+g}}} {{y{b:+g}}}" for a, b in points)
    return f"<gml:LinearRing><gml:posList>{placed}</gml:posList></gml:LinearRing>"


def _curve(*segments: str) -> str:
    return (
        f"<gml:Ring><gml:curveMember><gml:Curve><gml:segments>{''.join(segments)}</gml:segments></gml:Curve>"
        "</gml:curveMember></gml:Ring>"
    )


def _segment(kind: str, *points: tuple[float, float]) -> str:
    placed = " ".join(f"{{x{a:+g}}} {{y{b:+g}}}" for a, b in points)
    return f"<gml:{kind}><gml:posList>{placed}</gml:posList></gml:{kind}>"


def _polygon(shell: str, *holes: str) -> str:
    inner = "".join(f"<gml:interior>{hole}</gml:interior>" for hole in holes)
    return f'<gml:Polygon srsName="{DUTCH}"><gml:exterior>{shell}</gml:exterior>{inner}</gml:Polygon>'


def _surface(shell: str) -> str:
    patch = f"<gml:PolygonPatch><gml:exterior>{shell}</gml:exterior></gml:PolygonPatch>"
    return f'<gml:Surface srsName="{DUTCH}"><gml:patches>{patch}</gml:patches></gml:Surface>'


def _several(*polygons: str) -> str:
    members = "".join(f"<gml:surfaceMember>{polygon}</gml:surfaceMember>" for polygon in polygons)
    return f'<gml:MultiSurface srsName="{DUTCH}">{members}</gml:MultiSurface>'


_SQUARE = _ring((0, 0), (10, 0), (10, 10), (0, 10), (0, 0))
_REST = _segment("LineStringSegment", (10, 0), (10, 10), (0, 10), (0, 0))
_BENT = _curve(_segment("Arc", (0, 0), (5, 2), (10, 0)), _REST)
_UNBENT = _curve(_segment("LineStringSegment", (0, 0), (10, 0)), _REST)
_HOLE = _ring((4, 4), (4, 6), (6, 6), (6, 4), (4, 4))
_ROUND_HOLE = _curve(_segment("ArcString", (4, 5), (5, 6), (6, 5), (5, 4), (4, 5)))

# What a feature's outline is, what a correct check says of it, whether its row is refused, and its area.
OUTLINES: dict[str, tuple[str, Codes, bool, float]] = {
    "a polygon": (_polygon(_SQUARE), NONE, False, 100.0),
    "an arc": (_polygon(_BENT), CURVED, True, 100.0),
    "segments without an arc": (_polygon(_UNBENT), NONE, False, 100.0),
    "a surface of a patch": (_surface(_SQUARE), NONE, False, 100.0),
    "a surface with an arc": (_surface(_BENT), CURVED, True, 100.0),
    "several of one": (_several(_polygon(_SQUARE)), NONE, False, 100.0),
    "several, one with an arc": (_several(_polygon(_BENT)), CURVED, True, 100.0),
    "a hole": (_polygon(_SQUARE, _HOLE), NONE, False, 96.0),
    "a round hole": (_polygon(_SQUARE, _ROUND_HOLE), CURVED, True, 96.0),
    "a bow-tie": (_polygon(_ring((0, 0), (10, 10), (10, 0), (0, 10), (0, 0))), frozenset({"GEO-INVALID"}), True, 100.0),
    "a label alone": ("", frozenset({"GEO-TYPE"}), True, 100.0),
}  # fmt: skip
_LABELS: tuple[Literal["before", "behind", "none"], ...] = ("behind", "before", "none")


class DutchFile:
    """The file before it is written: features, and what must become of each.

    Of each object there are up to three versions at one place: an old one that is drawn otherwise, a current one, a draft.
    """

    def __init__(self, turns: int = 12) -> None:
        self.features: list[Feature] = []
        for turn in range(turns):
            for at, (outline, codes, quarantined, area) in enumerate(OUTLINES.values()):
                self._object(turn * len(OUTLINES) + at, outline, codes, quarantined, area)
        self._twice()

    def _object(self, place: int, outline: str, codes: Codes, quarantined: bool, area: float) -> None:
        # A feature without outline has its label, or nothing of it could be told.
        label = _LABELS[place // len(OUTLINES) % 3] if outline else "behind"
        shared = {"key": f"NL.IMKAD.{place:06d}", "label": label, "number": place + 1, "place": place}
        old = Feature(
            state="historic", outline=_polygon(_BENT), codes=NONE, quarantined=False, **shared,  # type: ignore[arg-type]
        )  # fmt: skip
        now = Feature(
            state="current", outline=outline, codes=codes, quarantined=quarantined, area_m2=area, **shared,  # type: ignore[arg-type]
        )  # fmt: skip
        new = Feature(
            state="draft", outline=_polygon(_SQUARE), codes=NONE, quarantined=False, **shared,  # type: ignore[arg-type]
        )  # fmt: skip
        versions = [[now], [old, now], [now, old], [old, old, now, new]][place % 4]
        self.features += versions

    def _twice(self) -> None:
        """An object of which two versions are current: nobody can say which."""
        place = max(feature.place for feature in self.features) + 1
        for k in range(2):
            self.features.append(
                Feature(
                    "NL.IMKAD.TWICE", "current", OUTLINES["a polygon"][0], "behind", frozenset({"IDN-DUP-SOURCE"}),
                    True, 90_001 + k, place + k,
                )
            )  # fmt: skip

    def count(self, state: State) -> int:
        """How many features are in a state."""
        return sum(feature.state == state for feature in self.features)

    def save(self, folder: Path) -> Path:
        """The file, its profile and a delivery.toml."""
        folder.mkdir(parents=True)
        members = "\n".join(_member(at, feature) for at, feature in enumerate(self.features))
        (folder / "percelen.gml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<gml:FeatureCollection {_NAMESPACES}>\n{members}\n'
            "</gml:FeatureCollection>\n",
            encoding="utf-8",
        )
        (folder.parent / "brk.toml").write_text(PROFILE, encoding="utf-8")
        return folder / "percelen.gml"


def _member(at: int, feature: Feature) -> str:
    x = 121_000 + feature.place % 12 * (SIDE_M + _LANE_M)
    y = 487_000 + feature.place // 12 * (SIDE_M + _LANE_M)
    shape = _placed(feature.outline, x, y)
    point = f'<k:label><gml:Point srsName="{DUTCH}"><gml:pos>{x + 5} {y + 5}</gml:pos></gml:Point></k:label>'
    outline = f"<k:begrenzing>{shape}</k:begrenzing>" if shape else ""
    inside = {"before": point + outline, "behind": outline + point, "none": outline}[feature.label]
    letter = {"current": "G", "historic": "H", "draft": "C"}[feature.state]
    values = {
        "identificatie": feature.key,
        "statusHistorie": letter,
        "sectie": "7",
        "perceelnummer": str(feature.number),
        "kadastraleGrootte": f"{feature.area_m2:g}",
    }
    said = "".join(f"<k:{name}>{value}</k:{name}>" for name, value in values.items())
    return f'<gml:featureMember><k:Perceel gml:id="p{at}">{said}{inside}</k:Perceel></gml:featureMember>'


def _placed(outline: str, x: int, y: int) -> str:
    pieces = outline.split("{")
    placed = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}")
        placed.append(f"{(x if name[0] == 'x' else y) + float(name[1:]):g}{rest}")
    return "".join(placed)
