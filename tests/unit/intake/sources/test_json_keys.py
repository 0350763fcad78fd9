"""A property that stands twice in a feature is refused, with the feature; every other text passes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.intake.sources.json_keys import repeated_key
from tests.support.formats.reading import read_all, refusal

LONG = "k" * 70
KEYS = st.sampled_from(
    ["a", "b", "maXa", "ma\\u0058a", "\\u0110", "Đ", 'x\\"', "\\\\", "", LONG + "1", LONG + "2"]
)
SCALARS = st.sampled_from(["1", "null", '"a\\"{:"', '"\\\\"', "true", '"x: ["', "-1.5e3"])
TEXTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
        | st.lists(st.tuples(KEYS, inner), max_size=5).map(
            lambda pairs: "{" + " ,".join(f'"{key}"\n: {value}' for key, value in pairs) + "}"
        )
    ),
    max_leaves=25,
)


def repeats(text: str) -> bool:
    """Whether a key comes again, by Python's own parser."""
    found = []

    def look(pairs: list[tuple[str, object]]) -> None:
        found.append(len({key for key, _ in pairs}) < len(pairs))

    json.loads(text, object_pairs_hook=look)
    return any(found)


def blocks(text: str, size: int) -> Iterator[bytes]:
    content, at = text.encode(), 0
    while at < len(content):
        end = at + size
        while (end - at - len(content[at:end].rstrip(b"\\"))) % 2 and end < len(content):
            end += 1
        yield content[at:end]
        at = end


@given(TEXTS, st.sampled_from([2, 9, 1000]))
def test_a_key_is_found_to_come_again_where_python_finds_it(text: str, size: int) -> None:
    whole = f'{{"features": [{text}], "type": 1}}'
    assert (repeated_key(blocks(whole, size)) is not None) == repeats(whole)


def feature(properties: str) -> str:
    ring = "[[0,0],[1,0],[1,1],[0,0]]"
    return f'{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}'


GOOD, TWICE = feature('"maXa":"1","so":"maXa"'), feature('"maXa":"1","so":2,"ma\\u0058a":"2"')


@pytest.mark.parametrize(
    ("name", "text", "which"),
    [
        ("t.geojson", f'{{"type":"FeatureCollection","features":[{GOOD},{GOOD},{TWICE}]}}', 3),
        ("t.geojsonl", f"{GOOD}\n{TWICE}\n{GOOD}\n", 2),
        ("t.geojsons", f"\x1e{GOOD}\n\x1e{TWICE}\n", 2),
    ],
)
def test_the_refusal_names_the_property_and_the_feature(
    tmp_path: Path, name: str, text: str, which: int
) -> None:
    (tmp_path / name).write_text(text.replace(TWICE, GOOD), encoding="utf-8")
    assert read_all(tmp_path / name).num_rows >= 2
    (tmp_path / name).write_text(text, encoding="utf-8")
    error = refusal(tmp_path / name)
    assert error.code == "DLV-JSON-KEY-TWICE"
    assert error.facts["feature"] == which
    assert "maXa" in error.message.vi
