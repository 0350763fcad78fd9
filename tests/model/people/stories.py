"""Small histories of parcels and their people, written by hand: each tells of one rule."""

from dataclasses import replace
from datetime import date

from tests.model.cadastre import Land
from tests.model.deliveries import Delivery, Row
from tests.model.people.histories import SYSTEM, Handed
from tests.model.people.said import (
    COME_AND_GO,
    Certificate,
    Restriction,
    Right,
    Said,
    Says,
    Transferee,
    User,
    as_own,
)

A, B = "00004", "00008"
BOOK = Certificate("AB 1", date(2020, 1, 1), "c1", state="live")
HOA = User("Lê Thị Hoà", "001", 1960, "u1")
NAM = User("Lê Văn Nam", "002", 1958, "u2")
LAN = User("Lê Thị Lan", "003", 1990)
ALIKE = tuple(User("Lê Hùng", None, 1970, address=address) for address in ("Thôn 1", "Thôn 2", None))
PAPERS = tuple(
    Certificate(None, date(2020, 1, 1), book_no="CH 1", state=state) for state in ("live", "revoked")
)
NOBODY = Right(role="user")
LOANS = tuple(Restriction("mortgage", date(2020, month, 1)) for month in range(1, 9))


def has(user: User | None, certificate: Certificate | None = BOOK, role: str | None = "user") -> Right:
    return Right(user, certificate, role)


def says(*beside: Says, own: Right | None = None) -> Said:
    return Said(own and as_own(own), beside)


def row(
    place: int,
    *,
    key: bool = True,
    commune: str | None = None,
    action: str | None = None,
    version: int | None = None,
) -> Row:
    """Of four parcels: two are of one commune, two of another."""
    where = commune or (A, A, B, B)[place]
    land = None if action == "end" else Land(place, 0, 80)
    return Row(
        where,
        f"k{place}" if key else None,
        None,
        str(place),
        None,
        land,
        "ONT",
        str(version or ""),
        action=action,
        version=version,
    )


def night(
    at: float,
    *said: Said | None,
    keys: bool = True,
    system: str = SYSTEM,
    spoken: tuple[str, ...] = (A, B),
    communes: dict[int, str] | None = None,
    **of_delivery: tuple[str, ...],
) -> Handed:
    """What each of the parcels is said to have; None: it is not there."""
    places = [place for place, each in enumerate(said) if each is not None]
    rows = tuple(row(place, key=keys, commune=(communes or {}).get(place)) for place in places)
    delivery = Delivery("01", rows, at, **{"complete": (A, B), **of_delivery})  # type: ignore[arg-type]
    told = tuple(each for each in said if each is not None)
    return Handed(delivery, told, dict.fromkeys(COME_AND_GO, frozenset(spoken)), system)


def changes(at: float, *rows: tuple[Row, Said], spoken: tuple[str, ...] = (A, B)) -> Handed:
    delivery = Delivery("01", tuple(each for each, _ in rows), at, since=at - 1)
    return Handed(delivery, tuple(said for _, said in rows), dict.fromkeys(COME_AND_GO, frozenset(spoken)))


def erased(handed: Handed) -> Handed:
    """The same, after the first of those who have or had a parcel is erased."""
    return replace(handed, erased=(0,))


def told_by(handed: Handed, *rows: Row) -> Handed:
    """The same, of rows that are not as they should be."""
    return replace(handed, delivery=replace(handed.delivery, rows=rows))


HOUSE = says(has(HOA))
FULL = says(has(HOA), has(NAM, role="spouse"), LOANS[0], Transferee("Lê Thị Lan", reason="bán"))
SHARE = Right(HOA, BOOK, "co_user", "shared", 1, 2)
STORIES: dict[str, list[Handed]] = {
    "a co-owner joins, in another order, and leaves": [
        night(0.5, says(has(HOA), has(NAM))),
        night(1.5, says(has(LAN), has(NAM), has(HOA))),
        night(2.5, says(has(LAN), has(HOA))),
        night(3.5, says(has(LAN), has(HOA))),
    ],
    "a user of several parcels has another name, and on one of them another share": [
        night(0.5, says(SHARE, has(NAM)), HOUSE, HOUSE),
        night(
            1.5,
            says(replace(SHARE, user=replace(HOA, name="Lê Hoà"), denominator=3), has(NAM)),
            HOUSE,
            says(has(replace(HOA, name="Lê Hoà"))),
        ),
        night(2.5, says(replace(SHARE, denominator=4), has(NAM)), HOUSE, HOUSE),
        night(3.5, says(replace(SHARE, denominator=5), has(NAM)), HOUSE, HOUSE),
    ],
    "of three who are called the same the first leaves": [
        night(0.5, says(*map(has, ALIKE)), says(has(ALIKE[0]))),
        night(1.5, says(*map(has, ALIKE[:0:-1])), says(has(ALIKE[0]))),
        night(2.5, says(*map(has, ALIKE)), says(has(ALIKE[0]))),
    ],
    "certificates without number that only their state tells apart": [
        night(0.5, says(has(HOA, PAPERS[0]), has(NAM, PAPERS[1])), says(has(HOA, PAPERS[0]))),
        night(1.5, says(has(HOA, PAPERS[1])), says(has(HOA, PAPERS[0]), has(HOA, replace(PAPERS[0], book_no="CH 2")))),
    ],
    "another system has other keys, and the same numbers": [
        night(0.5, HOUSE, says(has(LAN, None)), says(has(HOA), has(LAN)), keys=False),
        night(1.5, HOUSE, says(has(LAN, None)), says(has(HOA), has(LAN)), keys=False, system="ilis"),
        night(2.5, HOUSE, says(has(LAN, None)), says(has(HOA), has(LAN)), keys=False),
    ],
    "a user and a certificate are described in two ways, then in one": [
        night(0.5, says(has(HOA), has(replace(HOA, address="Thôn 2"), replace(BOOK, state="revoked")))),
        night(1.5, HOUSE),
    ],
    "a parcel's own row speaks where nothing else does": [
        night(0.5, says(own=has(HOA, None, None)), says(has(NAM), own=has(HOA, None, None)), says(NOBODY)),
        night(1.5, says(NOBODY, own=has(HOA, None, None)), says(own=has(HOA, None, None)), says(has(NAM))),
        night(2.5, says(has(NAM), own=has(HOA, None, None)), says(), says(own=has(ALIKE[0], BOOK, None))),
    ],
    "what comes and goes stays where nobody speaks of it": [
        night(0.5, FULL, says(LOANS[0]), FULL),
        night(1.5, HOUSE, says(), HOUSE, spoken=(B,)),
        night(2.5, HOUSE, says(), HOUSE, spoken=()),
        night(3.5, HOUSE, says(), HOUSE, spoken=(A,)),
    ],
    "a parcel passes into a commune of which nothing is spoken": [
        night(0.5, FULL, FULL, FULL, FULL),
        night(1.5, HOUSE, FULL, FULL, HOUSE, spoken=(A,), communes={0: B, 2: A}),
        night(2.5, FULL, FULL, HOUSE, FULL, communes={0: B, 2: A}),
    ],
    "loans come and go": [
        night(0.5, says(*LOANS[1:7])),
        night(1.5, says(*LOANS[::-1])),
        night(2.5, says(*LOANS[3:], Restriction("dispute"))),
    ],
    "a parcel ends with all that it has, and comes back": [
        night(0.5, FULL, HOUSE, FULL, says(*map(has, ALIKE))),
        night(1.5, HOUSE, None, HOUSE, None),
        night(2.5, HOUSE, HOUSE, HOUSE, says(*map(has, ALIKE))),
    ],
    "a commune is held, and let pass": [
        night(0.5, FULL, HOUSE, FULL),
        night(1.5, HOUSE, says(), HOUSE, held=(A,)),
        night(1.5, HOUSE, says(), HOUSE, only=(A,)),
    ],
    "a row is refused whose number another one keeps": [
        night(0.5, HOUSE, HOUSE, HOUSE),
        told_by(
            night(1.5, FULL, FULL, HOUSE), replace(row(0), number="1"), replace(row(1), refused=True), row(2)
        ),
        night(2.5, FULL, HOUSE, HOUSE),
    ],
    "a set changes people, says it again, and ends a parcel": [
        night(0.5, FULL, HOUSE, FULL),
        changes(1.5, (row(0, action="update", version=1), says(has(NAM), LOANS[1]))),
        changes(1.5, (row(0, action="update", version=1), says(has(NAM), LOANS[1]))),
        changes(3.5, (row(2, action="end", version=3), says())),
        night(2.5, HOUSE, HOUSE, FULL),
        night(4.5, HOUSE, HOUSE, FULL),
    ],
    "a person is erased, and every source still says who that was": [
        night(0.5, FULL, HOUSE, says(has(HOA), has(replace(HOA, address="Thôn 2")))),
        night(1.5, FULL, says(has(NAM)), HOUSE),
        erased(night(2.5, FULL, says(has(NAM)), HOUSE)),
        erased(night(3.5, says(has(NAM)), says(has(NAM)), says())),
        night(4.5, FULL, HOUSE, HOUSE),
    ],
    "a set says again of whom somebody was erased meanwhile": [
        night(0.5, FULL, HOUSE, FULL),
        changes(1.5, (row(0, action="update", version=1), says(SHARE, has(NAM)))),
        erased(changes(1.5, (row(0, action="update", version=1), says(SHARE, has(NAM))))),
        erased(night(2.5, says(SHARE, has(NAM)), HOUSE, FULL)),
    ],
    "a set says again what came without its loans": [
        night(0.5, FULL, HOUSE, FULL),
        changes(1.5, (row(0, action="update", version=1), HOUSE), spoken=()),
        changes(1.5, (row(0, action="update", version=1), HOUSE), spoken=()),
    ],
}  # fmt: skip
