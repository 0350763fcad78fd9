"""What one delivery does to the register: the rules of identity, one after another.

A row is known by up to three handles, strongest first: KEY, ID, NUMBER. The fate of a row is one of new, changed,
unchanged, ended_by_row, ignored, quarantined, held.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.model.alike import differ, each_others_only_ones, fits, kept_from, names, same_land
from tests.model.deliveries import Delivery, Row
from tests.model.passing import by_land, left_by, moves_of, with_their_cases
from tests.model.register import NEVER, Outcome, Parcel, Register, counters


def deliver(register: Register, delivery: Delivery) -> Outcome:
    """Do it. Of a dry run only the outcome is kept: hand in a copy."""
    return _Judgement(register, delivery).run()


class _Judgement:
    """One delivery on its way. `fate` and `match` are by the row's place in the delivery."""

    def __init__(self, register: Register, delivery: Delivery) -> None:
        self.register, self.delivery, self.rows = register, delivery, delivery.rows
        self.province = delivery.province
        self.held = set(delivery.held)
        self.match: dict[int, int] = {}
        self.keys = {row.key for row in self.rows}
        self.written: set[int] = set()  # by the rows of this delivery
        self.fate: list[str] = ["accepted"] * len(self.rows)
        self.before = Counter(parcel.row.commune for parcel in register.living.values())

    def run(self) -> Outcome:
        self.set_aside()
        self.match_rows()
        self.outdated()
        self.match_by_land()
        self.hold_cases()
        self.keep_held_communes()
        while self.refuse_one_in_conflict():
            pass
        ending = self.ending()
        return self.apply(ending)

    # Rows that are not applied from the start.

    def set_aside(self) -> None:
        for number, row in enumerate(self.rows):
            if row.refused:
                self.fate[number] = "quarantined"
            elif row.commune in self.held or not self.counted(row):
                self.fate[number] = "held"

    def counted(self, row: Row) -> bool:
        """Of what a person let pass only those communes count; the other rows are there only to be present."""
        return self.delivery.only is None or row.commune in self.delivery.only

    # Rule 2: which living parcel a row is.

    def match_rows(self) -> None:
        """Stronger handles first, each parcel to one row at most."""
        mine = [parcel for parcel in self.register.living.values() if parcel.province == self.province]
        self.match_by({parcel.row.key: parcel for parcel in mine}, lambda row: row.key)
        self.match_by({parcel.row.national_id: parcel for parcel in mine}, lambda row: row.national_id)
        self.match_by({parcel.row.place: parcel for parcel in mine}, lambda row: row.place)
        self.match_by(each_others_only_ones(self.rows, mine), lambda row: row.place)
        by_key = {parcel.row.key: parcel.uid for parcel in mine}
        for number, row in enumerate(self.rows):
            if self.ends(number) and row.key in by_key:
                self.match[number] = by_key[row.key]  # its object may go on as another row's all the same

    def match_by(self, named: dict[Any, Parcel], handle_of: Callable[[Row], Any]) -> None:
        """The rows that have none yet get the parcel that their handle of one kind names, where it is still free."""
        taken = set(self.match.values())
        for number, row in enumerate(self.rows):
            parcel = named.get(handle_of(row)) if handle_of(row) is not None else None
            if number in self.match or parcel is None or parcel.uid in taken or self.ends(number):
                continue
            if self.may_be(number, row, parcel):
                self.match[number] = parcel.uid
                taken.add(parcel.uid)

    def may_be(self, number: int, row: Row, parcel: Parcel) -> bool:
        """Whether a row may be this parcel, which one of its handles names: another object only under a new key."""
        if not differ(row, parcel):
            return True
        if self.fate[number] == "quarantined":
            return False  # rule 4
        gone = (
            parcel.row.key in self.ended_by_set()
            if self.delivery.changes
            else parcel.row.key not in self.keys
        )
        return gone and same_land(row, parcel)

    def ended_by_set(self) -> set[str | None]:
        """The objects that this set ends, as far as it is news."""
        return {row.key for row in self.rows if row.action == "end" and not self.is_outdated(row, None)}

    # An older delivery never overwrites newer.

    def outdated(self) -> None:
        for number, row in enumerate(self.rows):
            if self.fate[number] == "quarantined":
                continue
            uid = self.match.get(number)
            if self.is_outdated(row, uid):
                self.fate[number] = "ignored"
            elif self.is_repeated(row) and not self.is_free_now(row, uid):
                self.fate[number] = "unchanged" if uid is not None else "ignored"

    def is_outdated(self, row: Row, uid: int | None) -> bool:
        return self.moment(row) < self.register.known(self.province, row, uid)

    def is_repeated(self, row: Row) -> bool:
        """The version of the object that is known already."""
        key = (self.province, row.key or "")
        return (
            self.delivery.changes
            and key in self.register.changed
            and self.register.said[key] == self.moment(row)
        )

    def is_free_now(self, row: Row, uid: int | None) -> bool:
        """The version of the object that is known already, but its parcel can be published with its id now."""
        withheld = uid is not None and self.register.living[uid].withheld
        return withheld and not self.register.is_elsewhere(row.national_id, self.province)

    def moment(self, row: Row) -> float:
        return self.delivery.at if row.version is None else float(row.version)

    # A parcel that another commune numbers now, and cases of communes. A person lets every case pass.

    def match_by_land(self) -> None:
        """Rows that no handle knows are the parcel of another commune that has their land, if no row names it.

        What comes under another key is another object, unless its commune came whole without it; in a change set always.
        """
        if self.delivery.changes:
            return
        named = set(self.match.values())
        mine = [
            p for p in self.register.living.values() if p.province == self.province and p.uid not in named
        ]
        ended = {each.row.key for each in self.register.ended if each.province == self.province} - {None}
        asked = {
            number: row
            for number, row in enumerate(self.rows)
            if self.fate[number] == "accepted" and number not in self.match
            if not self.ends(number) and row.key not in ended
        }
        whole = self.delivery.complete if self.delivery.only is None else self.delivery.only
        for number, uid in by_land(asked, mine, set(whole) & set(self.delivery.complete)).items():
            if self.is_outdated(self.rows[number], uid):
                self.fate[number] = "ignored"
            else:
                self.match[number] = uid

    def hold_cases(self) -> None:
        """Communes between which many parcels pass are held together, if one of them is.

        One that was declared complete and did not come waits where anything would end there.
        """
        passing = moves_of(
            (self.register.commune_of(uid), self.rows[number].commune)
            for number, uid in self.match.items()
            if self.fate[number] in ("accepted", "held")
            if not self.ends(number) and self.counted(self.rows[number])
        )
        absent = {code for code in self.promised() if left_by(code, passing, self.before) > 0}
        self.held = with_their_cases(self.held | absent, passing, self.before)
        for number, row in enumerate(self.rows):
            if row.commune in self.held and self.fate[number] == "accepted":
                self.fate[number] = "held"

    def promised(self) -> set[str]:
        """The communes that were declared complete, of which no row came, and which nothing later has shown whole."""
        said = set(self.delivery.complete) - {row.commune for row in self.rows}
        if self.delivery.only is not None:
            said &= set(self.delivery.only)
        return {code for code in said if self.register.whole.get(code, -1) <= self.delivery.at}

    # A held commune stays as it is.

    def keep_held_communes(self) -> None:
        """A row that would take a parcel out of a held commune waits with it."""
        for number, uid in self.match.items():
            if self.fate[number] == "accepted" and self.register.commune_of(uid) in self.held:
                self.fate[number] = "held"

    # Rules 1 and 5: whose handles stand in the way.

    def refuse_one_in_conflict(self) -> bool:
        """Refuse the accepted rows whose handle a parcel keeps that no row of them is about. Whether there were any."""
        ending = set(self.ending())
        applied = {self.match[n] for n in self.match if self.fate[n] == "accepted" and not self.ends(n)}
        staying = [p for p in self.register.living.values() if p.uid not in applied and p.uid not in ending]
        waits = {self.match[n] for n in self.match if self.fate[n] == "held" and self.counted(self.rows[n])}
        asked = {
            number: row
            for number, row in enumerate(self.rows)
            if self.fate[number] == "accepted" and row.action != "end"
        }
        keepers = kept_from(asked, self.province, staying)
        for number, kept_by in keepers.items():
            waiting = all(p.uid in waits or self.waits_in_commune(p) for p in kept_by)
            # Refused, the last good version of what it is stays: rule 1.
            self.fate[number] = "held" if waiting else "quarantined"
        return bool(keepers)

    def waits_in_commune(self, parcel: Parcel) -> bool:
        return parcel.province == self.province and parcel.row.commune in self.held

    # Rule 4: what is shown to exist.

    def shown(self) -> set[int]:
        """Every parcel that a row is, those that a refused row may be, and those that a held row names at all."""
        found = {uid for number, uid in self.match.items() if not self.ends(number)}
        for number in range(len(self.rows)):
            if self.fate[number] in ("quarantined", "held"):
                found |= self.may_be_any_of(number, waits=self.fate[number] == "held")
        return found

    def may_be_any_of(self, number: int, *, waits: bool = False) -> set[int]:
        """The living parcels that its handles name, but for other objects if it is refused; or fit, if none is so to the letter."""
        row = self.rows[number]
        mine = [parcel for parcel in self.register.living.values() if parcel.province == self.province]
        to_the_letter = any(parcel.row.place == row.place for parcel in mine)
        return {
            parcel.uid
            for parcel in mine
            if row.action != "end"
            and (waits or not differ(row, parcel))
            and (
                (row.key is not None and row.key == parcel.row.key)
                or names(row, parcel)
                or (not to_the_letter and fits(row.place, parcel.row.place))
            )
        }

    def ends(self, number: int) -> bool:
        return self.rows[number].action == "end"

    # What is no longer there.

    def ending(self) -> list[int]:
        """By its own row, or absent from a commune that came whole."""
        shown = self.shown()
        found = []
        came = set(self.delivery.complete) & {row.commune for row in self.rows}
        communes = came if self.delivery.only is None else came & set(self.delivery.only)
        # What only a row that waited might have been: it ends with that row, also where its own commune went on.
        taken = {uid for number, uid in self.taken_from() if self.match.get(number) != uid}
        by_row = {uid for n, uid in self.match.items() if self.ends(n) and self.fate[n] == "accepted"}
        for uid, parcel in self.register.living.items():
            if parcel.province != self.province or uid in shown:
                continue
            whole = communes | came if uid in taken else communes
            absent = parcel.row.commune in whole - self.held and self.delivery.at >= self.register.known(
                self.province, parcel.row, uid
            )
            if uid in by_row or absent:
                found.append(uid)
        return found

    def taken_from(self) -> list[tuple[int, int]]:
        """Of what a person let pass: the rows that take a handle, with the parcels of the province that have it."""
        passed = {
            number: row
            for number, row in enumerate(self.rows)
            if self.delivery.only is not None and self.fate[number] == "accepted" and not self.ends(number)
        }
        having = kept_from(passed, self.province, self.register.living.values())
        return [(number, parcel.uid) for number, found in having.items() for parcel in found]

    # Rule 3: what comes back.

    def coming_back(self) -> dict[int, int]:
        """Row → the ended parcel that it is: by KEY; by ID or NUMBER only on the same land. Of several the last one."""
        back: dict[int, int] = {}
        for same in (
            lambda row, old: row.key is not None and row.key == old.row.key,
            lambda row, old: (
                row.national_id is not None and row.national_id == old.row.national_id and same_land(row, old)
            ),
            lambda row, old: row.place == old.row.place and same_land(row, old),
        ):
            for number, row in enumerate(self.rows):
                if (
                    self.fate[number] != "accepted"
                    or self.ends(number)
                    or number in self.match
                    or number in back
                ):
                    continue
                for old in reversed(self.register.ended):
                    if old.province == self.province and old.uid not in back.values() and same(row, old):
                        back[number] = old.uid
                        break
        return back

    # What becomes of it all.

    def apply(self, ending: list[int]) -> Outcome:
        lines = counters()
        back = self.coming_back()
        uids: list[int | None] = [self.match.get(number) for number in range(len(self.rows))]
        where = [self.counted_in(number, row) for number, row in enumerate(self.rows)]
        for uid in ending:
            self.end(uid, lines)
        for number, row in enumerate(self.rows):
            if self.fate[number] == "accepted":
                if self.ends(number):
                    self.apply_end(number, row, ending)
                else:
                    uids[number] = self.apply_row(number, row, back, lines)
                    self.written.add(uids[number] or 0)
            elif self.fate[number] == "unchanged":
                self.learn(row)
        for number, row in enumerate(self.rows):
            if self.fate[number] == "quarantined":
                self.apply_refused(number, row)
            if self.counted(row):
                lines[where[number]]["read"] += 1
                lines[where[number]][self.fate[number]] += 1
        self.learn_communes()
        after = Counter(parcel.row.commune for parcel in self.register.living.values())
        for commune in lines:
            lines[commune]["current_before"] = self.before[commune]
            lines[commune]["current_after"] = after[commune]
        return Outcome(lines, self.fate, uids, tuple(self.held))

    def counted_in(self, number: int, row: Row) -> str:
        """What ends is counted where it lived, whatever commune its row names."""
        ends = self.ends(number) and number in self.match
        return self.register.commune_of(self.match[number]) if ends else row.commune

    def end(self, uid: int, lines: dict[str, Counter[str]]) -> None:
        parcel = self.register.living[uid]
        numbers = [n for n, matched in self.match.items() if matched == uid and self.ends(n)]
        if not numbers:
            lines[parcel.row.commune]["ended"] += 1
            if parcel.row.key is not None:
                # It is not in this commune any more, which says nothing about another one.
                key = self.province, parcel.row.key
                self.register.said[key] = self.register.known(self.province, parcel.row, None)
                self.register.changed.discard(key)
        self.register.end(uid)

    def apply_end(self, number: int, row: Row, ending: list[int]) -> None:
        """An object that does not live, or goes on under another key, leaves only its tombstone."""
        self.fate[number] = "ended_by_row" if self.match.get(number) in ending else "ignored"
        self.learn(row)

    def apply_row(self, number: int, row: Row, back: dict[int, int], lines: dict[str, Counter[str]]) -> int:
        uid = self.match.get(number)
        self.learn(row)
        if uid is None:
            self.fate[number] = "new"
            return self.register.write(back.get(number), self.province, row, self.moment(row))
        old = self.register.living[uid]
        if old.row.commune != row.commune:
            lines[old.row.commune]["moved_out"] += 1
            lines[row.commune]["moved_in"] += 1
        self.register.write(uid, self.province, row, self.moment(row))
        now = self.register.living[uid]
        same = self.register_row(now.published) == self.register_row(old.published)
        self.fate[number] = "unchanged" if same else "changed"
        return uid

    @staticmethod
    def register_row(row: Row) -> tuple[object, ...]:
        return row.commune, row.key, row.national_id, row.number, row.mark, row.land, row.use, row.user

    def apply_refused(self, number: int, row: Row) -> None:
        """The last good version of its parcel stays, and is old from now on; nothing else is known by it."""
        if row.commune in self.held or not self.counted(row) or self.is_outdated(row, self.match.get(number)):
            return
        shown = self.may_be_any_of(number) | ({self.match[number]} if number in self.match else set())
        for uid in shown - self.written:
            if self.register.commune_of(uid) not in self.held:
                self.register.gone_stale(uid)
        if row.key is not None:
            key = self.province, row.key
            self.register.refused[key] = max(self.moment(row), self.register.refused.get(key, NEVER))

    def learn(self, row: Row) -> None:
        if row.key is not None:
            key = self.province, row.key
            self.register.said[key] = self.moment(row)
            (self.register.changed.add if self.delivery.changes else self.register.changed.discard)(key)

    def learn_communes(self) -> None:
        if self.delivery.changes:
            return
        for commune in {row.commune for row in self.rows if self.counted(row)} - self.held:
            if commune in self.delivery.complete:
                self.register.whole[commune] = max(self.delivery.at, self.register.whole.get(commune, -1))
