"""What `make clean` does with the platform: end it and delete its data. Only what landsync made is named here."""

import shutil

from parcels.bilingual import Bilingual
from sync.console import say
from sync.platform import land, state
from sync.platform.land import Say
from sync.platform.program import run
from sync.platform.up import down
from sync.settings import Settings, settings

MADE = ("airflow", "landing", "runs", "tools", "demo")
FILES = ("pgpass", state.FILE, "platform.lock")


def clean(where: Settings, tell: Say = say) -> None:
    """Stop everything of this home and delete it, inbox excepted: deliveries were put there by people."""
    down(where, say=tell)
    cluster = land.known_cluster(where, state.load(where))
    if cluster is not None:
        cluster.remove()
        if where.dsn is None:  # its data are gone; those on a server of one's own still agree with it alone
            shutil.rmtree(where.home / "keys", ignore_errors=True)
    if (where.home / "demo").is_dir():
        for nation in (
            where.home / "demo"
        ).iterdir():  # what the demo handed over is named as what it generated
            for copy in where.inbox.glob(f"*/{nation.name}"):
                shutil.rmtree(copy, ignore_errors=True)
    for name in MADE:
        shutil.rmtree(where.home / name, ignore_errors=True)
    for name in FILES:
        (where.home / name).unlink(missing_ok=True)
    left = [path for path in where.inbox.rglob("*") if path.is_file()] if where.inbox.exists() else []
    if left:
        tell(
            Bilingual(
                f"Giữ lại {len(left)} tệp đã nộp trong {where.inbox}.",
                f"{len(left)} delivered files in {where.inbox} are kept.",
            )
        )
    elif where.inbox_root is None:
        shutil.rmtree(where.inbox, ignore_errors=True)
    if where.home.is_dir() and not any(where.home.iterdir()):
        where.home.rmdir()


if __name__ == "__main__":
    run(lambda: clean(settings()))
