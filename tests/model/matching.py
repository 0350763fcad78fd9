"""Which parcel each row of a delivery is: what comes too late, what would empty a parcel, and the handles one after another."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.model.alike import differ, each_others_only_ones, elsewhere, same_land
from tests.model.deliveries import Delivery, Row
from tests.model.emptied import empty_what_they_fit, empty_what_they_name
from tests.model.register import Parcel, Register
from tests.model.unusual import FORMS


class Matching:
    """One delivery on its way. `fate` and `match` are by the row's place in the delivery."""

    def __init__(self, register: Register, delivery: Delivery) -> None:
        self.register, self.delivery, self.rows = register, delivery, list(delivery.rows)
        self.province = delivery.province
        self.held = set(delivery.held)
        self.match: dict[int, int] = {}
        self.keys = {row.key for row in self.rows}
        self.written: set[int] = set()  # by the rows of this delivery
        self.known: set[int] = set()  # rows that wait although land was looked at
        self.fate: list[str] = ["accepted"] * len(self.rows)
        self.before = Counter(parcel.row.commune for parcel in register.living.values())

    def ends(self, number: int) -> bool:
        return self.rows[number].action == "end"

    # Rows that are not applied from the start.

    def set_aside(self) -> None:
        for number, row in enumerate(self.rows):
            if row.refused:
                self.fate[number] = "quarantined"
            elif row.commune in self.held or not self.counted(row):
                self.fate[number] = "held"

    def counted(self, row: Row) -> bool:
        """Of what a person let pass only those communes count, and what waited for them; other rows are there only to be present."""
        only = self.delivery.only
        return only is None or row.commune in only or row in self.delivery.beside

    def end_what_is_gone_since(self) -> None:
        """Objects that a set, the later word about them, ends, or shows in another commune that came whole without them since.

        They end where they live, whatever commune the row names.
        """
        by_key = {parcel.row.key: parcel for parcel in self.mine()}
        for number, row in enumerate(self.rows):
            parcel = by_key.get(row.key) if row.key and self.delivery.changes else None
            if parcel is None or self.fate[number] != "accepted":
                continue
            left = replace(row, commune=parcel.row.commune, action="end")
            late = self.ends(number) or self.is_outdated(row, parcel.uid)
            if late and not self.is_outdated(left, parcel.uid):
                self.rows[number] = left

    # A row without geometry never empties a parcel that has one.

    def refuse_emptied(self) -> None:
        """Before it is known which parcel it is: not what comes too late to say anything of its own object."""
        asked = {n: row for n, row in self.without_geometry().items() if not self.is_late_of_its_object(row)}
        for number in empty_what_they_name(asked, self.mine()):
            self.fate[number] = "quarantined"

    def refuse_emptied_by_name(self) -> None:
        for number in empty_what_they_fit(self.without_geometry(), self.mine(), self.match):
            self.fate[number] = "quarantined"

    def without_geometry(self) -> dict[int, Row]:
        return {
            number: row
            for number, row in enumerate(self.rows)
            if row.land is None and not self.ends(number) and self.fate[number] in ("accepted", "held")
        }

    def mine(self) -> list[Parcel]:
        return [parcel for parcel in self.register.living.values() if parcel.province == self.province]

    # Rule 2: which living parcel a row is.

    def match_rows(self) -> None:
        """Stronger handles first, each parcel to one row at most."""
        mine = self.mine()
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
        if self.fate[number] != "accepted":
            return False  # rule 4; nor is land looked at of what waits
        gone = (
            parcel.row.key in self.ended_by_set()
            if self.delivery.changes
            else parcel.row.key not in self.keys
        )
        return gone and same_land(row, parcel)

    def ended_by_set(self) -> set[str | None]:
        """The objects that this set ends, as far as it is news."""
        return {row.key for row in self.rows if row.action == "end" and not self.is_outdated(row, None)}

    def leave_temporary_numbers(self) -> None:
        """A row that such a number alone names is not the parcel whose land lies elsewhere."""
        for number, uid in list(self.match.items()):
            row, parcel = self.rows[number], self.register.living[uid]
            by_id = row.national_id is not None and row.national_id == parcel.row.national_id
            if row.number not in FORMS or row.key is not None or by_id:
                continue
            if self.fate[number] == "accepted" and elsewhere(row, parcel):
                del self.match[number]

    # An older delivery never overwrites newer.

    def outdated(self) -> None:
        for number, row in enumerate(self.rows):
            if self.fate[number] == "quarantined":
                continue
            uid = self.match.get(number)
            if self.is_outdated(row, uid):
                self.fate[number] = "ignored"
            elif self.is_repeated(row) and not self.is_free_now(row, uid):
                self.fate[number] = "ignored" if uid is None else self.told_again(number, row, uid)

    def told_again(self, number: int, row: Row, uid: int) -> str:
        """The same version once more: the same again says nothing; with other content nobody knows which is right."""
        known = replace(self.register.living[uid].row, action=row.action, version=row.version)
        return "unchanged" if self.ends(number) or known == row else "quarantined"

    def is_outdated(self, row: Row, uid: int | None) -> bool:
        return self.moment(row) < self.register.known(self.province, row, uid)

    def is_late_of_its_object(self, row: Row) -> bool:
        """Later data is known of its own object, where that lives; whatever was shown where the row says that it is."""
        its = next((parcel for parcel in self.mine() if row.key and parcel.row.key == row.key), None)
        return self.is_outdated(replace(row, commune=its.row.commune if its else ""), its and its.uid)

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
