"""As whom PostgreSQL runs: it refuses root, so root lends it the system user that its package made."""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing


@dataclass(frozen=True)
class ServerUser:
    """The operating system's user that owns the server's files and processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """True when no change of user is needed."""
        return self.uid == os.geteuid()

    def run(
        self, arguments: Sequence[str | Path], *, timeout: float = 120, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this user, from `/`, without a terminal and in the C locale."""
        change: dict[str, Any] = {}
        if not self.is_me:
            groups = os.getgrouplist(self.name, self.gid)
            change = {"user": self.uid, "group": self.gid, "extra_groups": groups}
        clean = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **(env or {}),
        }
        return subprocess.run(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=timeout, check=False, cwd="/", env=clean, umask=0o077,
            **change,
        )  # fmt: skip

    def reaches(self, folder: Path) -> bool:
        """Whether this user may pass through `folder` (tried, so that access lists count too)."""
        return self.is_me or self.run(["test", "-x", folder]).returncode == 0

    def own(self, path: Path) -> None:
        """Hand `path` over to this user."""
        if not self.is_me:
            os.chown(path, self.uid, self.gid)


def server_user() -> ServerUser:
    """Whoever calls; for root, `postgres`. ComponentMissing: root without that user (no package installed)."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise ComponentMissing(
            "PLATFORM-NO-SERVER-USER",
            Bilingual(
                "PostgreSQL không chạy dưới quyền root, mà máy này chưa có người dùng «postgres».",
                "PostgreSQL refuses to run as root, and this machine has no user 'postgres'.",
            ),
            Bilingual(
                "Hãy tạo người dùng đó: adduser --system --group postgres",
                "Create it: adduser --system --group postgres",
            ),
        ) from None
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
