"""The searcher finds a person however he is written: without this, finding nothing would mean nothing."""

import base64
import gzip
import hashlib
import io
import json
import sqlite3
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.markers import CANARY, PEOPLE, STEMS, values
from tests.support.searched import folded, kinds_in, seen

ONE = PEOPLE[17]


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside/it.txt", content)
    return target.getvalue()


def parquet(content: bytes) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({"text": [content.decode("utf-8", "replace")] * 3, "raw": [content] * 3}), target)
    return target.getvalue()


def sqlite(content: bytes) -> bytes:
    link = sqlite3.connect(":memory:")
    link.execute("CREATE TABLE t (v BLOB)")
    link.execute("INSERT INTO t VALUES (?)", (gzip.compress(content),))
    link.commit()
    return link.serialize()


WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: text.encode(),
    "apart": lambda text: unicodedata.normalize("NFD", text).encode(),
    "without marks, in capitals": lambda text: (
        unicodedata.normalize("NFD", text).encode("ascii", "ignore").upper()
    ),
    "with blanks": lambda text: " ".join(text).encode(),
    "with points": lambda text: ".".join(text).encode(),
    "with no-break spaces": lambda text: "\N{NO-BREAK SPACE}".join(text).encode(),
    "UTF-16": lambda text: b"x" + text.encode("utf-16-le"),
    "UTF-16, the other way round": lambda text: text.encode("utf-16-be"),
    "JSON": lambda text: json.dumps({"v": text}).encode(),
    "references of HTML": lambda text: "".join(f"&#{ord(mark)};" for mark in text).encode(),
    "marked up": lambda text: f"{text[:5]}<b>{text[5:]}</b>".encode(),
    "an address": lambda text: quote(text).encode(),
    "octets as Python writes them": lambda text: repr(text.encode()).encode(),
    "octets as PostgreSQL does": lambda text: "".join(f"\\{octet:03o}" for octet in text.encode()).encode(),
    "hex": lambda text: b"\\x" + text.encode().hex().encode(),
    "hex in capitals with blanks": lambda text: text.encode().hex(" ").upper().encode(),
    "hex of UTF-16": lambda text: text.encode("utf-16-le").hex().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one later": lambda text: base64.b64encode(b"=" + text.encode()),
    "base64, two later": lambda text: base64.b64encode(b"==" + text.encode()),
    "SHA-256": lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "MD5": lambda text: f"md5:{hashlib.md5(text.encode()).hexdigest().upper()}".encode(),
}
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "Parquet": parquet,
    "SQLite": sqlite,
    "zip in gzip in zip": lambda content: zipped(gzip.compress(zipped(content))),
    "data of a page": lambda content: (
        b'<img src="data:image/png;base64,' + base64.b64encode(gzip.compress(content)) + b'">'
    ),
}


@pytest.mark.parametrize("kind", STEMS)
@pytest.mark.parametrize("way", WAYS)
def test_a_person_is_found_however_he_is_written(way: str, kind: str) -> None:
    value = str(getattr(ONE, kind))
    before, after = ("", "") if way in ("SHA-256", "MD5") else ("Ông/bà: ", ", đất ở")
    noise = "Thửa đất số 12, tờ bản đồ 34; 0123456789 \N{GREEK SMALL LETTER ALPHA}\n" * 20
    content = noise.encode() + before.encode() + WAYS[way](value) + after.encode() + noise.encode()
    if way.startswith("UTF-16"):
        content = WAYS[way](noise + value + noise)
    assert kind in kinds_in(content)


@pytest.mark.parametrize("packing", PACKED)
def test_a_person_is_found_in_what_is_packed(packing: str) -> None:
    content = "\n".join(f"{kind} {value}" for kind, value in values()).encode()
    assert kinds_in(PACKED[packing](content)) == set(STEMS)


def test_a_number_is_found_that_lost_its_first_nought() -> None:
    assert kinds_in(f"{int(ONE.number):,}") == {"number"}


def test_every_one_of_them_is_found_by_each_of_his_values_alone() -> None:
    assert len({value for _, value in values()}) == len(PEOPLE) * len(STEMS)
    for kind, value in values():
        assert kinds_in(f"<td>{value}</td>") == {kind}


def test_where_he_is_found_is_told(tmp_path: Path) -> None:
    found = seen({"a page": "nobody", f"{ONE.name}.html": "nobody", "a log": ONE.number})
    assert found == {f"{ONE.name}.html": {"name"}, "a log": {"number"}}


def test_nobody_is_found_where_nobody_is() -> None:
    assert kinds_in("Nguyễn Văn An, 036177530812, BX 775309, nghiem ngat, khoang " * 100) == set()
    assert kinds_in(f"Ngõ {CANARY} 12") == {"canary"}
    assert folded("Đoàn Nghiễm-Khoắng") == "doannghiemkhoang"
    assert kinds_in(b"") == kinds_in(b"\0" * 7) == kinds_in(bytes(range(256))) == set()
