"""A history through the merge and through the model, side by side: where they differ is an AssertionError that says what.

A person says of every commune that its handles are right: what land contradicts is not the model's affair.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sync.load.receipt import ROWS
from tests.model.deliveries import Delivery, Row
from tests.model.judgement import deliver
from tests.model.register import Gate, Outcome, Register
from tests.support.counted import miscounted
from tests.support.played import ALL_COMMUNES, Reader, everything_said, lines_of, play

COUNTS = ("read", *ROWS, "current_before", "moved_in", "moved_out", "ended", "current_after")


@dataclass
class Comparison:
    """Both registers. `names`: the model's uid → the database's, kept over the whole history. `lands`: the land is compared too."""

    dsn: str
    folder: Path
    reader: Reader
    gate: Gate = field(default_factory=Gate)
    model: Register = field(default_factory=Register)
    names: dict[int, str] = field(default_factory=dict)
    moments: list[tuple[datetime, dict[str, tuple[str, str]]]] = field(default_factory=list)
    lands: bool = True
    owner_dsn: str = ""

    def deliver(self, delivery: Delivery) -> None:
        """One delivery to both."""
        delivery = self.gate.through(delivery)
        if delivery.dry:
            before = self.reader.all_tables()
            merged, _ = play(self.dsn, self.folder, delivery, everything_said(ALL_COMMUNES))
            assert self.reader.all_tables() == before, "a dry run left a trace"
            self.same_lines(lines_of(merged, COUNTS), deliver(self.model.copy(), delivery))
            return
        merged, now = play(self.dsn, self.folder, delivery, everything_said(ALL_COMMUNES))
        outcome = deliver(self.model, delivery)
        self.same_living()
        self.same_lines(lines_of(merged, COUNTS), outcome)
        self.same_claims()
        living = {self.names[p.uid]: (p.row.commune, p.row.number) for p in self.model.living.values()}
        self.moments.append((now, living))

    def play(self, delivery: Delivery, moved: tuple[str, ...] = (), absent: tuple[str, ...] = ()) -> Delivery:
        """One delivery to the real register alone; as it came through the gate."""
        delivery = self.gate.through(delivery)
        play(self.dsn, self.folder, delivery, everything_said(moved, absent))
        self.same_counters()
        return delivery

    def same_living(self) -> None:
        """The same rows live, each is the parcel that it was, and they are counted."""
        self.same_counters()
        found = {
            uid: (code, self.compared(row), stale) for uid, (code, row, stale) in self.reader.living().items()
        }
        by_place = {(province, row.place): uid for uid, (province, row, _) in found.items()}
        assert len(by_place) == len(found), "two parcels live under one number"
        real = {(province, row, stale) for province, row, stale in found.values()}
        said = {(p.province, self.compared(p.published), p.stale) for p in self.model.living.values()}
        assert real == said, f"lives, but should not: {real - said}; should live: {said - real}"
        backwards = {name: uid for uid, name in self.names.items()}
        for parcel in self.model.living.values():
            name = by_place[parcel.province, parcel.row.place]
            assert self.names.setdefault(parcel.uid, name) == name, f"another uid than before: {parcel.row}"
            assert backwards.setdefault(name, parcel.uid) == parcel.uid, (
                f"the uid of another parcel: {parcel.row}"
            )

    def same_counters(self) -> None:
        """What questions about the nation read is what lives: after every delivery, of either province."""
        wrong = miscounted(self.reader.rows)
        assert wrong == [], f"the counters are not what lives there: {wrong}"

    def compared(self, row: Row) -> Row:
        return row if self.lands else replace(row, land=None)

    def same_lines(self, found: dict[str, Counter[str]], outcome: Outcome) -> None:
        """The receipts say the same. In a held commune it is one whether a row waits or comes too late."""
        said = {
            commune: Counter({name: count for name, count in line.items() if count})
            for commune, line in outcome.lines.items()
            if {name for name, count in line.items() if count} - {"current_before", "current_after"}
        }
        for line in (
            lines[commune] for lines in (found, said) for commune in outcome.held if commune in lines
        ):
            line["held"] += line.pop("ignored", 0)
        assert found == said, f"the receipt says {found}, the model {said}"

    def same_claims(self) -> None:
        said = {each: self.names[uid] for each, uid in self.model.claims().items()}
        found = self.reader.claims()
        assert found == said, f"the claims are {found}, should be {said}"

    def same_history(self) -> None:
        """The closed versions are those of the model, and recorded time answers as it was recorded."""
        said: dict[str, list[tuple[Row, str]]] = {}
        for version in self.model.versions:
            said.setdefault(self.names[version.uid], []).append(
                (replace(version.row, user=""), version.because)
            )
        found = self.reader.versions()
        assert found == said, f"the closed versions are {found}, should be {said}"
        for at, living in self.moments:
            assert self.reader.as_of(at) == living, f"as of {at}"
