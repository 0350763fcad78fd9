"""Deliveries of a made-up province through staging and merge, as the load stage brings them, and what was held."""

import tempfile
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sync import db
from sync.folder.reasons import ABSENT, MOVED_COMMUNE, Measured
from sync.lab.disasters.cadastre import Cadastre, judged
from sync.load import receipt
from sync.load.brakes import Passed
from sync.load.cases import PassedMoves
from sync.load.merge import Merged, MergeRequest, merge
from sync.load.staging import create_staging, fill_staging
from sync.run import ledger
from sync.run.staging import drop_staging
from validators.policy import Policy

_KEY = bytes(32)  # of a database that is thrown away, about people who do not exist


@dataclass(frozen=True, slots=True)
class Office:
    """A province whose deliveries come to a database; nothing else of it may be there."""

    dsn: str
    province: str
    policy: Policy
    day: date

    def delivers(
        self,
        land: Cadastre,
        at: datetime,
        *,
        complete: list[str] | None = None,
        passed: Passed | None = None,
        absent_passed: tuple[str, ...] = (),
        moves_passed: PassedMoves | None = None,
        approved: tuple[str, ...] = (),
        keep: bool = True,
    ) -> Merged:
        """Bring a full delivery; what the merge did.

        approved  the communes of it that a person lets pass after it was held: only these are applied
        keep      whether it is committed
        """
        kind: ledger.Kind = "apply" if approved else "sync"
        run_id, _ = ledger.begin(self.dsn, ledger.RunRequest(self.province, "lab", kind, communes=approved))
        with tempfile.TemporaryDirectory() as folder, db.connect(self.dsn) as connection:
            create_staging(connection, run_id)
            staged = judged(land, Path(folder), self.day)
            only = frozenset(approved) if approved else None
            fill_staging(connection, run_id, replace(staged, only=only), _KEY)
        with db.connect(self.dsn) as connection:
            chain = db.fetch_one(connection, "ledger/own_lock", {"province": self.province, "run_id": run_id})
            assert chain is not None  # noqa: S101 - the lock was taken a moment ago
            request = MergeRequest(
                run_id=run_id,
                province=self.province,
                as_of=self.day,
                now=at,
                complete_for=approved or tuple(land.communes if complete is None else complete),
                released=approved,
                gate_held=(),
                brake=self.policy.brake,
                identity=self.policy.identity,
                policy=self.policy.name,
                passed=passed or {},
                absent_passed=absent_passed,
                moves_passed=moves_passed or {},
                observed_at=at,
            )
            merged = merge(connection, request)
            self._receipt(connection, chain, at, run_id, merged)
            if not keep:
                connection.rollback()
        drop_staging(self.dsn, run_id)
        ledger.finish(self.dsn, run_id)
        return merged

    def _receipt(
        self, connection: db.Connection, chain: db.Row, at: datetime, run_id: str, merged: Merged
    ) -> None:
        receipt.check_balances(merged.lines)
        facts = {
            "run_id": run_id,
            "province_code": self.province,
            "delivery_sha256": "0",
            "snapshot_sha256": "0",
        }
        receipt.write(connection, chain, at, facts, merged.lines, merged.columns)
        db.execute(connection, "lab/accepted", {"run_id": run_id, "province": self.province, "now": at})


def holds(merged: Merged) -> dict[str, tuple[str, ...]]:
    """The communes that are held, and the names of what holds each."""
    held = {code: tuple(map(named, found)) for code, found in merged.braked.items()}
    held |= {code: (ABSENT, *held.get(code, ())) for code, parcels in merged.absent.items() if parcels}
    held |= {code: (MOVED_COMMUNE, *held.get(code, ())) for code in merged.moves}
    return held | {code: ("land against handles", *held.get(code, ())) for code in merged.contradicted}


def named(found: Measured) -> str:
    """A measure by name, such as `CHANGED land_user`."""
    scope = "" if found.scope == "delivery" else f" ({found.scope})"
    return f"{found.code} {found.column_group}{scope}" if found.column_group else f"{found.code}{scope}"
