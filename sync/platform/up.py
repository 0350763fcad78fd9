"""`landsync up` and `landsync down`: what must run runs, what runs already is left as it is, and nothing else ends."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, UsageError
from sync import keys
from sync.platform import land, state
from sync.platform.airflow import Airflow
from sync.platform.cluster import Cluster
from sync.platform.land import Say
from sync.platform.server_user import server_user
from sync.platform.state import PlatformState
from sync.settings import Settings

Outcome = Literal["started", "running", "own", "not started"]


@dataclass
class Upped:
    """What `up` found and did."""

    state: PlatformState
    postgresql: Outcome
    airflow: Outcome
    migrated: bool
    started: list[str] = field(default_factory=list)


def up(settings: Settings, *, say: Say, with_airflow: bool = True) -> Upped:
    """Start PostGIS and Airflow where no servers of one's own are named, and migrate. Idempotent.

    `say` is told each step that takes time. Raises ComponentMissing and TransientError with what to do.
    """
    _require_url("LANDSYNC_DSN", settings.dsn)
    _require_url("LANDSYNC_AIRFLOW_DSN", settings.airflow_dsn)
    with _own_home(settings), state.alone(settings, lambda: say(WAITING)):
        state.make_home(settings, passable=not _is_mine())
        if keys.create_once(settings):
            say(_new_key(settings))
        now = state.load(settings)
        postgresql: Outcome = "own"
        cluster: Cluster | None = None
        if settings.dsn is None or (settings.airflow_dsn is None and with_airflow):
            cluster = land.cluster_of(settings, now, say=say)
            postgresql = _start_cluster(cluster, say)
            state.save(settings, now)
        if settings.dsn is None and cluster is not None:
            land.open_private_land(settings, now, cluster)
        else:
            now.dsn = now.owner_dsn = now.analyst_dsn = ""
        if not with_airflow:
            migrated = _migrate(settings, now, cluster, say)
            state.save(settings, now)
            return Upped(now, postgresql, "not started", migrated)

        now.airflow.password = now.airflow.password or now.password("airflow-admin")
        airflow = Airflow(settings, now.airflow, remember=lambda: state.save(settings, now))
        now.airflow_dsn = settings.airflow_dsn or ""
        if settings.airflow_dsn is None and cluster is not None:
            land.open_private_metadata(now, cluster)
        variables = airflow.variables(now.airflow_dsn, settings.dsn or now.dsn)
        state.save(settings, now)
        with ThreadPoolExecutor(1) as pool:  # two databases, two cores
            if not airflow.running:
                say(Bilingual("Đang chuẩn bị Airflow …", "Preparing Airflow …"))
            preparing = pool.submit(airflow.prepare, variables)
            migrated = _migrate(settings, now, cluster, say)
            preparing.result()
        state.save(settings, now)
        started = airflow.start(variables, watch=lambda waiting: say(_waiting_for(waiting)))
        state.save(settings, now)
        return Upped(now, postgresql, "started" if started else "running", migrated, started)


@dataclass
class Downed:
    """What `down` ended."""

    postgresql: bool
    airflow: int


def down(settings: Settings, *, say: Say) -> Downed:
    """End the Airflow and the PostgreSQL that `up` started for this home, and nothing else. Data stay."""
    if not (settings.home / state.FILE).exists():
        return Downed(postgresql=False, airflow=0)
    with _own_home(settings), state.alone(settings, lambda: say(WAITING)):
        now = state.load(settings)
        airflow = Airflow(settings, now.airflow, remember=lambda: state.save(settings, now))
        if airflow.anything_running:
            say(Bilingual("Đang dừng Airflow …", "Stopping Airflow …"))
        ended = airflow.stop()
        cluster = land.known_cluster(settings, now)
        if cluster is not None and cluster.running:
            say(Bilingual("Đang dừng PostgreSQL …", "Stopping PostgreSQL …"))
        return Downed(postgresql=cluster.stop() if cluster else False, airflow=ended)


def _start_cluster(cluster: Cluster, say: Say) -> Outcome:
    if not cluster.exists:
        say(Bilingual("Đang tạo cụm PostgreSQL riêng …", "Making a private PostgreSQL cluster …"))
        cluster.create()
    if not cluster.running:
        say(Bilingual("Đang khởi động PostgreSQL …", "Starting PostgreSQL …"))
    return "started" if cluster.start() else "running"


def _migrate(settings: Settings, now: PlatformState, cluster: Cluster | None, say: Say) -> bool:
    if settings.dsn is not None:
        say(Bilingual("Đang cập nhật cơ sở dữ liệu của bạn …", "Migrating your own database …"))
        land.migrate_own_land(settings.dsn)
        return True
    if cluster is None:  # `up` makes one whenever no server is named
        raise AssertionError("no server to migrate")
    if now.shape != land.shape_of_the_database():
        say(Bilingual("Đang dựng cơ sở dữ liệu đất đai …", "Building the land database …"))
    return land.migrate_private_land(now, cluster)


def _require_url(variable: str, dsn: str | None) -> None:
    if dsn is not None and not dsn.startswith(("postgresql://", "postgres://")):
        raise UsageError(
            "PLATFORM-DSN",
            Bilingual(
                f"{variable} phải có dạng postgresql://người_dùng:mật_khẩu@máy:cổng/cơ_sở_dữ_liệu.",
                f"{variable} must look like postgresql://user:password@host:port/database.",
            ),
            Bilingual(
                "Ký tự đặc biệt trong mật khẩu viết theo kiểu URL (ví dụ %40 thay cho @).",
                "Special characters of the password are written as in a URL (%40 for @).",
            ),
        )


def _waiting_for(names: list[str]) -> Bilingual:
    listed = ", ".join(names)
    return Bilingual(f"Đang khởi động Airflow, đợi: {listed} …", f"Starting Airflow, waiting for: {listed} …")


def _new_key(settings: Settings) -> Bilingual:
    return Bilingual(
        f"Đã tạo khóa của bản cài: {settings.private_key}. Hãy cất một bản sao ở nơi an toàn, tách khỏi bản sao lưu.",
        f"The installation's key was made: {settings.private_key}. Keep a copy in a safe, apart from the backups.",
    )


def _is_mine() -> bool:
    """Whether the server will run as the present user; root's server user may not exist before the installation."""
    try:
        return server_user().is_me
    except ComponentMissing:
        return False


class _own_home:  # noqa: N801 - reads as a statement
    """Turns a home that belongs to somebody else into a sentence."""

    def __init__(self, settings: Settings) -> None:
        self.home = settings.home

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionError):
            place = error.filename or self.home
            raise ComponentMissing(
                "PLATFORM-NOT-MINE",
                Bilingual(f"Không có quyền ghi vào {place}.", f"No permission to write to {place}."),
                Bilingual(
                    f"{self.home} có thể do người dùng khác (root?) tạo ra: chạy lại bằng người dùng đó, "
                    "hoặc đặt LANDSYNC_HOME là một thư mục khác.",
                    f"{self.home} may have been made by another user (root?): run it as that user, "
                    "or set LANDSYNC_HOME to another folder.",
                ),
            ) from None


WAITING = Bilingual(
    "Một lệnh `up` hoặc `down` khác đang chạy; đang đợi …", "Another `up` or `down` is at work; waiting …"
)
