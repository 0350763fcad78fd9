"""`landsync measure encodings`: how often the encoding of a column is found right, as a confusion table.

Columns are drawn from the commune names that ship. The detector learns its syllables from the names of one half of
the provinces only and is measured on the names of the other half.
"""

import csv
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sync.cli import guarded
from sync.console import emit_json, out

if TYPE_CHECKING:
    import numpy as np

    from parcels.encodings.column import TextColumn
    from parcels.encodings.evidence import Vocabulary

UNICODE = ("UTF-8 NFC", "UTF-8 NFD")
ALREADY = ("Latin-1 only", "Western words")  # Unicode of kinds that are easily mistaken
VECTORS = ("TCVN3", "VNI")
TRANSPORTS = ("bytes", "cp1252", "latin-1")


@dataclass(slots=True)
class EncodingLine:
    """One row of the table: columns in one encoding that came in one way.

    found    encoding found → columns
    values   values in them; `wrong`, of these, not what they should be when letter case is set aside; `undecided`,
             values left as delivered because nothing decided
    """

    encoding: str
    came_as: str
    found: Counter[str] = field(default_factory=Counter)
    values: int = 0
    wrong: int = 0
    undecided: int = 0

    @property
    def right(self) -> float:
        """The share of columns whose encoding was found."""
        wanted = "UTF-8" if self.encoding in (*UNICODE, *ALREADY) else self.encoding
        return self.found[wanted] / max(self.found.total(), 1)


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("encodings", help=encodings.__doc__)(encodings)


def encodings(
    columns: Annotated[
        int, typer.Option(min=1, help="số cột mỗi dòng · columns per line of the table")
    ] = 500,
    rows: Annotated[int, typer.Option(min=1, help="số giá trị mỗi cột · values per column")] = 200,
    seed: Annotated[int, typer.Option(help="hạt giống · seed of the random draw")] = 1,
    vectors: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="tên xã kèm byte TCVN3 và VNI (CSV) · names with their bytes"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="một đối tượng JSON · one JSON object")] = False,
) -> None:
    """Bảng mã của một cột được nhận đúng bao nhiêu phần trăm · How often a column's encoding is found right.

    Ví dụ · Example:  landsync measure encodings --columns 500
    """
    with guarded(as_json=as_json):
        lines = measure(columns, rows, seed)
        checked = conversions(vectors) if vectors else {}
        theirs = measure_vectors(vectors, columns, rows, seed) if vectors else []
        if as_json:
            emit_json(
                {"columns": _plain(lines), "columns_of_vectors": _plain(theirs), "conversions": checked}
            )
            return
        _print(lines)
        if vectors:
            out.print()
            _print(theirs)
        for encoding, counts in checked.items():
            out.print(f"{encoding}: {counts['right']} / {counts['agreed']}", markup=False)


def measure(columns: int, rows: int, seed: int) -> list[EncodingLine]:
    """The confusion table over random columns of names; encodings × ways that text comes in, and what is Unicode already."""
    import numpy as np

    from parcels.encodings import BYTES, LEGACY
    from parcels.encodings.evidence import Vocabulary
    from parcels.encodings.syllables import learn
    from sync.lab.measure.western import WORDS

    learnt, names = halves()
    frequencies = learn(learnt)
    words = {page: Vocabulary(page, frequencies) for page in (BYTES, "cp1252")}
    plain = [name for name in names if not name.isascii() and max(name) <= "\xff"]
    random = np.random.default_rng(seed)
    lines = [EncodingLine(encoding, came_as) for encoding in LEGACY for came_as in TRANSPORTS]
    lines += [EncodingLine(encoding, came_as) for encoding in UNICODE for came_as in ("bytes", "Unicode")]
    lines += [EncodingLine(encoding, "Unicode") for encoding in ALREADY]
    sources = {"Latin-1 only": plain, "Western words": list(WORDS)}
    for line in lines:
        seen = words[BYTES if line.came_as == "bytes" else "cp1252"]
        for _ in range(columns):
            drawn = _drawn(random, sources.get(line.encoding, names), rows)
            _add(line, delivered(drawn, line.encoding, line.came_as), drawn, seen)
    return lines


def halves() -> tuple[list[str], list[str]]:
    """Commune names of every second province, to learn from, and of the others, to be tested on."""
    from parcels.reference import table

    communes = table("communes").select(["province_code", "name"]).to_pylist()
    codes = sorted({commune["province_code"] for commune in communes})
    learnt = set(codes[::2])
    return (
        [commune["name"] for commune in communes if commune["province_code"] in learnt],
        [commune["name"] for commune in communes if commune["province_code"] not in learnt],
    )


def _drawn(random: "np.random.Generator", names: list[str], rows: int) -> list[str]:
    return [names[place] for place in random.integers(len(names), size=rows)]


def delivered(names: list[str], encoding: str, came_as: str) -> list[str]:
    """Names as a delivery would hold them: byte text, or Unicode made by reading the bytes as Windows-1252 or Latin-1."""
    from parcels.encodings import UTF8, encode_text
    from parcels.encodings.codecs import western

    if encoding in ALREADY:
        return names
    if encoding in UNICODE:
        form = [unicodedata.normalize("NFD" if encoding.endswith("NFD") else "NFC", name) for name in names]
        return [encode_text(name, UTF8) for name in form] if came_as == "bytes" else form
    coded = [encode_text(name, encoding) for name in names]
    return [western(name) for name in coded] if came_as == "cp1252" else coded


def _add(line: EncodingLine, values: list[str], names: list[str], words: "Vocabulary") -> None:
    """Read one column of values that should become names."""
    column, said = _read(values, words)
    line.found[_found(column)] += 1
    line.values += len(names)
    line.undecided += column.undecided
    pairs = zip(said, names, strict=True)
    line.wrong += sum(_form(text, line.encoding) != _form(name, line.encoding) for text, name in pairs)


def measure_vectors(vectors: Path, columns: int, rows: int, seed: int) -> list[EncodingLine]:
    """The table over columns of names whose bytes two other programs agree on: TCVN3 and VNI, each way they come in."""
    import numpy as np

    from parcels.encodings import BYTES
    from parcels.encodings.codecs import western
    from parcels.encodings.evidence import Vocabulary

    random = np.random.default_rng(seed)
    words = {page: Vocabulary(page) for page in (BYTES, "cp1252")}
    lines = []
    for encoding in VECTORS:
        pairs = _agreed(vectors, encoding)
        for came_as in TRANSPORTS:
            line = EncodingLine(encoding, came_as)
            for _ in range(columns):
                drawn = [pairs[place] for place in random.integers(len(pairs), size=rows)]
                values = [western(raw) if came_as == "cp1252" else raw for _, raw in drawn]
                seen = words[BYTES if came_as == "bytes" else "cp1252"]
                _add(line, values, [name for name, _ in drawn], seen)
            lines.append(line)
    return lines


def _agreed(vectors: Path, encoding: str) -> list[tuple[str, str]]:
    """Names and their byte text where two programs agree."""
    key = encoding.lower()
    with vectors.open(encoding="utf-8", newline="") as file:
        return [
            (row["unicode_nfc"], bytes.fromhex(row[f"{key}_hex"]).decode("latin-1"))
            for row in csv.DictReader(file)
            if row[f"{key}_two_impl_agree"] == "1"
        ]


def _read(values: list[str], words: "Vocabulary") -> tuple["TextColumn", list[str]]:
    import pyarrow as pa

    from parcels.encodings.column import TextColumn

    column = TextColumn(words)
    column.observe(pa.array(values, pa.string()))
    while column.decide(frozenset()):
        pass  # each time it found a further encoding
    return column, column.convert()[0].to_pylist()


def _found(column: "TextColumn") -> str:
    from parcels.encodings.evidence import READINGS

    if column.decided:
        return " + ".join(READINGS[number] for number in column.decided)
    return "none" if column.as_bytes else "UTF-8"


def _form(text: str, encoding: str) -> str:
    """What is compared: TCVN3 holds no capitals with tones, VISCII no curly apostrophe."""
    composed = unicodedata.normalize("NFC", text).replace("’", "'")
    return composed.lower() if encoding == "TCVN3" else composed


def conversions(vectors: Path) -> dict[str, dict[str, int]]:
    """Names whose bytes two other programs agree on, converted: {encoding: {agreed, right, right_but_for_case}}."""
    import pyarrow as pa

    from parcels.encodings import decode

    result = {}
    for encoding in VECTORS:
        agreed = _agreed(vectors, encoding)
        said = decode(pa.array([raw for _, raw in agreed], pa.string()), encoding).to_pylist()
        pairs = [(text, name) for text, (name, _) in zip(said, agreed, strict=True)]
        result[encoding] = {
            "agreed": len(pairs),
            "right": sum(text == name for text, name in pairs),
            "right_but_for_case": sum(text.lower() == name.lower() for text, name in pairs),
        }
    return result


def _plain(lines: list[EncodingLine]) -> list[dict[str, Any]]:
    return [
        {
            "encoding": line.encoding,
            "came_as": line.came_as,
            "columns": line.found.total(),
            "found": dict(line.found.most_common()),
            "right": round(line.right, 6),
            "values": line.values,
            "wrong": line.wrong,
            "undecided": line.undecided,
        }
        for line in lines
    ]


def _print(lines: list[EncodingLine]) -> None:
    """A table in Markdown, as the docs hold them."""
    titles = ("in", "came as", "columns", "found", "right", "values", "wrong", "undecided")
    out.print("| " + " | ".join(titles) + " |", markup=False, soft_wrap=True)
    out.print("|" + " --- |" * len(titles), markup=False, soft_wrap=True)
    for line in lines:
        found = ", ".join(f"{name} {count}" for name, count in line.found.most_common())
        cells = (
            line.encoding, line.came_as, str(line.found.total()), found, f"{line.right * 100:.2f} %",
            str(line.values), str(line.wrong), str(line.undecided),
        )  # fmt: skip
        out.print("| " + " | ".join(cells) + " |", markup=False, soft_wrap=True)
