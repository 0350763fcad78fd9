"""OGC API Features from a real pygeoapi: the cadastre's own zone where it is offered, degrees where not."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from parcels.errors import DeliveryRejected, LandsyncError, TransientError
from tests.support.remotes import canonical_rows, ogc_config, profile_with, pulled, write_geojson
from tests.support.services import Answer, Web, pygeoapi, serving
from tests.unit.intake.sources.test_format_matrix import COMPARED, metres


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """pygeoapi with the small province, in its zone and in degrees."""
    folder = tmp_path_factory.mktemp("pygeoapi")
    write_geojson(folder / "thua.geojson")
    with pygeoapi(folder, lambda url: ogc_config(folder, url)) as url:
        yield url


@pytest.fixture
def ogc(published: str) -> Iterator[Web]:
    """pygeoapi behind a web server that may be told to lie; links lead to it."""

    def answer(path: str, query: str, about: dict[str, str]) -> Answer:
        got = httpx.get(f"{published}{path}?{query}", timeout=30)
        ours = f"http://127.0.0.1:{about['port']}"
        headers = {
            name: value for name, value in got.headers.items() if name in ("content-type", "content-crs")
        }
        return got.status_code, headers, got.content.replace(published.encode(), ours.encode())

    with serving(Web(answer)) as web:
        yield web


def settings(web: Web, **more: object) -> dict[str, object]:
    return {"kind": "ogcapi", "url": web.url, "collection": "thua-dat", "page_size": 100, **more}


@pytest.mark.parametrize("more", [{}, {"srid": 5899, "key": "thuaDatId"}])
def test_the_cadastre_s_own_zone_gives_the_same_canonical_rows_as_a_file(
    ogc: Web, more: dict[str, object], expected: pa.Table, tmp_path: Path
) -> None:
    delivered, (entry,) = pulled(profile_with(**settings(ogc, **more)), tmp_path / "pulled")
    rows = canonical_rows(delivered, tmp_path / "run")
    assert rows.num_rows == expected.num_rows == entry.rows
    assert entry.notes == ()
    for name in [*COMPARED, "geom", "area_m2"]:
        assert rows[name].to_pylist() == expected[name].to_pylist(), name
    assert all("EPSG%2F0%2F5899" in asked for asked in ogc.asked if "/items" in asked)


def test_degrees_are_taken_where_nothing_else_is_offered_and_said_to_be_a_loss(
    ogc: Web, expected: pa.Table, tmp_path: Path
) -> None:
    delivered, (entry,) = pulled(profile_with(**settings(ogc, collection="thua-dat-do")), tmp_path / "pulled")
    assert ["WGS 84" in note.en for note in entry.notes] == [True]
    assert "epsg = 4326" in (tmp_path / "pulled" / "delivery.toml").read_text(encoding="utf-8")
    rows = canonical_rows(delivered, tmp_path / "run")
    moved = shapely.hausdorff_distance(metres(rows["geom"]), metres(expected["geom"]))
    assert 0 < np.max(moved) < 2  # metres: PROJ's own way between the two, of which the server decides


class Lie:
    """One page altered."""

    def __init__(self, offset: int, **change: object) -> None:
        self.offset = offset
        self.change = change

    def __call__(self, honest: Answer, path: str) -> Answer:
        status, headers, body = honest
        if f"offset={self.offset}" in path:
            page = json.loads(body)
            features = self.change.get("features")
            changed = {name: value for name, value in self.change.items() if name != "features"}
            if callable(features):
                changed["features"] = features(page["features"])
            body = json.dumps(page | changed).encode()
        return status, headers, body


def elsewhere(honest: Answer, path: str) -> Answer:
    """A next link to another host."""
    status, headers, body = honest
    return status, headers, body.replace(b'"http://127.0.0.1', b'"http://kho.example.vn')


def everywhere(**change: object):
    """Every page says so."""

    def tamper(honest: Answer, path: str) -> Answer:
        status, headers, body = honest
        page = json.loads(body)
        if page.get("type") == "FeatureCollection":
            page |= change
            body = json.dumps({key: value for key, value in page.items() if value is not None}).encode()
        return status, headers, body

    return tamper


def circle(honest: Answer, path: str) -> Answer:
    """A page whose next page is itself."""
    status, headers, body = honest
    if "offset=100" in path:
        page = json.loads(body)
        page["links"] = [{"rel": "next", "href": path}]
        body = json.dumps(page).encode()
    return status, headers, body


@pytest.mark.parametrize(
    ("tamper", "error", "code"),
    [
        (everywhere(numberMatched=241), DeliveryRejected, "DLV-ROWS-LOST"),
        (everywhere(numberMatched=239), DeliveryRejected, "DLV-ROWS-LOST"),
        (everywhere(numberMatched=None), DeliveryRejected, "DLV-SERVICE-NO-COUNT"),
        (Lie(100, numberMatched=241), TransientError, "DLV-SERVICE-CHANGED"),
        (Lie(100, features=lambda features: features[1:]), DeliveryRejected, "DLV-ROWS-LOST"),
        (
            Lie(100, features=lambda features: [*features[1:], features[1]]),
            TransientError,
            "DLV-SERVICE-CHANGED",
        ),
        (Lie(100, links=[]), DeliveryRejected, "DLV-ROWS-LOST"),
        (Lie(100, features=lambda _: []), DeliveryRejected, "DLV-ROWS-LOST"),
        (elsewhere, DeliveryRejected, "DLV-SERVICE-ELSEWHERE"),
        (circle, DeliveryRejected, "DLV-SERVICE-ANSWER"),
        (lambda honest, path: None if "offset=100" in path else honest, TransientError, "CON-DOWN"),
    ],
)
def test_a_server_whose_pages_do_not_fit_together_gives_nothing(
    ogc: Web, tamper, error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    ogc.tamper = tamper
    with pytest.raises(error) as refused:
        pulled(profile_with(**settings(ogc)), tmp_path / "pulled")
    assert refused.value.code == code
    assert list((tmp_path / "pulled").iterdir()) == []


def test_a_collection_that_is_not_there_is_named(ogc: Web, tmp_path: Path) -> None:
    with pytest.raises(LandsyncError) as refused:
        pulled(profile_with(**settings(ogc, collection="khong-co")), tmp_path / "pulled")
    assert refused.value.code == "CON-NOT-FOUND"


def test_an_empty_page_of_an_empty_collection_is_no_row(tmp_path: Path) -> None:
    """A service by the book that no longer has anything: nothing is made up, and conform says that there is nothing."""

    def answer(path: str, query: str, about: dict[str, str]) -> Answer:
        document = {"id": "x", "crs": [], "links": []}
        if urlsplit(path).path.endswith("/items"):
            document = {"type": "FeatureCollection", "features": [], "numberMatched": 0, "links": []}
        return 200, {}, json.dumps(document).encode()

    with serving(Web(answer)) as web:
        _, (entry,) = pulled(profile_with(**settings(web)), tmp_path / "pulled")
    assert entry.rows == 0
    assert pq.read_table(tmp_path / "pulled" / "thua_dat.parquet").num_rows == 0
