"""WFS 2.0, as GeoServer (VNPT-iLIS), MapServer and QGIS Server speak it: pages by count and startIndex.

Pages of a table that somebody edits may lose a row between them. So every page begins with the last row of the one
before: where that is another row, something moved, and the read is given up. At the end the service is asked for a
row too many and for its count again. A `key` gives the pages one order; without it, the service's own is trusted so far.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa

from parcels.bilingual import Bilingual
from parcels.errors import LandsyncError
from sync.declared.connection import Wfs
from sync.declared.tomlfile import nearest
from sync.intake.remotes.axes import refuse_swapped
from sync.intake.remotes.base import Offer, bad_answer, not_as_described, rows_differ
from sync.intake.remotes.features import Page, from_geojson, from_gml, key_of
from sync.intake.remotes.http import changed_meanwhile, not_found, service_exception
from sync.intake.remotes.secrets import Secret
from sync.intake.remotes.services import GEOMETRY, ServiceSession, epsg_of, no_count
from sync.intake.remotes.xml import every, exception_of, local, parse, text_of

_JSON = ("application/json", "application/json; subtype=geojson", "json", "geojson", "application/geo+json")
_SHAPES = ("Geometry", "Surface", "Polygon", "Curve", "Line", "Point", "Solid")


class WfsSession(ServiceSession):
    """One feature type of a WFS."""

    kind: ClassVar[str] = "wfs"

    def __init__(self, connection: Wfs, secret: Secret | None) -> None:
        super().__init__(connection, secret, connection.typename)
        self.said = connection

    def probe(self) -> Offer:
        """Formats and CRS by GetCapabilities, columns by DescribeFeatureType, rows by resultType=hits."""
        capabilities = self._xml("GetCapabilities", {"acceptVersions": "2.0.0"})
        if not capabilities.get("version", "").startswith("2."):
            raise not_as_described(self.where, f"WFS {capabilities.get('version', '?')} ≠ 2.0")
        self._format = self._chosen_format(capabilities)
        self._crs = self._chosen_crs(self._feature_type(capabilities))
        columns = self._columns()
        if self.said.key is not None and self.said.key not in columns:
            near = nearest(self.said.key, columns)
            raise not_as_described(self.where, f"“{self.said.key}” ∉ {', '.join(columns)[:300]} (? {near})")
        return Offer(
            where=self.where,
            columns=columns,
            geometry=GEOMETRY,
            crs=None if self._crs is None else f"EPSG:{self._crs}",
            rows=self._hits(),
        )

    def read(self, offer: Offer) -> Iterator[pa.RecordBatch]:
        """All pages, then their batches: nothing goes out before they are known to fit together."""
        last: str | None = None
        while self._pages.rows <= offer.rows:  # once more than needed: a row too many would show
            page = self._page(max(0, self._pages.rows - 1), offer)
            if page.matched is not None and page.matched != offer.rows:
                raise self._not(offer.rows, page.matched)
            ids = page.ids if self.said.key is None else key_of(page, self.said.key)
            new = 1 if self._pages.rows else 0  # the row that both pages have
            if new and (not len(ids) or ids[0].as_py() != last):
                raise changed_meanwhile(
                    self.where,
                    Bilingual("thứ tự các dòng bị xê dịch giữa hai trang", "rows moved between two pages"),
                )
            if len(ids) <= new:
                break
            last = ids[len(ids) - 1].as_py()
            if offer.crs is not None and self.said.axes is None:
                refuse_swapped(page.batch, GEOMETRY, offer.crs, self.where)
            self._pages.add(page.batch.slice(new), ids.slice(new))
        if self._pages.rows != offer.rows:
            raise self._not(offer.rows, self._pages.rows)
        after = self._hits()
        if after != offer.rows:
            raise changed_meanwhile(self.where, _counts(offer.rows, after))
        self._pages.check(self.where)
        yield from self._pages.batches(offer.columns)

    def _page(self, start: int, offer: Offer) -> Page:
        parameters = {"startIndex": str(start), "count": str(self.said.page_size)}
        if self.said.key is not None:
            parameters["sortBy"] = self.said.key
        if self._crs is not None:
            short = f"EPSG:{self._crs}"  # the form that always meant easting first
            parameters["srsName"] = short if self._json else f"urn:ogc:def:crs:EPSG::{self._crs}"
        body = self._get(
            "GetFeature", parameters | {"typeNames": self.said.typename, "outputFormat": self._format}
        )
        if self._json:
            return from_geojson(body, GEOMETRY, self.where)
        return from_gml(body, GEOMETRY, offer.columns, self.where)

    @property
    def _json(self) -> bool:
        return "json" in self._format.lower()

    def _not(self, stated: int, found: int) -> LandsyncError:
        """Other rows than stated: the table changed, if the service now counts otherwise; else it leaves rows out."""
        after = self._hits()
        if after != stated:
            return changed_meanwhile(self.where, _counts(stated, after))
        return rows_differ(self.where, stated, found)

    def _hits(self) -> int:
        parameters = {"typeNames": self.said.typename, "resultType": "hits"}
        counted = self._xml("GetFeature", parameters).get("numberMatched", "")
        if not counted.isdigit():
            raise no_count(self.where)
        return int(counted)

    def _columns(self) -> tuple[str, ...]:
        """The properties of the feature type but its geometry, as DescribeFeatureType names them."""
        schema = self._xml("DescribeFeatureType", {"typeNames": self.said.typename})
        elements = [e for e in every(schema, "element") if _is_property(e)]
        found = [
            str(e.get("name"))
            for e in elements
            if not ("PropertyType" in (kind := str(e.get("type", ""))) and any(s in kind for s in _SHAPES))
        ]
        if not found:
            raise bad_answer(self.where, "DescribeFeatureType")
        return tuple(dict.fromkeys(found))

    def _feature_type(self, capabilities: Any) -> Any:
        types = {text_of(found, "Name"): found for found in every(capabilities, "FeatureType")}
        wanted = self.said.typename
        plain = [name for name in types if name.rpartition(":")[2] == wanted.rpartition(":")[2]]
        if wanted in types:
            return types[wanted]
        if len(plain) == 1:
            return types[plain[0]]
        near = nearest(wanted, types)
        raise not_found(self.http.where, f"“{wanted}”" + (f" (? {near})" if near else ""))

    def _chosen_crs(self, feature_type: Any) -> int | None:
        """The profile's CRS where the service has it, else the service's own; None where that is no EPSG code."""
        offered = [
            epsg_of(element.text or "")
            for name in ("DefaultCRS", "OtherCRS")
            for element in every(feature_type, name)
        ]
        if self.said.srid in offered:
            return self.said.srid
        return offered[0] if offered else None

    def _chosen_format(self, capabilities: Any) -> str:
        formats = [
            (value.text or "").strip()
            for operation in every(capabilities, "Operation")
            if operation.get("name") == "GetFeature"
            for parameter in every(operation, "Parameter")
            if parameter.get("name") == "outputFormat"
            for value in every(parameter, "Value")
        ]
        json = next((name for name in formats if name.lower() in _JSON), None)
        if self.said.format == "json" and json is None:
            raise not_as_described(self.where, f"json ∉ {', '.join(formats)[:300]}")
        if json is not None and self.said.format != "gml":
            return json
        gml = [name for name in formats if "gml" in name.lower() and "3.2" in name]
        return gml[0] if gml else "application/gml+xml; version=3.2"

    def _get(self, request: str, parameters: dict[str, str]) -> bytes:
        asked = {"service": "WFS", "request": request, **parameters}
        if request != "GetCapabilities":
            asked["version"] = "2.0.0"
        body, _ = self.http.get(self.said.url, asked)
        if (told := exception_of(body)) is not None:
            raise service_exception(self.where, *told)
        return body

    def _xml(self, request: str, parameters: dict[str, str]) -> Any:
        return parse(self._get(request, parameters), self.where)


def _is_property(element: Any) -> bool:
    """Whether an xsd:element is declared within a type; those at the top are the features themselves."""
    parent = element.getparent()
    return parent is not None and local(parent) != "schema" and bool(element.get("name"))


def _counts(before: int, after: int) -> Bilingual:
    return Bilingual(f"lúc đầu {before} dòng, sau đó {after}", f"{before} rows at first, {after} later")
