"""When the yes of one person lets held data go, and when another person must say it, too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from parcels.bilingual import Bilingual
from sync import db
from sync.deciding import people
from sync.folder.reasons import Reading
from validators.decision_rules import DecisionRules


@dataclass(frozen=True, slots=True)
class Asking:
    """An approval as somebody says it.

    judged_by  the run that fetched and judged, of which `deliverer` is the actor
    stated_at  when he says that the delivery was extracted; who says another moment says yes to something else
    reading    the reading that he chose, where it is not that of the holds; who says another one says yes to something else
    """

    run_id: str
    province: str
    judged_by: str
    deliverer: str
    communes: tuple[str, ...]
    actor: str
    stated_at: datetime | None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Yes:
    """What the yes of a person is worth.

    parcels  how many it is about, with what one person alone let go of the delivery before
    missing  communes that wait for the yes of another person; because they are many, or he is who delivered them
    before   who has said yes to one of these before, and to the same
    otherwise  who has said yes to one of these, but to another moment or another reading
    repeated he has said so before, and nothing new
    """

    role: people.Right
    db_login: str
    anybody_named: bool
    parcels: int
    missing: tuple[str, ...] = ()
    because: Literal["many", "deliverer"] = "many"
    before: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    repeated: bool = False

    def as_document(self) -> dict[str, Any]:
        """`waits` of `approve --json`."""
        return {
            "communes": list(self.missing),
            "because": self.because,
            "parcels": self.parcels,
            "said_yes": list(self.before),
            "said_otherwise": list(self.otherwise),
        }


def weighed(connection: db.Connection, asking: Asking, rules: DecisionRules) -> Yes:
    """What this yes is worth. Raises UsageError DECIDER-RIGHT."""
    who = people.decider(connection, asking.actor)
    role = may_release(who, asking.province, asking.run_id)
    db.execute(connection, "deciding/lock_holds", {"run_id": asking.run_id})
    holds = {
        row["commune_code"]: row
        for row in db.fetch(
            connection,
            "deciding/holds",
            {
                "run_id": asking.run_id,
                "judged_by": asking.judged_by,
                "stated_at": asking.stated_at,
                "reading": asking.reading,
            },
        )
    }
    alone = [
        code
        for code, hold in holds.items()
        if hold["state"] == "approved" and hold["persons"] < 2 and code not in asking.communes
    ]
    unknown = rules.two_persons_above + 1  # without a receipt nobody knows: as if it were many
    parcels = sum(
        unknown if holds[code]["parcels"] is None else int(holds[code]["parcels"])
        for code in [*alone, *asking.communes]
    )
    if not who.anybody_named:
        return Yes(role, who.db_login, False, parcels)
    before = {code: set(holds[code]["said_yes"]) for code in asking.communes}
    persons = {code: said | {asking.actor} for code, said in before.items()}
    missing = tuple(
        code
        for code, said in persons.items()
        if len(said) < rules.persons(parcels, by_deliverer=said == {asking.deliverer})
    )
    return Yes(
        role,
        who.db_login,
        True,
        parcels,
        missing,
        "many" if parcels > rules.two_persons_above else "deliverer",
        tuple(sorted(set().union(*before.values()))),
        tuple(sorted({actor for code in asking.communes for actor in holds[code]["said_otherwise"]})),
        bool(missing) and all(asking.actor in said for said in before.values()),
    )


def may_release(who: people.Decider, province: str, run_id: str) -> people.Right:
    """By which right he decides about what a run holds. Raises UsageError DECIDER-RIGHT."""
    what = Bilingual(f"dữ liệu tạm giữ của lượt chạy {run_id}", f"about what run {run_id} holds")
    return people.required(who, "centre", province, what)


def still_waits(run_id: str, waits: dict[str, Any], reading: str | None = None) -> Bilingual:
    """What a person is told whose yes, to this reading, was kept and did not suffice."""
    codes = ", ".join(waits["communes"])
    why = {
        "many": Bilingual(
            f"quyết định liên quan đến {waits['parcels']} thửa", f"it is about {waits['parcels']} parcels"
        ),
        "deliverer": Bilingual(
            "người đưa dữ liệu vào không tự duyệt một mình",
            "who brought a delivery in does not let it go live alone",
        ),
    }[waits["because"]]
    chosen = f" --reading {reading}" if reading else ""
    others = ", ".join(waits["said_otherwise"])
    but = Bilingual(
        f" {others} đã đồng ý nhưng với cách hiểu hoặc thời điểm khác; hai người phải nói như nhau."
        if others
        else "",
        f" {others} said yes to another reading or moment; two must say the same." if others else "",
    )
    return Bilingual(
        f"Đã ghi ý kiến đồng ý; cần một người khác cùng duyệt xã {codes}: {why.vi}.{but.vi} Người ấy chạy: "
        f"landsync approve {run_id} --commune …{chosen}",
        f"Your yes is kept; another person must approve {codes} too: {why.en}.{but.en} He runs: "
        f"landsync approve {run_id} --commune …{chosen}",
    )
