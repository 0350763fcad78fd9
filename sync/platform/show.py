"""How to open what runs: for a person on the terminal, for a machine as JSON."""

import shlex
from typing import Any
from urllib.parse import urlsplit

from parcels.bilingual import Lang
from sync.platform import airflow_env
from sync.platform.databases import ANALYST, OWNER
from sync.platform.land import LAND, pass_file
from sync.platform.up import Upped
from sync.settings import Settings

WORDS: dict[str, dict[Lang, str]] = {
    "started": {"vi": "đã khởi động", "en": "started"},
    "running": {"vi": "đang chạy sẵn", "en": "already running"},
    "own": {"vi": "máy chủ riêng của bạn", "en": "your own server"},
    "not started": {"vi": "không khởi động", "en": "not started"},
    "password": {"vi": "mật khẩu", "en": "password"},
    "user": {"vi": "người dùng", "en": "user"},
    "analyst": {"vi": "phân tích (chỉ đọc)", "en": "analyst (reads)"},
    "owner": {"vi": "chủ sở hữu", "en": "owner"},
    "no login": {
        "vi": "Nếu vai trò analyst chưa đăng nhập được, quản trị viên chạy: ALTER ROLE analyst LOGIN PASSWORD '…'",
        "en": "If the role analyst cannot log in yet, its administrator runs: ALTER ROLE analyst LOGIN PASSWORD '…'",
    },
    "stop": {"vi": "Dừng lại: make down, hoặc landsync down (dữ liệu được giữ nguyên).", "en": "To stop: make down, or landsync down (data stay)."},
}  # fmt: skip


def document(settings: Settings, done: Upped) -> dict[str, Any]:
    """The JSON of `up --json`. Passwords are named by the file that holds them."""
    now, found = done.state, urlsplit(settings.dsn or done.state.analyst_dsn)
    private = settings.dsn is None
    place = {"host": found.hostname, "port": found.port or 5432, "database": found.path[1:] or LAND}
    return {
        "postgresql": {"state": done.postgresql, "migrated": done.migrated, **place},
        "airflow": {
            "state": done.airflow,
            "started": done.started,
            "url": now.airflow.url or None,
            "user": now.airflow.user,
            "password_file": str(airflow_env.passwords_file(settings)),
        },
        "psql": {
            "analyst": _psql(settings, place, ANALYST),
            "owner": _psql(settings, place, OWNER if private else found.username),
        },
        "qgis": {
            **place,
            "user": ANALYST,
            "sslmode": "disable" if private else "prefer",
            "password_file": str(pass_file(settings)) if private else None,
        },
        "home": str(settings.home.absolute()),
    }


def lines(settings: Settings, done: Upped, lang: Lang, *, for_a_person: bool) -> list[str]:
    """The same for a person. Passwords only where a person looks, never in a log."""
    facts, say = document(settings, done), {key: words[lang] for key, words in WORDS.items()}
    database, airflow, qgis = facts["postgresql"], facts["airflow"], facts["qgis"]
    state = done.state
    text = [
        f"PostgreSQL  {say[done.postgresql]}: {database['host']}:{database['port']}/{database['database']}"
    ]
    text += [f"  psql, {say['analyst']}:", f"    {facts['psql']['analyst']}"]
    text += [f"  psql, {say['owner']}:", f"    {facts['psql']['owner']}"]
    text += [
        f"  QGIS: Host {qgis['host']} · Port {qgis['port']} · Database {qgis['database']}"
        f" · User {qgis['user']} · SSL mode {qgis['sslmode']}"
    ]
    if settings.dsn is not None:
        text += [f"    {say['no login']}"]
    else:
        shown = state.passwords[ANALYST] if for_a_person else f"→ {pass_file(settings)}"
        text += [f"    {say['password']}: {shown}"]
    if done.airflow != "not started":
        shown = state.airflow.password if for_a_person else f"→ {airflow['password_file']}"
        text += [
            f"Airflow     {say[done.airflow]}: {airflow['url']}",
            f"    {say['user']}: {airflow['user']} · {say['password']}: {shown}",
        ]
    return [*text, say["stop"]]


def _psql(settings: Settings, place: dict[str, Any], role: str | None) -> str:
    line = f"psql -h {place['host']} -p {place['port']} -d {place['database']}"
    line += f" -U {role}" if role else ""
    return line if settings.dsn is not None else f"PGPASSFILE={shlex.quote(str(pass_file(settings)))} {line}"
