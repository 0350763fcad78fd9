"""The figures of the national report: a line per province, totals that balance, and what changed since the last one.

Every report that is given out is kept in `ledger.national_report`, which can only be added to; the trend compares with the
one before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sync import db
from sync.run.ledger import code_version
from validators.measures import COMPLETENESS

COUNTS = (
    "communes",
    "delivered",
    "not_delivered",
    "parcels",
    "stale_parcels",
    "rows_read",
    "quarantined",
    "unreadable",
    "held",
    "provisional",
    "completeness_unknown",
)
TREND = ("delivered", "parcels", "quarantined", "held")  # beside the groups


class OutOfBalanceError(AssertionError):
    """Totals that must balance do not: a defect, and no report is given out."""


@dataclass(frozen=True, slots=True)
class National:
    """One national report.

    provinces  a line per province: COUNTS, groups {number: communes}, measures, freshness, `trend`
    totals     the same over the nation; measures are means weighted by the rows read
    previous_at when the report before was made; None for the first
    report_id  its number in the ledger; None while it is not kept
    """

    made_at: datetime
    provinces: list[dict[str, Any]]
    totals: dict[str, Any]
    policies: list[str]
    previous_at: datetime | None
    report_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "report": self.report_id,
            "made_at": self.made_at,
            "previous_at": self.previous_at,
            "policies": self.policies,
            "provinces": self.provinces,
            "totals": self.totals,
        }


def national_report(dsn: str, actor: str, *, keep: bool = True) -> National:
    """Make the report from what is live now; kept in the ledger unless `keep` is False.

    Raises OutOfBalanceError when a total does not balance.
    """
    with db.connect(dsn) as connection:
        # One snapshot for all provinces: a run that commits meanwhile is seen whole or not at all.
        connection.set_session(isolation_level="REPEATABLE READ")
        made_at = datetime.now(UTC)
        provinces = [_line(row) for row in db.fetch(connection, "national/figures", {})]
        previous = next(iter(db.fetch(connection, "national/last", {})), None)
        totals = _totals(provinces)
        check_balance(provinces, totals)
        policies = sorted({policy for row in provinces for policy in row.pop("policies")})
        _compare(provinces, totals, previous)
        report_id = None
        if keep:
            (kept,) = db.fetch(
                connection,
                "national/write",
                {
                    "made_at": made_at,
                    "actor": actor,
                    "policies": policies,
                    "code_version": code_version(),
                    "provinces": db.json_value(provinces),
                    "totals": db.json_value(totals),
                },
            )
            report_id = int(kept["report_id"])
    previous_at = previous["made_at"] if previous else None
    return National(made_at, provinces, totals, policies, previous_at, report_id)


def check_balance(provinces: list[dict[str, Any]], totals: dict[str, Any]) -> None:
    """communes = delivered + not delivered and delivered = the groups' communes, in every line; totals are the sums."""
    for line in [*provinces, totals]:
        where = line.get("code", "nation")
        if line["communes"] != line["delivered"] + line["not_delivered"]:
            raise OutOfBalanceError(f"{where}: communes")
        if line["delivered"] != sum(line["groups"].values()):
            raise OutOfBalanceError(f"{where}: groups")
    for name in COUNTS:
        if totals[name] != sum(line[name] for line in provinces):
            raise OutOfBalanceError(name)


def _line(row: db.Row) -> dict[str, Any]:
    line = dict(row)
    line["groups"] = {int(number): int(count) for number, count in sorted(row["groups"].items())}
    line["measures"] = {name: float(value) for name, value in row["measures"].items()}
    line["area_m2"] = float(row["area_m2"])
    return line


def _totals(provinces: list[dict[str, Any]]) -> dict[str, Any]:
    totals: dict[str, Any] = {name: sum(line[name] for line in provinces) for name in COUNTS}
    numbers = sorted({number for line in provinces for number in line["groups"]})
    totals["groups"] = {n: sum(line["groups"].get(n, 0) for line in provinces) for n in numbers}
    totals["area_m2"] = sum(line["area_m2"] for line in provinces)
    totals["measures"] = {
        name: _weighted([line for line in provinces if name in line["measures"]], name)
        for name in sorted({name for line in provinces for name in line["measures"]})
    }
    known = [line["oldest_extracted_at"] for line in provinces if line["oldest_extracted_at"]]
    totals["oldest_extracted_at"] = min(known, default=None)
    totals["newest_extracted_at"] = max(
        (line["newest_extracted_at"] for line in provinces if line["newest_extracted_at"]), default=None
    )
    return totals


def _weighted(lines: list[dict[str, Any]], name: str) -> float:
    rows = sum(line["rows_read"] for line in lines)
    return float(
        sum(Decimal(line["measures"][name]) * line["rows_read"] for line in lines) / rows if rows else 0
    )


def _compare(provinces: list[dict[str, Any]], totals: dict[str, Any], previous: db.Row | None) -> None:
    """Put into each line `trend`: what is more or less than in the report before; None where there is none."""
    before = {line["code"]: line for line in previous["provinces"]} if previous else {}
    for line in provinces:
        line["trend"] = _trend(line, before.get(line["code"]))
    totals["trend"] = _trend(totals, previous["totals"] if previous else None)


def _trend(line: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any] | None:
    if before is None:
        return None
    groups = {int(number): count for number, count in before["groups"].items()}
    return {
        **{name: line[name] - before[name] for name in TREND},
        "groups": {
            n: line["groups"].get(n, 0) - groups.get(n, 0) for n in sorted({*line["groups"], *groups})
        },
        "measures": {
            name: round(value - before["measures"][name], 6)
            for name, value in line["measures"].items()
            # What was called đủ before there was `thong_tin` meant something else.
            if name in before["measures"] and (name != COMPLETENESS or "thong_tin" in before["measures"])
        },
    }
