"""Whatever is delivered in whatever order, and held, and let go later: the register is what is live says.

A nation of four communes in two provinces, in a row, each sharing a seam with the next. A commune's data is a number; which
faults it has, and which two neighbours have at their seam, follows from the numbers.
"""

import uuid
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.support.database import Database
from tests.support.register import CAO_BANG, HA_NOI, PROVINCE, Delivered, Fault, Nation

pytestmark = pytest.mark.db
COMMUNES = (HA_NOI[1], HA_NOI[2], *CAO_BANG)
SEAMS = tuple(pairwise(COMMUNES))
OWN, PAIR, BORDER = "GEO-SPIKE", "TOP-OVERLAP", "BRD-OVERLAP"
CATALOGUE = dict.fromkeys((OWN, PAIR, BORDER), (False, True))


def own_faults(salt: str, commune: str, data: int) -> set[Fault]:
    """What a commune's judgement finds in its own data."""
    keys = [f"{salt}-{commune}-{i}" for i in range(3)]
    found = {Fault(OWN, commune, (key,)) for i, key in enumerate(keys) if data >> i & 1}
    return found | ({Fault(PAIR, commune, (keys[0], keys[1]))} if data >> 3 & 1 else set())


def seam_faults(salt: str, seam: tuple[str, str], data: tuple[int, int]) -> set[Fault]:
    """What is wrong where two communes meet: it needs both."""
    bits = (data[0] ^ data[1] >> 1) & 3
    return {
        Fault(BORDER, seam[0], (f"{salt}-{seam[0]}-{i}",), seam[1], (f"{salt}-{seam[1]}-{i}",))
        for i in range(2)
        if bits >> i & 1
    }


@dataclass
class Model:
    """What the register must hold: of each commune by its live data, of each seam as it was last seen alive."""

    salt: str
    live: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)  # commune → number of the run by which it went live
    seams: dict[tuple[str, str], set[Fault]] = field(default_factory=dict)
    clock: int = 0

    def judged(self, data: dict[str, int]) -> tuple[tuple[Fault, ...], int]:
        """What a judgement finds: delivered data with each other, and with the neighbours as they are live."""
        self.clock += 1
        known = self.live | data
        found = {fault for code, value in data.items() for fault in own_faults(self.salt, code, value)}
        for one, other in SEAMS:
            if one in known and other in known:
                faults = seam_faults(self.salt, (one, other), (known[one], known[other]))
                found |= faults if one in data else set()
                found |= {fault.from_other_side() for fault in faults} if other in data else set()
        return tuple(sorted(found, key=repr)), self.clock

    def publish(self, data: dict[str, int], live: set[str], looked: int, together: dict[str, int]) -> None:
        """`together`: commune → number of the run by which it went live from this very judgement before."""
        self.clock += 1
        for code in live:
            self.live[code], self.since[code] = data[code], self.clock
            together[code] = self.clock
        for seam in SEAMS:
            one, other = seam
            if any(
                self._seen(mine, theirs, data, live, looked, together) for mine, theirs in (seam, seam[::-1])
            ):
                known = (self.live.get(one), self.live.get(other))
                self.seams[seam] = set()
                if known[0] is not None and known[1] is not None:
                    self.seams[seam] = seam_faults(self.salt, seam, (known[0], known[1]))

    def _seen(
        self,
        mine: str,
        theirs: str,
        data: dict[str, int],
        live: set[str],
        looked: int,
        together: dict[str, int],
    ) -> bool:
        if mine not in live:
            return False
        if theirs in data:
            return theirs in together and self.since[theirs] == together[theirs]
        return self.since.get(theirs, 0) < looked

    @property
    def open(self) -> set[str]:
        """The ids of all that is wrong."""
        found = {fault for code, data in self.live.items() for fault in own_faults(self.salt, code, data)}
        return {fault.finding_id for fault in found.union(*self.seams.values())}

    @property
    def true(self) -> set[str]:
        """The same as a look at everything at once would tell it."""
        found = {fault for code, data in self.live.items() for fault in own_faults(self.salt, code, data)}
        for one, other in SEAMS:
            if one in self.live and other in self.live:
                found |= seam_faults(self.salt, (one, other), (self.live[one], self.live[other]))
        return {fault.finding_id for fault in found}


# What was judged, its data, when that was, and what of it went live already.
Job = tuple[Delivered, dict[str, int], int, dict[str, int]]

STEP = st.tuples(
    st.sampled_from(["01", "04"]),
    st.fixed_dictionaries({code: st.none() | st.integers(0, 15) for code in COMMUNES}),
    st.sets(st.sampled_from(COMMUNES)),  # those that are held
    st.sampled_from(["now", "late"]),  # whether it is published before or after the next one is judged
    st.sampled_from(
        ["no", "now", "later"]
    ),  # whether what it holds is let go, and whether another run comes between
)


@settings(
    max_examples=counts(30),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=3, max_size=7))
def test_the_register_is_what_a_full_check_of_what_is_live_would_find(
    database: Database, steps: list[tuple[str, dict[str, int | None], set[str], str, str]]
) -> None:
    salt = uuid.uuid4().hex[:8]
    nation, model = Nation(database.dsn), Model(salt)
    keys = {code: {f"{salt}-{code}-{i}": "accept" for i in range(3)} for code in COMMUNES}

    def judge(province: str, data: dict[str, int]) -> Job:
        faults, looked = model.judged(data)
        rows = {code: keys[code] for code in data}
        return nation.judge(Delivered(province, faults, tuple(sorted(data)), rows=rows)), data, looked, {}

    def publish(job: Job, live: set[str], again: bool) -> None:
        delivered, data, looked, together = job
        nation.publish(delivered, live, applying=again, catalogue=CATALOGUE)
        model.publish(data, live, looked, together)
        mine = {fault for fault in nation.open() if fault in known}
        assert mine == model.open

    every = {code: range(16) for code in COMMUNES}
    known = {f.finding_id for code in COMMUNES for data in every[code] for f in own_faults(salt, code, data)}
    known |= {f.finding_id for seam in SEAMS for bits in range(4) for f in seam_faults(salt, seam, (bits, 0))}

    waiting: list[tuple[Job, set[str]]] = []
    held_back: list[tuple[Job, set[str]]] = []
    for province, wanted, held, when, let_go in steps:
        data = {
            code: value for code, value in wanted.items() if value is not None and PROVINCE[code] == province
        }
        if not data:
            continue
        # A province is locked while its run lasts: what is published late is of the other one.
        for job, live in [item for item in waiting if item[0][0].province == province]:
            publish(job, live, again=False)
            waiting.remove((job, live))
        job = judge(province, data)
        live = set(data) - held
        if when == "late" and not waiting:
            waiting.append((job, live))
            continue
        publish(job, live, again=False)
        for old, codes in held_back:  # what came again meanwhile can no longer be let go
            if codes - set(data):
                publish(old, codes - set(data), again=True)
        held_back.clear()
        if let_go == "now" and held & set(data):
            publish(job, held & set(data), again=True)
        if let_go == "later":
            held_back.append((job, held & set(data)))
    for job, live in waiting:
        publish(job, live, again=False)

    for province in ("01", "04"):
        whole = {code: data for code, data in model.live.items() if PROVINCE[code] == province}
        if whole:
            publish(judge(province, whole), set(whole), again=False)
    assert model.open == model.true
    assert {fault for fault in nation.open() if fault in known} == model.true
