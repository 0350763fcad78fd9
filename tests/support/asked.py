"""A province and a person who lets pass whatever the merge asks about, as it is shown, until nothing is asked any more."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from sync.folder.reasons import contradicted
from sync.load.merge import Merged
from tests.model.deliveries import Delivery
from tests.support.played import Said, play

ROUNDS = 5  # a second fact about a commune may be seen only once the first one is decided


@dataclass
class Person:
    """Approves what waits, all of it; but for what is older than what is live, which stays refused.

    asked  how many holds there were, by the code of the reason
    """

    dsn: str
    folder: Path
    asked: dict[str, int] = field(default_factory=dict)

    def brings(self, delivery: Delivery, older: tuple[str, ...] = ()) -> None:
        """One delivery, with everything that it asks. `older`: held because something later is live."""
        said = Said()
        merged, _ = play(self.dsn, self.folder, delivery, said)
        waiting = self.waiting(merged, delivery, older)
        for _ in range(ROUNDS):
            if delivery.dry or not waiting:
                break
            said = said.and_what(merged)
            self.count(merged)
            beside = tuple(
                line["commune_code"]
                for line in merged.lines
                if line["held"] and line["commune_code"] not in waiting
            )
            again = replace(delivery, held=older, only=waiting)
            merged, _ = play(self.dsn, self.folder, again, replace(said, beside=beside, approved=waiting))
            waiting = self.waiting(merged, again, older)
        assert not waiting or delivery.dry, f"asked again and again: {waiting}"

    @staticmethod
    def waiting(merged: Merged, delivery: Delivery, older: tuple[str, ...]) -> tuple[str, ...]:
        """The communes of which anything waits and can be decided; every row that waits must be one's of these."""
        asked = {
            *merged.braked,
            *merged.contradicted,
            *merged.foreign_hands_held,
            *merged.moves,
            *merged.tied,
        }
        asked |= {code for code, parcels in merged.absent.items() if parcels} | set(delivery.held)
        held = {line["commune_code"] for line in merged.lines if line["commune_held"]}
        assert held <= asked | set(older), f"held, and nobody is asked: {held - asked}"
        if any(line["held"] for line in merged.lines):
            assert held or asked, "rows wait, and nobody is asked"
        if merged.moves.keys() & set(older):
            asked -= {*merged.moves}  # the older one is refused, and with it its case
        return tuple(sorted(asked - set(older)))

    def count(self, merged: Merged) -> None:
        codes = [found.code for all_of in merged.braked.values() for found in all_of]
        codes += ["MOVED-COMMUNE"] * bool(merged.moves) + ["ABSENT"] * bool(merged.absent)
        codes += [
            contradicted(said.named, said.apart, said.known, said.renamed).code
            for said in merged.contradicted.values()
        ]
        for code in codes:
            self.asked[code] = self.asked.get(code, 0) + 1
