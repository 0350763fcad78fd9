"""Deliveries of a village with or without a time of extraction, brought in by the real fetch, gate, load and review.

What lies between fetch and gate, the snapshot and its judgement, is written by hand: these histories are about time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pyarrow.parquet as pq
import pytest

from parcels.brakes import Measure
from parcels.errors import LandsyncError
from sync import review, stages
from sync.folder.conform import CodesConverted, Conformed
from sync.folder.judgement import FINDINGS, JUDGEMENT, REPAIRS, ROWS, Judged
from sync.folder.loaded import Loaded
from sync.folder.reasons import Reason
from sync.load import inputs
from sync.run import finish_run, open_run, start_run
from sync.stages import run_stage
from tests.support.database import Database
from tests.support.judged import AS_OF, COMMUNES, Plot, write_judged
from validators.brakes import BrakeRules, Limit
from validators.findings import FINDINGS_SCHEMA
from validators.policy import policy_at
from validators.repairs import REPAIRS_SCHEMA
from validators.stored import without_rows

PLACES = COMMUNES[:2]
# The limits of a policy under which no delivery is too much: these histories are about time, and change whole villages.
NO_BRAKES = BrakeRules(
    days=1,
    province_parcels=1,
    limits={measure.lower(): Limit(share=Decimal(1), parcels=10**9) for measure in get_args(Measure)},
)


@dataclass(frozen=True)
class Delivery:
    """What an office hands over. `said_at`: the lines of its delivery.toml about time; none: it has no times.

    doubted  the communes of which conform would ask a person
    """

    plots: tuple[Plot, ...]
    said: dict[str, str] = field(default_factory=dict)
    complete: tuple[str, ...] = ()
    kind: str = "full"
    doubted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a run came to: its state, the code of what refused it, and what the load told."""

    run_id: str
    state: str
    refused: str | None = None
    loaded: Loaded | None = None

    @property
    def held(self) -> dict[str, str]:
        """Commune → the code of the reason that holds it."""
        return {code: codes[0] for code, codes in self.reasons.items()}

    @property
    def reasons(self) -> dict[str, tuple[str, ...]]:
        """Commune → the codes of all reasons that hold it."""
        communes = self.loaded.communes if self.loaded else ()
        return {
            each.code: tuple(reason.code for reason in each.hold_reasons)
            for each in communes
            if each.decision == "hold"
        }


class Province:
    """Province 01 of a database; its office delivers, `actor` does the work."""

    actor = "test"

    def __init__(self, database: Database, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.database, self.folder, self.count = database, folder, 0
        patch.setenv("LANDSYNC_DSN", database.dsn)
        patch.setenv("LANDSYNC_HOME", str(folder / "home"))
        patch.setitem(stages.STAGES, "report", lambda _run: {})
        without = policy_at(AS_OF).model_copy(update={"brake": NO_BRAKES})
        patch.setattr(inputs, "policy_at", lambda _day: without)

    def deliver(self, delivery: Delivery) -> Outcome:
        """Hand a delivery in and synchronise it."""
        self.count += 1
        place = self.folder / f"delivery{self.count}"
        place.mkdir(parents=True)
        (place / "thua.csv").write_text(f"{self.count}\n{delivery.plots}", "utf-8")
        lines = [
            'province = "01"',
            f'kind = "{delivery.kind}"',
            *(f"{k} = {v}" for k, v in delivery.said.items()),
        ]
        lines += [f"complete_for = {list(delivery.complete)}", '[[parts]]\nfile = "thua.csv"']
        (place / "delivery.toml").write_text("\n".join(lines), "utf-8")
        run = start_run("01", self.actor, path=place, dsn=self.database.dsn)
        try:
            run_stage("fetch", run)
            self._judged(run.folder, delivery)
            for name in ("gate", "load", "report"):
                run_stage(name, run)
        except LandsyncError as error:
            return Outcome(run.run_id, finish_run(run.run_id, dsn=self.database.dsn), error.code)
        return Outcome(
            run.run_id, finish_run(run.run_id, dsn=self.database.dsn), None, Loaded.load(run.folder)
        )

    def approve(self, run_id: str, commune: str, stated_at: datetime | None = None) -> Outcome:
        """A person lets a held commune pass, and states when it was extracted where the delivery does not."""
        try:
            done = review.approve(self.database.dsn, run_id, (commune,), "test", "looked at", stated_at)
        except LandsyncError as error:
            return Outcome(run_id, "refused", error.code)
        run = open_run(done["run"], dsn=self.database.dsn)
        return Outcome(run.run_id, done["state"], None, Loaded.load(run.folder))

    def refuse(self, run_id: str, commune: str) -> None:
        review.refuse(self.database.dsn, run_id, (commune,), "test", "looked at")

    def open_holds(self) -> list[tuple[str, str]]:
        return self.database.query(
            "SELECT run_id, commune_code FROM ledger.hold_state WHERE state = 'open' ORDER BY 1, 2"
        )

    def live(self) -> dict[str, tuple[str, str]]:
        """Key → commune and land use of what is live."""
        rows = self.database.query("SELECT source_key, commune_code, land_use FROM land.parcel")
        return {key: (commune, use) for key, commune, use in rows}

    def _judged(self, folder: Path, delivery: Delivery) -> None:
        staged = write_judged(folder, delivery.plots, changes=delivery.kind == "changes")
        (folder / JUDGEMENT).mkdir(exist_ok=True)
        pq.write_table(staged.rows, folder / ROWS)
        pq.write_table(FINDINGS_SCHEMA.empty_table(), folder / FINDINGS)
        pq.write_table(REPAIRS_SCHEMA.empty_table(), folder / REPAIRS)
        rows = _count(plot.commune for plot in delivery.plots)
        verdicts = tuple(
            without_rows(code, "test").model_copy(
                update={
                    "read": count,
                    "accepted": count,
                    "group": 1,
                    "assured_group": 1,
                    "provisional": False,
                }
            )
            for code, count in sorted(rows.items())
        )
        Judged(as_of=AS_OF, policy="test", province="01", communes=verdicts).save(folder)
        orders = any(plot.order is not None for plot in delivery.plots)
        Conformed(
            snapshot_sha256="0",
            read=len(delivery.plots),
            communes=rows,
            parts=(),
            lists=(),
            files_not_read=(),
            old_codes={},
            version_kind="time" if orders else None,
            conversion=CodesConverted(
                boundaries=(), sheet_table=None, sheet_table_against_the_official_table=0
            ),
            crs={},
            holds={
                code: (Reason(code="CRS-MISMATCH", vi="Xem lại.", en="Look again."),)
                for code in delivery.doubted
                if code in rows
            },
        ).save(folder)


def _count(codes: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for code in codes:
        counted[code] = counted.get(code, 0) + 1
    return counted


def moment(day: float) -> datetime:
    """So many days into the year."""
    return datetime.fromtimestamp(datetime(2026, 1, 1, tzinfo=UTC).timestamp() + day * 86_400, UTC)
