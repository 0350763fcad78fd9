"""What one delivery does to the register: the rules of identity, one after another.

A row is known by up to three handles, strongest first: KEY, ID, NUMBER. The fate of a row is one of new, changed,
unchanged, ended_by_row, ignored, quarantined, held.
"""

from collections import Counter

from tests.model.alike import differ, fits, kept_from, names
from tests.model.deliveries import Delivery, Row
from tests.model.matching import Matching
from tests.model.passing import by_land, got_its_number, left_by, moves_of, with_their_cases
from tests.model.register import NEVER, Outcome, Parcel, Register, counters, parcel_part
from tests.model.returning import coming_back


def deliver(register: Register, delivery: Delivery) -> Outcome:
    """Do it. Of a dry run only the outcome is kept: hand in a copy."""
    return _Judgement(register, delivery).run()


class _Judgement(Matching):
    """What is held, refused, ended and applied of it."""

    def run(self) -> Outcome:
        self.set_aside()
        self.refuse_emptied()
        self.end_what_is_gone_since()
        self.match_rows()
        self.outdated()
        self.refuse_emptied_by_name()
        self.leave_temporary_numbers()
        self.match_by_land()
        self.hold_cases()
        while self.refuse_one_in_conflict():
            pass
        ending = self.ending()
        return self.apply(ending)

    # A parcel that another commune numbers now, and cases of communes. A person lets every case pass.

    def match_by_land(self) -> None:
        """Rows that no handle knows are the parcel of another commune that has their land, if no row names it; or one that had a
        temporary number and no other handle.

        What comes under another key is another object, unless its commune came whole without it; in a change set always.
        """
        if self.delivery.changes:
            return
        named = set(self.match.values())
        mine = [parcel for parcel in self.mine() if parcel.uid not in named]
        ended = {each.row.key for each in self.register.ended if each.province == self.province} - {None}
        asked = {
            number: row
            for number, row in enumerate(self.rows)
            if self.fate[number] == "accepted" and number not in self.match
            if not self.ends(number) and row.key not in ended
        }
        whole = self.delivery.complete if self.delivery.only is None else self.delivery.only
        for number, uid in by_land(asked, mine, set(whole) & set(self.delivery.complete)).items():
            row, parcel = self.rows[number], self.register.living[uid]
            if row.commune == parcel.row.commune:
                if got_its_number(row, parcel) and parcel.at <= self.delivery.at:
                    self.match[number] = uid
            elif self.is_outdated(row, uid):
                self.fate[number] = "ignored"
            else:
                self.match[number] = uid

    def hold_cases(self) -> None:
        """Communes between which many parcels pass are held together, if one of them is.

        One that was declared complete and did not come waits where anything would end there.
        """
        passing = [
            (self.register.living[uid].row, self.rows[number])
            for number, uid in self.match.items()
            if self.fate[number] in ("accepted", "held")
            if not self.ends(number) and self.counted(self.rows[number])
        ]
        moves = moves_of(passing)
        absent = {code for code in self.promised() if self.before[code] > left_by(code, moves)}
        held = self.held | absent | set(self.delivery.measured)
        self.held = with_their_cases(held, moves_of(passing, joining=True), self.before)
        for number, row in enumerate(self.rows):
            if row.commune in self.held and self.fate[number] == "accepted":
                self.fate[number] = "held"
                self.known.add(number)

    def promised(self) -> set[str]:
        """The communes that were declared complete, of which no row came, and which nothing later has shown whole."""
        said = set(self.delivery.complete) - {row.commune for row in self.rows}
        if self.delivery.only is not None:
            said &= set(self.delivery.only) - set(self.delivery.absent)
        return {code for code in said if self.register.whole.get(code, -1) <= self.delivery.at}

    # Rules 1 and 5: whose handles stand in the way.

    def refuse_one_in_conflict(self) -> bool:
        """Refuse the accepted rows whose handle a parcel keeps that no row of them is about; whether there were any."""
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
        leaving = {
            n for n in asked if n in self.match and self.register.commune_of(self.match[n]) in self.held
        }
        for number in keepers.keys() | leaving:
            # A row that would take a parcel out of a held commune waits with it, if nothing else stands in its way.
            waiting = all(p.uid in waits or self.waits_in_commune(p) for p in keepers.get(number, ()))
            # Refused, the last good version of what it is stays: rule 1.
            self.fate[number] = "held" if waiting else "quarantined"
        return bool(keepers or leaving)

    def waits_in_commune(self, parcel: Parcel) -> bool:
        return parcel.province == self.province and parcel.row.commune in self.held

    # Rule 4: what is shown to exist.

    def shown(self) -> set[int]:
        """Every parcel that a row is, those that a refused row may be, and those that a held row names at all.

        Of a row that waits because its commune was measured it is known which parcel it is: what it merely names is another one.
        """
        found = {uid for number, uid in self.match.items() if not self.ends(number)}
        for number in set(range(len(self.rows))) - self.known:
            if self.fate[number] in ("quarantined", "held"):
                found |= self.may_be_any_of(number, waits=self.fate[number] == "held")
        return found

    def may_be_any_of(self, number: int, *, waits: bool = False) -> set[int]:
        """The living parcels that its handles name, but for other objects if it is refused; or fit, if none is so to the letter."""
        row = self.rows[number]
        mine = self.mine()
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

    # What is no longer there.

    def ending(self) -> list[int]:
        """By its own row, or absent from a commune that came whole."""
        shown = self.shown()
        found = []
        came, communes = self.came(), self.came_whole()
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

    def came(self) -> set[str]:
        return set(self.delivery.complete) & {row.commune for row in self.rows} | set(self.delivery.absent)

    def came_whole(self) -> set[str]:
        return self.came() if self.delivery.only is None else self.came() & set(self.delivery.only)

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
        new = {
            number: row
            for number, row in enumerate(self.rows)
            if self.fate[number] == "accepted" and not self.ends(number) and number not in self.match
        }
        return coming_back(new, [old for old in self.register.ended if old.province == self.province])

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
            elif self.fate[number] == "held":
                self.apply_waiting(number, row)
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
        return *parcel_part(row), row.user

    def apply_refused(self, number: int, row: Row) -> None:
        """The last good version of its parcel stays, and is old from now on; nothing else is known by it."""
        if not self.counted(row) or self.is_late_of_its_object(row):
            return
        if row.commune in self.held:
            self.apply_waiting(number, row)
            return
        shown = self.may_be_any_of(number) | ({self.match[number]} if number in self.match else set())
        for uid in shown - self.written:
            if self.register.commune_of(uid) not in self.held:
                self.register.gone_stale(uid)
        if row.key is not None:
            key = self.province, row.key
            self.register.refused[key] = max(self.moment(row), self.register.refused.get(key, NEVER))

    def apply_waiting(self, number: int, row: Row) -> None:
        """Nor does a commune that came whole say anything of an object of its own whose row waits, or is refused, in a held one."""
        its = self.register.living.get(self.match.get(number, 0))
        communes = {row.commune, its.row.commune if its else row.commune}
        if row.key is not None and communes & self.came_whole() - self.held:
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
        counted = {row.commune for row in self.rows if self.counted(row)} | set(self.delivery.absent)
        for commune in counted - self.held:
            if commune in self.delivery.complete:
                self.register.whole[commune] = max(self.delivery.at, self.register.whole.get(commune, -1))
