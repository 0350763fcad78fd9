"""Text in the encodings of old systems (TCVN3, VNI …) to Unicode, before any other reading of a value.

A column is decided by its data, or declared; each value is converted once. What it said before is kept beside
the row. No value is ever printed: columns of people pass here too.
"""

import codecs
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from parcels.bilingual import Bilingual
from parcels.encodings import BYTES, LEGACY, UTF8, named
from parcels.encodings.column import NOT_UTF8, TextColumn
from parcels.encodings.evidence import Vocabulary
from parcels.errors import DeliveryRejected
from sync.conform.kept import kept_texts
from sync.conform.parts import ReadPart
from sync.folder.conform import TextRead
from sync.intake.sources.refusals import wrong_encoding


@dataclass(frozen=True, slots=True)
class Converted:
    """A batch after conversion. `raw` (n,): delivered column → text as delivered; NULL where nothing was converted.

    Bytes that nobody decoded before are given a character per byte, U+0000 to U+00FF.
    """

    batch: pa.RecordBatch
    raw: pa.Array


class Texts:
    """One part's text columns: what encoding each is in, and how many values were converted or could not be."""

    def __init__(self, part: ReadPart) -> None:
        self._file = part.file
        self._words = Vocabulary(_page(part.layer.encoding))
        self._declared = _declared(part)
        self._columns: dict[str, TextColumn] = {}

    def convert(self, batch: pa.RecordBatch) -> Converted:
        """The batch with Unicode text, NFC, in every text column. Raises DeliveryRejected (DLV-ENCODING)."""
        looked_at = {
            field.name: array.cast(pa.string())
            for field, array in zip(batch.schema, batch.columns, strict=True)
            if (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
            and _worth_a_look(array.cast(pa.string()))
        }
        for name, values in looked_at.items():
            column = self._columns.setdefault(name, TextColumn(self._words, self._declared))
            column.observe(values)
        self._decide(list(looked_at))
        texts, raw = dict(zip(batch.schema.names, batch.columns, strict=True)), {}
        for name, values in looked_at.items():
            texts[name], changed = self._columns[name].convert()
            self._refuse_contradiction(name)
            if changed.any():
                raw[name] = (values, changed)
        done = pa.RecordBatch.from_arrays(list(texts.values()), names=list(texts))
        return Converted(done, kept_texts(raw, batch.num_rows))

    def _decide(self, names: list[str]) -> None:
        """Let the columns decide until none changes: what one shows counts a little for the others of the part."""
        while True:
            found = {
                name: frozenset(
                    number
                    for other, column in self._columns.items()
                    if other != name
                    for number in column.decided
                )
                for name in names
            }
            if sum(self._columns[name].decide(found[name]) for name in names) == 0:
                break  # every column was asked, not only up to the first that changed
        for name in names:
            self._refuse_contradiction(name)

    def _refuse_contradiction(self, name: str) -> None:
        contradicted = self._columns[name].contradicted_by
        if contradicted is not None:
            raise _contradicted(self._file, str(self._declared), name, contradicted)

    def report(self) -> tuple[TextRead, ...]:
        """For conform.json: an entry per column that was converted, is mixed, undecided or lost characters."""
        said = {name: column.report() for name, column in self._columns.items()}
        return tuple(TextRead(column=name, **entry) for name, entry in said.items() if entry is not None)


def _page(encoding: str) -> str:
    """How a source read the text it hands on."""
    if encoding == BYTES:
        return BYTES
    try:
        return "cp1258" if codecs.lookup(encoding).name == "cp1258" else "cp1252"
    except LookupError:
        return "cp1252"


def _declared(part: ReadPart) -> str | None:
    """The encoding that the text is still in as declared: one of fonts, or bytes' own; not one that the source undid."""
    if part.encoding is None:
        return None
    name, page = named(part.encoding), _page(part.layer.encoding)
    if name is None:
        _refuse_unknown(part.encoding, part.file)
    if name == UTF8:
        return UTF8 if page == BYTES else None
    return name if name in LEGACY and not (name == "CP1258" and page == "cp1258") else None


def _refuse_unknown(encoding: str, file: str) -> None:
    """Refuse an encoding that is neither ours nor one that a source can undo."""
    try:
        codecs.lookup(encoding)
    except LookupError as failure:
        raise DeliveryRejected(
            "DLV-ENCODING-UNKNOWN",
            Bilingual(
                f"Không biết bảng mã «{encoding}» khai cho tệp «{file}».",
                f"The encoding “{encoding}”, declared for the file “{file}”, is not known.",
            ),
            Bilingual(
                f"Các bảng mã dùng được: {', '.join(LEGACY)}, {UTF8}; hoặc bỏ dòng encoding để hệ thống tự nhận.",
                f"Encodings that can be declared: {', '.join(LEGACY)}, {UTF8}; or leave encoding out to have it found.",
            ),
        ) from failure


def _worth_a_look(values: pa.Array) -> bool:
    """Whether a column holds a byte beyond plain text, or a question mark that may stand for a lost letter."""
    data = values.buffers()[2]
    if data is None:
        return False
    octets = np.frombuffer(data, np.uint8)
    beyond = (octets > 0x7E) | (octets == ord("?")) | ((octets < 0x20) & ((octets < 0x09) | (octets > 0x0D)))
    return bool(beyond.any())


def _contradicted(file: str, declared: str, column: str, found: str) -> DeliveryRejected:
    if found == NOT_UTF8:
        what = Bilingual(
            f"cột «{column}» có byte không hợp lệ trong UTF-8",
            f"column “{column}” has bytes that are not valid UTF-8",
        )
    else:
        what = Bilingual(
            f"chữ trong cột «{column}» cho thấy là {found}", f"the text of column “{column}” shows {found}"
        )
    return wrong_encoding(file, declared, what)
