"""[connection] of a profile: what it takes, what it refuses, and that no secret can be written in it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pytest

from parcels.errors import UsageError
from sync.declared.profile import load_profile
from sync.folder.pulled import KeptWatermark, PulledEntry
from sync.intake.pull import accepted
from sync.intake.remotes.base import Watermark
from sync.intake.remotes.database import _reach_back
from sync.intake.remotes.features import from_geojson, from_gml
from sync.intake.remotes.postgis import unhexed
from sync.intake.remotes.secrets import Secret
from sync.intake.remotes.services import epsg_of
from sync.intake.remotes.sql import _as_text, wkb_of_wkt

BASE = 'province = "22"\nextends = "vbdlis"\n'
TABLE = 'kind = "postgis"\ndsn_env = "LANDSYNC_SOURCE_22"\ntable = "a.b"\ngeometry = "geom"\n'
SERVICE = 'kind = "wfs"\nurl = "https://ilis.vn/ows"\ntypename = "a:b"\n'


def load(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "22.toml"
    path.write_text(BASE + text, encoding="utf-8")
    return load_profile("22", path)


def test_one_connection_or_several(tmp_path: Path) -> None:
    (one,) = load(tmp_path, f"[connection]\n{TABLE}").connection
    assert (one.kind, one.name, one.mode, one.complete) == ("postgis", "thua_dat", "full", False)
    two = load(tmp_path, f'[[connection]]\n{TABLE}\n[[connection]]\nname = "cu"\n{SERVICE}').connection
    assert [(connection.kind, connection.name) for connection in two] == [
        ("postgis", "thua_dat"),
        ("wfs", "cu"),
    ]


def test_a_profile_keeps_its_connection_when_it_is_written_into_a_run(tmp_path: Path) -> None:
    profile = load(tmp_path, f"[connection]\n{TABLE}")
    assert type(profile).model_validate(profile.model_dump(mode="json")) == profile


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[[connection]]\n{TABLE}\n[[connection]]\n{TABLE}", "name"),
        (f"[connection]\n{TABLE}query = 'SELECT 1'\n", "table"),
        (
            f"[connection]\n{TABLE.replace('table = ', 'query = ').replace('a.b', 'SELECT 1; DROP TABLE x')}",
            "SELECT",
        ),
        (f"[connection]\n{TABLE.replace('dsn_env', '# ')}", "dsn_env"),
        (f'[connection]\n{TABLE}mode = "since"\n', "watermark"),
        (f'[connection]\n{TABLE}dsn = "postgresql://a:b@c/d"\n', "dsn"),
        (f'[connection]\n{TABLE}name = "../x"\n', "name"),
        (f"[connection]\n{SERVICE.replace('https://ilis.vn', 'https://a:b@ilis.vn')}", "dsn_env"),
        (f"[connection]\n{SERVICE.replace('/ows', '/ows?authkey=abc')}", "dsn_env"),
        (f"[connection]\n{SERVICE.replace('https', 'file')}", "https"),
        ('[connection]\nkind = "ftp"\n', "connection"),
    ],
)
def test_a_connection_that_cannot_be_right_begins_nothing(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        load(tmp_path, text)
    assert refused.value.code == "PRF-INVALID"
    assert words in refused.value.message.vi
    assert "a:b@" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("postgresql://doc:m%40t%2Fkhau@h/d", "could not connect m@t/khau"),
        ("postgresql://doc:m%40t%2Fkhau@h/d", "could not parse postgresql://doc:m%40t%2Fkhau@h/d"),
        ("doc:m@t/khau", "wrong m@t/khau"),
        ("Bearer m@t/khau", "token m@t/khau expired"),
        ("host=h password=m@t/khau", "missing in host=h password=m@t/khau"),
    ],
)
def test_a_message_that_quotes_a_secret_is_scrubbed(value: str, message: str) -> None:
    secret = Secret(value)
    assert "khau" not in secret.scrub(message)
    assert "khau" not in repr(secret)


@pytest.mark.parametrize(
    "value",
    [
        7,
        Decimal("12.50"),
        datetime(2026, 11, 1, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 8),
        date(2026, 11, 1),
        "0007",
    ],
)
def test_a_watermark_comes_back_from_the_ledger_as_it_was(value: Any) -> None:
    back = Watermark.from_dict(Watermark(value).as_dict())
    assert back.value == value
    assert type(back.value) is type(value)


def test_since_reaches_back_behind_the_watermark() -> None:
    moment = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert _reach_back(moment, 60) == moment - timedelta(hours=1)
    assert _reach_back(date(2026, 11, 2), 60) == date(2026, 11, 1)
    assert _reach_back(100, 60) == 40


def entry(day: int, kind: Literal["full", "changes"], mark: int | None) -> PulledEntry:
    return PulledEntry(
        name="thua_dat",
        kind=kind,
        where="h/d",
        source="a",
        rows=1,
        extracted_at=datetime(2026, 11, day, tzinfo=UTC),
        watermark=None if mark is None else KeptWatermark(**Watermark(mark).as_dict()),
        notes=(),
    )


def test_a_pull_goes_on_from_the_newest_one_that_has_come_whole() -> None:
    history = [
        entry(4, "changes", 40),
        entry(3, "changes", 30),
        entry(2, "changes", 20),
        entry(1, "full", 10),
    ]
    found = accepted(history, datetime(2026, 11, 3, tzinfo=UTC))[
        "thua_dat"
    ]  # what came on the 4th did not all arrive
    assert (found.watermark.value, found.since.day, found.full_at.day) == (30, 3, 1)
    assert accepted(history, None) == {}
    assert accepted(history[:3], datetime(2026, 11, 9, tzinfo=UTC)) == {}  # never anything whole


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EPSG:5899", 5899),
        ("urn:ogc:def:crs:EPSG::5899", 5899),
        ("urn:ogc:def:crs:EPSG:9.9:5899", 5899),
        ("urn:x-ogc:def:crs:EPSG:5899", 5899),
        ("http://www.opengis.net/def/crs/EPSG/0/5899", 5899),
        ("http://www.opengis.net/gml/srs/epsg.xml#5899", 5899),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", None),
        ("", None),
    ],
)
def test_a_crs_is_known_by_any_of_its_names(name: str, code: int | None) -> None:
    assert epsg_of(name) == code


def test_hexadecimal_becomes_bytes_in_one_pass_missing_ones_stay_missing() -> None:
    values = pa.array([b"00ff", None, b"", b"0A"], pa.binary())
    assert unhexed(values).to_pylist() == [b"\x00\xff", None, b"", b"\n"]
    assert unhexed(values.slice(1)).to_pylist() == [None, b"", b"\n"]
    assert unhexed(values.slice(0, 0)).to_pylist() == []


def test_values_become_text_digit_for_digit() -> None:
    assert _as_text([Decimal("12.50"), None]).to_pylist() == ["12.50", None]
    assert _as_text([1e-7, 2.5]).to_pylist() == ["0.0000001", "2.5"]
    assert _as_text([Decimal("1E-7")]).to_pylist() == ["0.0000001"]
    assert _as_text([2**80, 1]).to_pylist() == [str(2**80), "1"]
    assert _as_text(["a", 1, None]).to_pylist() == ["a", "1", None]
    assert _as_text([None, None]).to_pylist() == [None, None]
    assert _as_text([date(2026, 11, 20)]).to_pylist() == ["2026-11-20"]


def test_what_is_no_wkt_is_not_missing() -> None:
    found = wkb_of_wkt(pa.array(["POINT (1 2)", None, "POLYGON ((0 0"])).to_pylist()
    assert found[0][:5] == b"\x01\x01\x00\x00\x00"
    assert found[1:] == [None, b"POLYGON ((0 0"]


def test_properties_of_geojson_keep_their_letters_and_digits() -> None:
    body = """{"type": "FeatureCollection", "numberMatched": 9, "features": [
        {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [443722.1230001, 2.5]},
         "properties": {"so": "007", "lon": 9007199254740993, "dt": 12.0, "k'h\\"oa/~1": "Đ", "trong": "", "khong": null}},
        {"type": "Feature", "geometry": null, "properties": null}]}"""
    page = from_geojson(body.encode(), "geometry", "x")
    first, second = page.batch.to_pylist()
    assert (first["so"], first["lon"], first["dt"], first["k'h\"oa/~1"], first["trong"], first["khong"]) == (
        "007", "9007199254740993", "12.0", "Đ", "", None,
    )  # fmt: skip
    assert first["geometry"] is not None
    assert set(second.values()) == {None}
    assert (page.ids.to_pylist(), page.matched) == (["7", None], 9)


def test_gml_whose_elements_lie_deeper_is_not_guessed_at() -> None:
    """GDAL names the first inner element by itself: it is a property only where nothing else can be."""
    member = "<wfs:member><a:T gml:id='t.1'><a:x><gml:timePosition>2026</gml:timePosition></a:x>{}</a:T></wfs:member>"
    whole = (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"'
        ' xmlns:a="http://a" numberReturned="1" numberMatched="1">{}</wfs:FeatureCollection>'
    )
    shape = (
        "<a:geom><gml:Point srsName='urn:ogc:def:crs:EPSG::5899'><gml:pos>1 2</gml:pos></gml:Point></a:geom>"
    )
    body = whole.format(member.format("<a:y>007</a:y>" + shape)).encode()
    (row,) = from_gml(body, "geometry", ("x", "y"), "w").batch.to_pylist()
    assert (row["x"], row["y"]) == ("2026", "007")
    with pytest.raises(Exception, match="DLV-SERVICE-ANSWER"):
        from_gml(body, "geometry", ("x", "y", "z"), "w")
