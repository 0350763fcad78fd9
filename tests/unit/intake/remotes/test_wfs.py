"""WFS 2.0 from a real MapServer: the same rows as from a file, in pages; and from one that lies: nothing."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from parcels.errors import ComponentMissing, DeliveryRejected, LandsyncError, TransientError, UsageError
from tests.support.remotes import canonical_rows, profile_with, pulled
from tests.support.services import PASSWORD, Answer, Web
from tests.unit.intake.sources.test_format_matrix import COMPARED

LAYER = {"kind": "wfs", "typename": "ThuaDat", "srid": 5899}


def settings(web: Web, **more: object) -> dict[str, object]:
    """A [connection] to the server, in pages that do not divide the rows."""
    return {**LAYER, "url": f"{web.url}/ows", "key": "thuaDatId", "page_size": 100, **more}


@pytest.mark.parametrize("form", ["json", "gml"])
@pytest.mark.parametrize("key", ["thuaDatId", None])
def test_pages_give_the_same_canonical_rows_as_a_file(
    wfs: Web, form: str, key: str | None, expected: pa.Table, tmp_path: Path
) -> None:
    delivered, (entry,) = pulled(profile_with(**settings(wfs, format=form, key=key)), tmp_path / "pulled")
    rows = canonical_rows(delivered, tmp_path / "run")
    assert rows.num_rows == expected.num_rows == entry.rows
    for name in [*COMPARED, "geom", "area_m2"]:
        assert rows[name].to_pylist() == expected[name].to_pylist(), name
    pages = [asked for asked in wfs.asked if "startIndex" in asked]
    assert [re.search(r"startIndex=(\d+)", page)[1] for page in pages] == ["0", "99", "198", "239"]
    assert all(("sortBy=thuaDatId" in page) == (key is not None) for page in pages)


@pytest.mark.parametrize("form", ["json", "gml"])
def test_degrees_come_longitude_first_whatever_the_server_s_order(
    wfs: Web, form: str, tmp_path: Path
) -> None:

    pulled(profile_with(**settings(wfs, format=form, srid=4326)), tmp_path / "pulled")
    rows = pq.read_table(tmp_path / "pulled" / "thua_dat.parquet")
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(rows["geometry"].to_numpy()))
    assert 106 < west < east < 109
    assert 20 < south < north < 22


def test_the_login_travels_in_a_header_and_stays_out_of_everything_written(
    wfs: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_SOURCE_TEST", f"nguoi_doc:{PASSWORD}")
    pulled(profile_with(**settings(wfs, dsn_env="LANDSYNC_SOURCE_TEST")), tmp_path / "pulled")
    assert all(str(sent).startswith("Basic ") for sent in wfs.authorizations)
    assert not any(PASSWORD in asked for asked in wfs.asked)
    for path in (tmp_path / "pulled").iterdir():
        assert PASSWORD.encode() not in path.read_bytes()


def hits(count: int):
    """A server that states another number than it has."""

    def tamper(honest: Answer, path: str) -> Answer:
        status, headers, body = honest
        if "resultType=hits" in path:
            body = re.sub(rb'numberMatched="\d+"', b'numberMatched="%d"' % count, body)
        return status, headers, body

    return tamper


def without(place: int):
    """A server that leaves one feature out of its second page."""

    def tamper(honest: Answer, path: str) -> Answer:
        status, headers, body = honest
        if "startIndex=99&" in path:
            page = json.loads(body)
            del page["features"][place]
            body = json.dumps(page).encode()
        return status, headers, body

    return tamper


def empty_page(honest: Answer, path: str) -> Answer:
    """A server that loses a page."""
    status, headers, body = honest
    if "startIndex=99&" in path:
        body = json.dumps(json.loads(body) | {"features": []}).encode()
    return status, headers, body


def same_page_again(honest: Answer, path: str) -> Answer:
    """A server that gives the features of one page twice, under the right first feature."""
    status, headers, body = honest
    if "startIndex=99&" in path:
        page = json.loads(body)
        page["features"][5:10] = page["features"][10:15]
        body = json.dumps(page).encode()
    return status, headers, body


class CountsLess:
    """A server from which a feature disappears while it is read."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, honest: Answer, path: str) -> Answer:
        if "resultType=hits" in path:
            self.asked += 1
            return hits(240 if self.asked == 1 else 239)(honest, path)
        return honest


@pytest.mark.parametrize(
    ("tamper", "error", "code"),
    [
        (hits(241), DeliveryRejected, "DLV-ROWS-LOST"),
        (hits(239), DeliveryRejected, "DLV-ROWS-LOST"),
        (hits(150), DeliveryRejected, "DLV-ROWS-LOST"),
        (without(0), TransientError, "DLV-SERVICE-CHANGED"),
        (without(50), TransientError, "DLV-SERVICE-CHANGED"),
        (empty_page, TransientError, "DLV-SERVICE-CHANGED"),
        (same_page_again, TransientError, "DLV-SERVICE-CHANGED"),
        (CountsLess(), TransientError, "DLV-SERVICE-CHANGED"),
    ],
)
def test_a_server_whose_pages_do_not_fit_together_gives_nothing(
    wfs: Web, tamper, error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    wfs.tamper = tamper
    with pytest.raises(error) as refused:
        pulled(profile_with(**settings(wfs)), tmp_path / "pulled")
    assert refused.value.code == code
    assert list((tmp_path / "pulled").iterdir()) == []


def test_a_page_that_is_shorter_than_asked_loses_nothing(wfs: Web, tmp_path: Path) -> None:
    """Servers have limits of their own: the next page begins where this one ended."""
    wfs.tamper = without(-1)
    _, (entry,) = pulled(profile_with(**settings(wfs)), tmp_path / "pulled")
    assert entry.rows == 240


def on_page(answer: Answer | None):
    """Another answer to the second page."""
    return lambda honest, path: answer if "startIndex=99&" in path else honest


REPORT = b"""<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">
<ows:Exception exceptionCode="%s"><ows:ExceptionText>Connection to PostGIS lost</ows:ExceptionText></ows:Exception>
</ows:ExceptionReport>"""
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="1" numberReturned="1">&x;</wfs:FeatureCollection>"""
OTHER_DRIVER = b"<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>"


@pytest.mark.parametrize(
    ("form", "answer", "error", "code"),
    [
        ("json", None, TransientError, "CON-DOWN"),  # hangs up half-way
        ("json", (500, {}, b""), TransientError, "CON-DOWN"),
        ("json", (503, {}, b"busy"), TransientError, "CON-DOWN"),
        ("json", (401, {}, b""), ComponentMissing, "CON-LOGIN"),
        ("json", (403, {}, b""), ComponentMissing, "CON-LOGIN"),
        ("json", (404, {}, b""), ComponentMissing, "CON-NOT-FOUND"),
        ("json", (200, {}, REPORT % b"NoApplicableCode"), TransientError, "CON-SERVICE-FAILED"),
        ("json", (400, {}, REPORT % b"InvalidParameterValue"), ComponentMissing, "CON-SERVICE-EXCEPTION"),
        (
            "json",
            (302, {"Location": "http://kho.example.vn/ows"}, b""),
            DeliveryRejected,
            "DLV-SERVICE-ELSEWHERE",
        ),
        (
            "json",
            (302, {"Location": "http://127.0.0.1:9/ows"}, b""),
            DeliveryRejected,
            "DLV-SERVICE-ELSEWHERE",
        ),
        ("json", (302, {"Location": "file:///etc/passwd"}, b""), DeliveryRejected, "DLV-SERVICE-ELSEWHERE"),
        ("json", (302, {"Location": "?startIndex=99&"}, b""), TransientError, "CON-DOWN"),  # in circles
        (
            "json",
            (200, {}, b'{"type": "FeatureCollection", "features": [{"type'),
            DeliveryRejected,
            "DLV-SERVICE-ANSWER",
        ),
        ("json", (200, {}, b'{"type": "Feature"}'), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        (
            "json",
            (200, {}, b'{"type": "FeatureCollection", "features": 3}'),
            DeliveryRejected,
            "DLV-SERVICE-ANSWER",
        ),
        (
            "json",
            (200, {}, b'{"type": "FeatureCollection", "features": [3, null, "x"]}'),
            LandsyncError,
            "DLV-SERVICE-",
        ),
        ("json", (200, {}, b"\xff\xfe\x00"), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ("json", (200, {}, b"[" * 100_000), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ("json", (200, {}, b" " * (2 << 20)), DeliveryRejected, "DLV-SERVICE-TOO-LARGE"),
        ("gml", (200, {}, ENTITY), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ("gml", (200, {}, OTHER_DRIVER), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ("gml", (200, {}, b"<html><body>Login</body></html>"), DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ("gml", (200, {}, b""), DeliveryRejected, "DLV-SERVICE-ANSWER"),
    ],
)
def test_an_answer_that_is_no_page_is_a_sentence(
    wfs: Web, form: str, answer: Answer | None, error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    wfs.tamper = on_page(answer)
    with pytest.raises(error) as refused:
        pulled(profile_with(**settings(wfs, format=form, page_megabytes=1)), tmp_path / "pulled")
    assert refused.value.code.startswith(code)
    assert list((tmp_path / "pulled").iterdir()) == []


def test_a_redirect_on_the_same_host_is_followed(wfs: Web, tmp_path: Path) -> None:
    wfs.tamper = lambda honest, path: (
        (301, {"Location": path.replace("/ows", "/moi")}, b"") if path.startswith("/ows") else honest
    )
    _, (entry,) = pulled(profile_with(**settings(wfs)), tmp_path / "pulled")
    assert entry.rows == 240


def test_coordinates_in_the_wrong_order_are_refused_until_the_profile_says_so(
    wfs: Web, tmp_path: Path
) -> None:
    def swap(honest: Answer, path: str) -> Answer:
        status, headers, body = honest
        return status, headers, re.sub(rb"\[ ([0-9.]+), ([0-9.]+) \]", rb"[ \2, \1 ]", body)

    wfs.tamper = swap
    with pytest.raises(DeliveryRejected) as refused:
        pulled(profile_with(**settings(wfs)), tmp_path / "pulled")
    assert refused.value.code == "DLV-SERVICE-AXES"
    delivered, _ = pulled(profile_with(**settings(wfs, axes="north-east")), tmp_path / "pulled")
    assert canonical_rows(delivered, tmp_path / "run").num_rows == 240


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"typename": "ThuaDatt"}, ComponentMissing, "CON-NOT-FOUND"),
        ({"key": "thuadatid"}, UsageError, "CON-PROFILE"),
    ],
)
def test_what_the_service_does_not_have_is_named_with_the_nearest(
    wfs: Web, change: dict[str, str], error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=r"\(\? .*[Tt]hua") as refused:
        pulled(profile_with(**settings(wfs, **change)), tmp_path / "pulled")
    assert refused.value.code == code


def test_a_server_that_is_not_there_is_transient(tmp_path: Path) -> None:
    with pytest.raises(TransientError) as refused:
        pulled(profile_with(**LAYER, url="http://127.0.0.1:9/ows"), tmp_path / "pulled")
    assert refused.value.code == "CON-DOWN"
