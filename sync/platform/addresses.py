"""Which database to speak to: the server named in the environment, else this checkout's private one."""

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.platform import state
from sync.settings import Settings


def resolve_dsn(settings: Settings) -> str:
    """The pipeline's DSN: LANDSYNC_DSN, else the private platform's. ComponentMissing when there is neither."""
    return settings.dsn or state.load(settings).dsn or _none()


def resolve_owner_dsn(settings: Settings) -> str:
    """The DSN for migrations: LANDSYNC_DSN, else the private platform's owner. ComponentMissing: neither."""
    return settings.dsn or state.load(settings).owner_dsn or _none()


def _none() -> str:
    raise ComponentMissing(
        "PLATFORM-NOT-STARTED",
        Bilingual("Chưa có cơ sở dữ liệu nào.", "There is no database yet."),
        Bilingual(
            "Hãy chạy `landsync up`, hoặc đặt LANDSYNC_DSN nếu đã có máy chủ riêng.",
            "Run `landsync up`, or set LANDSYNC_DSN if you have a server of your own.",
        ),
    )
