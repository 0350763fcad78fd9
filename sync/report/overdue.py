"""National ids that have been withheld for longer than the policy allows: who waits for whom, since when, and what to do."""

from collections import Counter
from datetime import timedelta
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import Disagreement
from sync import clock, db
from validators.policy import policy_at

MANY = 10  # parcels of a pair of provinces that are named one by one


def term() -> int:
    """After how many days somebody is told."""
    return policy_at(clock.today()).identity.withheld_days


def overdue(connection: db.Connection, province: str | None = None) -> list[db.Row]:
    """The parcels that wait for longer, the longest first: of a province those that wait, and those that others wait for."""
    now, days = clock.now(), term()
    values = {"province": province, "before": now - timedelta(days=days)}
    rows = db.fetch(connection, "status/overdue", values)
    if not rows:
        return []
    found = db.fetch(connection, "status/named", _both(rows))
    named = {(row["province_code"], row["parcel_uid"]): row["parcel"] for row in found}
    called = [
        row
        | {
            "parcel": named[row["province_code"], row["parcel_uid"]],
            "holder": named.get((row["holder_province_code"], row["holder_uid"])),
        }
        for row in rows
        if (row["province_code"], row["parcel_uid"]) in named
    ]
    return [
        {
            **row,
            "days": (now - row["withheld_since"]).days,
            "term_days": days,
            "next": _next(row)._asdict(),
        }
        for row in called
    ]


def _both(rows: list[db.Row]) -> dict[str, list[str]]:
    """The parcels that wait, and those that hold."""
    pairs = {(row["province_code"], row["parcel_uid"]) for row in rows}
    pairs |= {(row["holder_province_code"], row["holder_uid"]) for row in rows if row["holder_uid"]}
    return {"provinces": [code for code, _ in pairs], "parcels": [uid for _, uid in pairs]}


def _next(row: db.Row) -> Bilingual:
    """What is to be done, by whom."""
    receiver, holder = row["province_code"], row["holder_province_code"]
    if holder is None:
        return Bilingual(
            f"mã đã tự do: tỉnh {receiver} giao nộp lại dòng của thửa này",
            f"the id is free: province {receiver} delivers the parcel's row again",
        )
    if row["event_state"] in ("proposed", "confirmed"):
        asked = Bilingual(
            f"; trung ương xem: landsync lineage show {row['event_id']}" if row["event_state"] == "proposed" else "",
            f"; the centre decides: landsync lineage show {row['event_id']}" if row["event_state"] == "proposed" else "",
        )  # fmt: skip
        return Bilingual(
            f"thửa chuyển từ tỉnh {holder}: tỉnh {holder} kết thúc thửa {row['holder']} trong lần giao nộp tới{asked.vi}",
            f"it passed from province {holder}, which ends parcel {row['holder']} with its next delivery{asked.en}",
        )
    return Bilingual(
        f"tỉnh {receiver} và tỉnh {holder} đối chiếu: thửa đã chuyển thì tỉnh {holder} kết thúc thửa {row['holder']}; không thì bên gán sai gán mã khác",
        f"provinces {receiver} and {holder} compare: if the parcel passed, {holder} ends parcel {row['holder']}; if not, who gave the id wrongly gives another one",
    )


def told(rows: list[dict[str, Any]]) -> list[Bilingual]:
    """A sentence for each of them; of many between the same two provinces, how many more there are."""
    seen: Counter[tuple[str, str | None]] = Counter()
    said = []
    for row in rows:
        pair = row["province_code"], row["holder_province_code"]
        seen[pair] += 1
        if seen[pair] <= MANY:
            said.append(_sentence(row))
    for (receiver, holder), count in seen.items():
        if count > MANY:
            held = Bilingual(
                f"tỉnh {holder}" if holder else "không ai", f"province {holder}" if holder else "nobody"
            )
            said.append(
                Bilingual(
                    f"Tỉnh {receiver}: còn {count - MANY} thửa chờ mã quá hạn (bên giữ mã: {held.vi}); xem: landsync status --json",
                    f"Province {receiver}: {count - MANY} more parcels wait for their id for too long (held by {held.en}); see: landsync status --json",
                )
            )  # fmt: skip
    return said


def _sentence(row: dict[str, Any]) -> Bilingual:
    since, days = f"{row['withheld_since'].astimezone(clock.VIETNAM):%d/%m/%Y}", row["days"]
    holder = row["holder_province_code"]
    held = Bilingual(
        f"; thửa {row['holder']} của tỉnh {holder} đang giữ" if holder else "",
        f"; parcel {row['holder']} of province {holder} holds it" if holder else "",
    )
    return Bilingual(
        f"QUÁ HẠN {row['term_days']} ngày: tỉnh {row['province_code']}, thửa {row['parcel']} chờ mã {row['national_id']} từ {since} ({days} ngày){held.vi}. "
        f"Việc cần làm: {row['next']['vi']}.",
        f"OVERDUE after {row['term_days']} days: province {row['province_code']}, parcel {row['parcel']} waits for id {row['national_id']} since {since} ({days} days){held.en}. "
        f"What to do: {row['next']['en']}.",
    )


def refuse_new(dsn: str) -> int:
    """Of the night: how many parcels wait for too long. Raises Disagreement ID-OVERDUE on the day on which one has begun to.

    So it is told once; `landsync status` names it as long as it waits.
    """
    since = clock.now() - timedelta(days=term() + 1)
    with db.connect(dsn) as connection:
        rows = overdue(connection)
    fresh = [row for row in rows if row["withheld_since"] >= since]
    if not fresh:
        return len(rows)
    said, first = _sentence(fresh[0]), len(fresh)
    raise Disagreement(
        "ID-OVERDUE",
        Bilingual(
            f"Từ hôm qua có {first} thửa chờ mã định danh quá hạn. {said.vi}",
            f"Since yesterday {first} parcels have waited for their national id for too long. {said.en}",
        ),
        Bilingual("Xem tất cả: landsync status.", "See all: landsync status."),
    )
