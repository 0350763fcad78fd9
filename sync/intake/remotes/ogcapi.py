"""OGC API Features: pages by following `rel=next`, the cadastre's own CRS where the service has it.

The pages are the service's own; it is asked again for the count at the end, and no id may come twice.
"""

import json
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx
import pyarrow as pa

from parcels import crs
from parcels.bilingual import Bilingual
from sync.declared.connection import OgcApi
from sync.intake.remotes.axes import north_first, refuse_swapped, swapped
from sync.intake.remotes.base import Offer, bad_answer, not_as_described, rows_differ
from sync.intake.remotes.features import Page, from_geojson, key_of
from sync.intake.remotes.http import changed_meanwhile, with_query
from sync.intake.remotes.secrets import Secret
from sync.intake.remotes.services import CRS84, GEOMETRY, ServiceSession, epsg_of, no_count

_GEOJSON = {"f": "json"}
IN_DEGREES = Bilingual(
    "Dịch vụ chỉ cho tọa độ WGS 84 (độ), không cho múi VN-2000: tọa độ đã bị dịch vụ chuyển đổi và làm tròn.",
    "The service gives WGS 84 degrees only, not the VN-2000 zone: it has converted and rounded the coordinates itself.",
)


class OgcApiSession(ServiceSession):
    """One collection of an OGC API."""

    kind: ClassVar[str] = "ogcapi"

    def __init__(self, connection: OgcApi, secret: Secret | None) -> None:
        super().__init__(connection, secret, connection.collection)
        self.said = connection

    def probe(self) -> Offer:
        """The collection's CRS, and how many features it has, by its first page."""
        body, _ = self.http.get(self._address(), _GEOJSON)
        about = self._document(body)
        self._crs_uri, code = self._chosen_crs(about)
        page = self._page(self._first())
        if page.matched is None:
            raise no_count(self.where)
        columns = tuple(name for name in page.batch.schema.names if name != GEOMETRY)
        if self.said.key is not None and columns and self.said.key not in columns:
            raise not_as_described(self.where, f"“{self.said.key}” ∉ {', '.join(columns)[:300]}")
        return Offer(
            where=self.where,
            columns=columns,
            geometry=GEOMETRY,
            crs=f"EPSG:{code}",
            rows=page.matched,
            epsg=code if self._crs_uri is None else None,
            notes=(IN_DEGREES,) if code == crs.WGS84 else (),
        )

    def read(self, offer: Offer) -> Iterator[pa.RecordBatch]:
        """All pages, then their batches: nothing goes out before they are known to fit together."""
        address: str | None = self._first()
        seen: set[str] = set()
        turned = self._crs_uri is not None and north_first(str(offer.crs))
        while address is not None:
            if address in seen or self._pages.rows > offer.rows:
                raise bad_answer(self.where, "rel=next ↺")
            seen.add(address)
            page = self._page(address)
            if page.matched is not None and page.matched != offer.rows:
                raise changed_meanwhile(self.where, _counts(offer.rows, page.matched))
            batch = page.batch
            if self.said.axes is None:
                batch = swapped(batch, GEOMETRY) if turned else batch
                refuse_swapped(batch, GEOMETRY, offer.crs, self.where)
            ids = page.ids if self.said.key is None else key_of(page, self.said.key)
            self._pages.add(batch, ids)
            address = None if page.next is None else urljoin(address, page.next)
        after = self._page(self._first()).matched
        if after != offer.rows:
            raise changed_meanwhile(self.where, _counts(offer.rows, after))
        if self._pages.rows != offer.rows:
            raise rows_differ(self.where, offer.rows, self._pages.rows)
        self._pages.check(self.where)
        yield from self._pages.batches(offer.columns)

    def _address(self, below: str = "") -> str:
        parts = urlsplit(self.said.url)
        path = f"{parts.path.rstrip('/')}/collections/{quote(self.said.collection, safe='')}{below}"
        return urlunsplit(parts._replace(path=path))

    def _first(self) -> str:
        asked = {"limit": str(self.said.page_size), **_GEOJSON}
        return with_query(self._address("/items"), asked | ({"crs": self._crs_uri} if self._crs_uri else {}))

    def _page(self, address: str) -> Page:
        body, headers = self.http.get(address)
        self._refuse_other_crs(headers)
        return from_geojson(body, GEOMETRY, self.where)

    def _refuse_other_crs(self, headers: httpx.Headers) -> None:
        """What was asked for and what the answer says it is must agree, where it says anything."""
        said = headers.get("content-crs", "").strip("<> ")
        asked = self._crs_uri or CRS84
        if said and self._crs_uri is not None and epsg_of(said) != epsg_of(asked):
            raise bad_answer(self.where, f"Content-Crs {said[:100]} ≠ {asked}")

    def _document(self, body: bytes) -> dict[str, Any]:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as failure:
            raise bad_answer(self.where, f"JSON: {type(failure).__name__}") from failure
        if not isinstance(found, dict):
            raise bad_answer(self.where, "JSON")
        return found

    def _chosen_crs(self, about: dict[str, Any]) -> tuple[str | None, int]:
        """The CRS to ask for, and its code: the profile's, else the one it is stored in, else WGS 84 (None: not asked for)."""
        listed = about.get("crs")
        offered = [str(name) for name in listed] if isinstance(listed, list) else []
        stored = str(about.get("storageCrs") or "")
        by_code = {epsg_of(name): name for name in offered if epsg_of(name) is not None}
        if self.said.srid in by_code:
            return by_code[self.said.srid], int(self.said.srid or 0)
        code = epsg_of(stored)
        if code in by_code and crs.is_vn2000(int(code or 0)):
            return by_code[code], int(code or 0)
        zones = [code for code in by_code if code is not None and crs.is_vn2000(code) and code != crs.VN2000]
        return (by_code[zones[0]], zones[0]) if len(zones) == 1 else (None, crs.WGS84)


def _counts(before: int, after: int | None) -> Bilingual:
    return Bilingual(f"lúc đầu {before} dòng, sau đó {after}", f"{before} rows at first, {after} later")
