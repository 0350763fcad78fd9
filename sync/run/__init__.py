"""A run: one delivery of one province on its way through the stages, with its folder and its line in the ledger."""

import os
import pwd
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.connection import no_connection
from sync.declared.profile import Profile, load_profile
from sync.folder.profile import KeptProfile
from sync.folder.reasons import Reading
from sync.folder.unchanged import Unchanged
from sync.platform.addresses import resolve_dsn
from sync.run import ledger
from sync.run.staging import drop_staging
from sync.settings import settings

FROM_SOURCE = "[connection]"  # what a run that pulls has in the place of a path
EVERYTHING = f"{FROM_SOURCE} full"  # whatever the watermark is


@dataclass(frozen=True, slots=True)
class Run:
    """What a stage needs to know.

    requested  where the delivery lies, or FROM_SOURCE; None when applying what was held
    stated_at  when a person said that a delivery was extracted which does not say it itself
    """

    run_id: str
    province: str
    kind: ledger.Kind
    actor: str
    dry_run: bool
    requested: str | None
    parent_run_id: str | None
    judged_by: str
    communes: tuple[str, ...]
    dsn: str
    stated_at: datetime | None = None

    @property
    def folder(self) -> Path:
        """The working folder, which carries everything from stage to stage."""
        return settings().runs / self.run_id

    @property
    def judged_folder(self) -> Path:
        """The folder with the snapshot and its judgement: of an earlier run, when applying what was held."""
        return settings().runs / self.judged_by

    def profile(self) -> Profile:
        """How this province delivered: the profile as it was when the run began, kept in its folder."""
        return KeptProfile.load(self.judged_folder).profile


def start_run(
    province: str,
    actor: str,
    delivery: str | None = None,
    *,
    path: Path | None = None,
    profile: Path | None = None,
    from_source: bool = False,
    full: bool = False,
    dry_run: bool = False,
    airflow_run_id: str | None = None,
    parent_run_id: str | None = None,
    communes: tuple[str, ...] = (),
    stated_at: datetime | None = None,
    reading: Reading | None = None,
    by_hand: bool = False,
    dsn: str | None = None,
) -> Run:
    """Begin a run: its row in the ledger, its folder, the lock on its province.

    delivery  a name in that province's inbox; None or blank: what its [connection] offers, or, without one, the
              newest in the inbox
    path      where the delivery lies instead, for callers who may read any file (the command line)
    profile   the province's profile, when not the installation's own
    stated_at  when a person says that the delivery was extracted, which does not say it itself
    reading   the reading of the held communes that a person chose, where it is not the holds' own
    from_source, full  pull from the [connection], which then must be there; everything, not only what changed
    by_hand   a person runs the stages one by one: the lock outlives this process

    What is synchronised is decided here, once, so that a retry takes the same delivery. Raises TerminalError
    INBOX-EMPTY when there is nothing to do, TransientError LOCKED while another run holds the province.
    """
    address = dsn or resolve_dsn(settings())
    used: Profile | None = None
    requested: str | None = None
    if parent_run_id is None:
        used = load_profile(province, profile)  # a profile that cannot be right begins no run
        requested = _requested(used, delivery, path, from_source=from_source, full=full)
    request = ledger.RunRequest(
        province=province,
        actor=actor,
        kind="apply" if parent_run_id else "sync",
        dry_run=dry_run,
        requested=requested,
        parent_run_id=parent_run_id,
        communes=communes,
        stated_at=stated_at,
        reading=reading,
        airflow_run_id=airflow_run_id,
        by_hand=by_hand,
    )
    run_id, abandoned = ledger.begin(address, request)
    if abandoned is not None:
        finish_run(abandoned, dsn=address)
    run = open_run(run_id, dsn=address)
    run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if used is not None and not KeptProfile.is_in(run.folder):  # a retry goes on with what it began with
        KeptProfile(profile=used).save(run.folder)
    return run


def _requested(
    profile: Profile, delivery: str | None, path: Path | None, *, from_source: bool, full: bool
) -> str:
    """What the run is to take, as the ledger keeps it."""
    if path is not None and not (from_source or full):
        return str(path.absolute())
    if not delivery and (profile.connection or from_source or full):
        if path is not None:
            raise _both()
        if not profile.connection:
            raise no_connection(profile.province)
        return EVERYTHING if full else FROM_SOURCE
    from sync.intake.inbox import resolve_in_inbox  # closing a run should not wait for GDAL to be imported

    return str(resolve_in_inbox(settings().inbox, profile.province, delivery or None).absolute())


def _both() -> UsageError:
    return UsageError(
        "SYNC-USAGE",
        Bilingual(
            "Chỉ chọn một: một tệp hoặc thư mục, hay --from-source (--full).",
            "Choose one: a file or a folder, or --from-source (--full).",
        ),
        Bilingual("Hãy bỏ đường dẫn hoặc bỏ tùy chọn đó.", "Leave out the path, or that option."),
    )


def open_run(run_id: str, *, dsn: str | None = None) -> Run:
    """A run that was started before. Raises UsageError RUN-UNKNOWN."""
    address = dsn or resolve_dsn(settings())
    row = ledger.get(address, run_id)
    line = _line_of(address, row)
    return Run(
        run_id=run_id,
        province=row["province_code"],
        kind=row["kind"],
        actor=row["actor"],
        dry_run=row["dry_run"],
        requested=row["requested"],
        parent_run_id=row["parent_run_id"],
        judged_by=_judged_by(str(line[-1]["run_id"])),
        communes=tuple(row["communes"] or ()),
        dsn=address,
        stated_at=next((each["stated_at"] for each in line if each["stated_at"]), None),
    )


def _line_of(dsn: str, row: ledger.Row) -> list[ledger.Row]:
    """The run, those that held what it applies, and last the one that fetched and judged."""
    line = [row]
    while row["parent_run_id"]:
        line.append(row := ledger.get(dsn, row["parent_run_id"]))
    return line


def _judged_by(run_id: str) -> str:
    """The run itself, or the one of which its delivery is the same again."""
    same = Unchanged.find(settings().runs / run_id)
    return run_id if same is None else same.of_run


def finish_run(run_id: str, *, dsn: str | None = None) -> str:
    """Close the run, drop its staging, release its province; the state it ended in. Idempotent."""
    address = dsn or resolve_dsn(settings())
    drop_staging(address, run_id)
    return ledger.finish(address, run_id)


def actor_of_terminal() -> str:
    """Who types: the login name by the system's own account, which no variable of the environment changes.

    Behind sudo it is who called it: only root can say that otherwise, and root can be anybody.
    """
    if os.getuid() == 0 and (caller := os.environ.get("SUDO_USER")):
        return f"cli:{caller}"
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"
