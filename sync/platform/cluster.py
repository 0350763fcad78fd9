"""A private PostgreSQL cluster: made, started and stopped without touching any other server of the machine.

Layout of its folder: `data/` and `log/` belong to the server's OS user; `password` (of the superuser `landsync`,
mode 0600) belongs to whoever made the cluster.
"""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TransientError
from sync.platform import cluster_conf
from sync.platform.packages import Programs
from sync.platform.ports import LOOPBACK, free_port
from sync.platform.processes import command_line, works_in
from sync.platform.server_user import ServerUser, server_user

SUPERUSER = "landsync"
CONF = "landsync.conf"  # in the data folder from the first start on
START_TIMEOUT = 120  # recovery after a crash in the middle of a load takes its time


class Cluster:
    """One cluster in one folder. `start` and `stop` may be called at any time, any number of times."""

    def __init__(
        self,
        folder: Path,
        programs: Programs,
        *,
        user: ServerUser | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.programs = programs
        self.user = user or server_user()
        self.settings = dict(settings or {})
        self.id = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:10]
        self.name = f"landsync-{self.id}"  # shown in the title of each of the server's processes

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        """The superuser's password, readable by its maker alone."""
        return self.folder / "password"

    @property
    def password(self) -> str:
        """The superuser's password."""
        return self.password_file.read_text(encoding="ascii").strip()

    @property
    def exists(self) -> bool:
        """Whether `create` once finished here."""
        return self.password_file.exists()

    def create(self) -> None:
        """Make the cluster if there is none. An attempt that never came to its first start is thrown away."""
        if self.exists:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711 if not self.user.is_me else 0o700)
        if (self.data / CONF).exists():
            raise self._password_lost()
        if self.data.exists():
            shutil.rmtree(self.data)
        for name in ("data", "log"):
            path = self.folder / name
            path.mkdir(exist_ok=True)
            path.chmod(0o700)
            self.user.own(path)
        password = secrets.token_urlsafe(24)
        handed = self.folder / "log" / ".initial-password"
        handed.write_text(password, encoding="ascii")
        handed.chmod(0o600)
        self.user.own(handed)
        try:
            result = self.user.run(
                [self.programs["initdb"], "-D", self.data, f"--pwfile={handed}", *self._initdb_options]
            )
        finally:
            handed.unlink()
        if result.returncode != 0:
            raise self._failed("create", result.stdout)
        main = self.data / "postgresql.conf"
        with main.open("a", encoding="utf-8") as file:
            file.write(f"\ninclude '{CONF}'\n")
        (self.data / "pg_hba.conf").write_text(cluster_conf.HBA, encoding="ascii")
        # Last, and in one step: from here on the cluster exists.
        fresh = self.folder / ".password.new"
        fresh.touch(mode=0o600)
        fresh.write_text(password, encoding="ascii")
        fresh.rename(self.password_file)

    @property
    def _initdb_options(self) -> list[str]:
        options = [
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
        ]
        return [*options, "--no-sync"] if self.settings.get("fsync") == "off" else options

    def server_pid(self) -> int | None:
        """The running server's process, or None. A pid file whose number is not (or no longer) ours counts for nothing."""
        pid = self._pid_line(1)
        return pid if pid is not None and self._is_server(pid) else None

    @property
    def running(self) -> bool:
        """Whether this cluster's own server runs."""
        return self.server_pid() is not None

    @property
    def port(self) -> int | None:
        """The port of the running server, else the one it last had."""
        running = self._pid_line(4)
        if running:
            return running
        try:
            lines = (self.data / CONF).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        return next((int(line.split("'")[1]) for line in lines if line.startswith("port = ")), None)

    def start(self) -> bool:
        """Start the server; False when it already runs. The last port is kept unless somebody else took it."""
        if self.running:
            return False
        self._clear_stale_pid_file()
        last, output = self.port, ""
        for attempt in range(3):  # a port can be taken between the look and the start
            self._write_conf(free_port(last if attempt == 0 else None))
            started_at = time.time()
            (self.folder / "log" / "start.log").unlink(missing_ok=True)
            result = self.user.run(
                [self.programs["pg_ctl"], "start", "-w", "-s", "-t", str(START_TIMEOUT), "-D", self.data,
                 "-l", self.folder / "log" / "start.log"],
                timeout=START_TIMEOUT + 30,
            )  # fmt: skip
            if result.returncode == 0:
                return True
            output = result.stdout + self._log_since(started_at)
            if "could not bind" not in output and "Address already in use" not in output:
                break
        raise self._failed("start", output)

    def stop(self) -> bool:
        """Stop this cluster's server and no other; False when it does not run. Data stay."""
        if not self.running:
            return False
        result = self.user.run(
            [self.programs["pg_ctl"], "stop", "-w", "-s", "-m", "fast", "-t", "120", "-D", self.data],
            timeout=150,
        )
        if result.returncode != 0 and self.running:
            raise self._failed("stop", result.stdout)
        shutil.rmtree(self._socket_dir, ignore_errors=True)
        return True

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data."""
        self.stop()
        shutil.rmtree(self._socket_dir, ignore_errors=True)  # of a server that was killed
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, database: str = "postgres", role: str = SUPERUSER, password: str | None = None) -> str:
        """A URL for libpq and SQLAlchemy. Passwords are made of URL-safe characters."""
        secret = self.password if password is None else password
        return f"postgresql://{role}:{secret}@{LOOPBACK}:{self.port}/{database}"

    def _pid_line(self, number: int) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[number - 1])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _is_server(self, pid: int) -> bool:
        """By what it was started with, which can be read of every process; else, for a checkout that was moved while
        its server ran, by the folder it works in, which cannot."""
        arguments = command_line(pid)
        if not arguments or Path(arguments[0]).name != "postgres":
            return False
        return str(self.data) in arguments or works_in(pid, self.data)

    def _clear_stale_pid_file(self) -> None:
        """After kill -9 the children need a moment to go; after a reboot the number may be another process's.

        PostgreSQL believes any living process of its own user with that number and refuses to start. The file is
        removed only when neither a server nor a child of this cluster is left, or two could share the data.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        deadline = time.monotonic() + 20
        while self._children():
            if time.monotonic() > deadline:
                raise self._failed("start", f"processes of an earlier server are left: {self._children()}")
            time.sleep(0.2)
        pid_file.unlink(missing_ok=True)

    def _children(self) -> list[int]:
        title = f"postgres: {self.name}: "
        return [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if (arguments := " ".join(process.info["cmdline"] or [])).startswith("postgres")
            and (arguments.startswith(title) or works_in(process.pid, self.data))
        ]

    @property
    def _socket_dir(self) -> Path:
        # /run belongs to root alone; an ordinary user's run folder vanishes when they log out, so theirs is in /tmp.
        return Path("/run" if os.geteuid() == 0 else "/tmp") / self.name  # noqa: S108 - ownership is checked

    def _make_socket_dir(self) -> Path:
        """A new folder of 0700 that belongs to the server's user; called while no server of ours runs.

        What is left of an earlier server goes: its lock file may name a process number that lives again.
        """
        path = self._socket_dir
        shutil.rmtree(path, ignore_errors=True)
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:  # a stranger's, in /tmp
            path = Path(tempfile.mkdtemp(prefix="landsync-", dir="/tmp"))
        self.user.own(path)
        return path

    def _write_conf(self, port: int) -> None:
        conf = cluster_conf.text(
            name=self.name, port=port, socket_dir=self._make_socket_dir(), log_dir=self.folder / "log",
            extra={"wal_compression": "lz4" if self.programs.lz4 else "on", **self.settings},
        )  # fmt: skip
        path = self.data / CONF
        path.write_text(conf, encoding="utf-8")
        path.chmod(0o600)
        self.user.own(path)

    def _log_since(self, moment: float) -> str:
        logs = [path for path in (self.folder / "log").glob("*.log") if path.stat().st_mtime >= moment - 1]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace")[-4000:] for path in sorted(logs))

    def _password_lost(self) -> ComponentMissing:
        return ComponentMissing(
            "PLATFORM-PASSWORD-LOST",
            Bilingual(
                f"{self.data} có dữ liệu nhưng thiếu tệp mật khẩu {self.password_file}.",
                f"{self.data} holds data, but the password file {self.password_file} is missing.",
            ),
            Bilingual(
                "Hãy khôi phục tệp đó; nếu không cần dữ liệu này nữa thì tự xóa thư mục rồi chạy lại `landsync up`.",
                "Restore that file; or, if the data are not needed, delete the folder yourself and run `landsync up`.",
            ),
        )

    def _failed(self, step: str, output: str) -> ComponentMissing | TransientError:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        telling = [line for line in lines if TELLING.search(line)] or lines or ["?"]
        reason = " · ".join(telling[:2])
        kind = ComponentMissing if step == "create" else TransientError
        return kind(
            f"PLATFORM-POSTGRES-{step.upper()}",
            Bilingual(
                f"PostgreSQL riêng trong {self.folder} không {STEPS_VI[step]} được: {reason}",
                f"The private PostgreSQL in {self.folder} did not {step}: {reason}",
            ),
            Bilingual(f"Xem nhật ký trong {self.folder / 'log'}.", f"See the log in {self.folder / 'log'}."),
        )


TELLING = re.compile(r"FATAL|PANIC|ERROR|error|invalid|could not|denied|No space")
STEPS_VI = {"create": "tạo", "start": "khởi động", "stop": "dừng"}
