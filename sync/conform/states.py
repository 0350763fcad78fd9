"""Rows by their state in the system they come from: parcels of today go on, drafts and history are counted and stay behind.

They stay in landing, and are counted before `read`: a draft or an old version of a parcel is no parcel that could be judged,
and beside the current one it would only repeat its numbers.
"""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.text import clean
from sync.conform.columns import missing_column, present_name
from sync.conform.parts import ReadPart
from sync.declared.states import StateRules
from sync.folder.conform import StatesRead
from sync.folder.reasons import STATE_UNKNOWN, Reason

_NAMED = 10  # so many values that nobody explained are told by name


class States:
    """The states of one part's rows, batch by batch.

    changes  of a change set: a row that became history ends its object, and so goes on
    """

    def __init__(self, rules: StateRules | None, part: ReadPart, *, changes: bool) -> None:
        self._rules, self._changes = rules, changes
        self.counts: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.column: str | None = None
        if rules is None:
            return
        self.column = present_name(rules.column, part.layer.columns, cut_names=part.source.cut_names)
        if self.column is None and not rules.optional:
            raise missing_column(rules.column, "[states]", part.layer.columns, part.file)

    def with_column(self, wanted: list[str]) -> list[str]:
        """The columns to read, with that of the state."""
        return wanted if self.column is None or self.column in wanted else [*wanted, self.column]

    def current(self, batch: pa.RecordBatch) -> pa.Array:
        """(n,) the rows that are neither draft nor history; counts nothing."""
        state = self._of(batch)
        return pc.invert(pc.is_in(state, value_set=pa.array(["draft", "historic"])))

    def sorted_out(self, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
        """(state, mask (n,)) of the rows that go on: current, unknown, and of a change set historic. Counts all of them."""
        state = self._of(batch)
        for entry in state.value_counts():
            self.counts[entry["values"].as_py()] += entry["counts"].as_py()
        on = ("current", "unknown", "historic") if self._changes else ("current", "unknown")
        for name in on:
            mask = pc.equal(state, name)
            if pc.any(mask).as_py():
                if name == "unknown":
                    self._note(batch, mask)
                yield name, mask

    def _of(self, batch: pa.RecordBatch) -> pa.Array:
        if self._rules is None or self.column is None:
            return pa.repeat(pa.scalar("current"), batch.num_rows)
        text = self._text(batch)
        meanings = self._rules.meanings
        names = pa.array([*meanings.values()], pa.string())
        found = names.take(pc.index_in(pc.utf8_lower(text), value_set=pa.array([*meanings])))
        blank = pa.scalar(self._rules.blank or "unknown")
        return pc.if_else(text.is_null(), blank, pc.fill_null(found, "unknown"))

    def _text(self, batch: pa.RecordBatch) -> pa.Array:
        """Whatever type it has, as clean text; whole numbers without ".0"."""
        values = batch.column(str(self.column))
        if pa.types.is_floating(values.type):
            return clean(pc.replace_substring_regex(values.cast(pa.string()), r"\.0+$", ""))
        return clean(values if pa.types.is_string(values.type) else values.cast(pa.string()))

    def _note(self, batch: pa.RecordBatch, mask: pa.Array) -> None:
        for entry in self._text(batch).filter(mask).value_counts():
            self.unknown[entry["values"].as_py() or ""] += entry["counts"].as_py()

    def report(self) -> StatesRead | None:
        """For conform.json; None where no column says a state."""
        if self._rules is None or self.column is None:
            return None
        return StatesRead(
            column=self.column,
            assumed=self._rules.assumed,
            rows=dict(sorted(self.counts.items())),
            unknown=dict(self.unknown.most_common(_NAMED)),
        )

    def reason(self) -> Reason:
        """Why the communes wait in which somebody has to say what a value means."""
        listed = ", ".join(f"«{value}» ({count})" for value, count in self.unknown.most_common(_NAMED))
        return Reason.of(
            STATE_UNKNOWN,
            Bilingual(
                f"Cột trạng thái «{self.column}» có giá trị chưa rõ nghĩa: {listed}. Các dòng đó được kiểm tra như thửa "
                "hiện hành; hãy khai nghĩa của chúng trong [states] của hồ sơ tỉnh rồi gửi lại.",
                f"The column of states “{self.column}” has values that nobody explained: {listed}. Their rows are judged as "
                "parcels of today; say in [states] of the province's profile what they mean, and deliver again.",
            ),
        )


def none_current(counts: Counter[str]) -> DeliveryRejected:
    """A delivery of drafts and history alone."""
    listed = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    return DeliveryRejected(
        "DLV-NONE-CURRENT",
        Bilingual(
            f"Gói dữ liệu không có dòng nào ở trạng thái hiện hành ({listed}).",
            f"No row of the delivery is current in its system ({listed}).",
        ),
        Bilingual(
            "Hãy kiểm tra [states] của hồ sơ tỉnh và điều kiện lọc khi xuất.",
            "Look at [states] of the province's profile and at the filter of the export.",
        ),
    )
