"""Machines that lack something: one sentence that says what to do, in both languages, and nothing half made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from parcels.errors import ComponentMissing
from sync.platform import packages
from sync.settings import ROOT

BASICS = ("sh", "cat", "cksum", "cut", "dirname", "head", "id", "mkdir", "printf", "pwd", "sort", "env")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the programs that every system has, and no others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the bootstrap looks at."""
    for name in ("uv.lock", "pyproject.toml", "sync/platform/bootstrap.sh"):
        target = tmp_path / "checkout" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return tmp_path / "checkout"


def bootstrap(checkout: Path, path: Path, lang: str = "vi") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", "sync/platform/bootstrap.sh"],
        cwd=checkout, env={"PATH": str(path), "HOME": str(checkout), "LANDSYNC_LANG": lang},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("vi", "không có apt"), ("en", "no apt")])
def test_setup_without_python_and_apt_says_so(checkout: Path, programs: Path, lang: str, words: str) -> None:
    result = bootstrap(checkout, programs, lang)
    assert result.returncode == 5
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (checkout / ".venv").exists()


def test_setup_by_a_user_who_may_install_nothing_names_the_command(checkout: Path, programs: Path) -> None:
    for name in ("apt-get", "sudo"):  # a sudo that refuses, as for a user who is not in its list
        (programs / name).write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
        (programs / name).chmod(0o755)
    result = bootstrap(checkout, programs, "en")
    assert result.returncode == 5
    assert "sudo apt-get install python3 python3-venv" in result.stderr


def test_setup_takes_no_python_that_is_too_old(checkout: Path, programs: Path) -> None:
    (programs / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")  # as 3.10 answers the question
    (programs / "python3").chmod(0o755)
    assert "Python ≥ 3.11" in bootstrap(checkout, programs).stderr


def test_setup_that_is_up_to_date_starts_nothing(checkout: Path, programs: Path) -> None:
    """With the stamp of the present lock file and a living environment, not even uv is looked for."""
    made = checkout / ".venv" / "bin"
    made.mkdir(parents=True)
    (made / "python").symlink_to(sys.executable)
    (made / "landsync").symlink_to("/bin/true")
    joined = str(checkout).encode() + b"\n"
    for name in ("uv.lock", "pyproject.toml", "sync/platform/bootstrap.sh"):
        joined += (checkout / name).read_bytes()
    sums = subprocess.run(["cksum"], input=joined, capture_output=True, check=True).stdout.decode().strip()
    (checkout / ".venv" / ".landsync-stamp").write_text(f"{sums}\n", encoding="ascii")
    assert bootstrap(checkout, programs).returncode == 0
    (checkout / "uv.lock").write_text("changed", encoding="ascii")
    assert bootstrap(checkout, programs).returncode == 5  # now it needs Python and uv, which this PATH lacks


def test_a_system_without_apt_is_told_what_is_needed(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(ComponentMissing) as caught:
        packages.ensure_installed(servers=tmp_path)
    assert caught.value.code == "PLATFORM-UNSUPPORTED"
    assert "LANDSYNC_DSN" in caught.value.hint.vi
    assert "Debian 12" in caught.value.hint.en


@pytest.mark.skipif(os.geteuid() == 0, reason="root may install")
def test_a_user_without_sudo_is_told_the_command(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "apt-get").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(ComponentMissing) as caught:
        packages.ensure_installed(servers=tmp_path)
    assert caught.value.code == "PLATFORM-NEEDS-ROOT"
    assert "install_postgis.sh postgresql-" in caught.value.hint.en


def make_server(folder: Path, version: int, postgis: str | None) -> None:
    """An installation as its pg_config describes it."""
    bindir, share = folder / str(version) / "bin", folder / str(version) / "share"
    (share / "extension").mkdir(parents=True)
    bindir.mkdir()
    if postgis:
        (share / "extension" / "postgis.control").write_text(
            f"default_version = '{postgis}'\n", encoding="ascii"
        )
    for name in ("postgres", "initdb", "pg_ctl"):
        (bindir / name).touch()
    (bindir / "pg_config").write_text(
        f"#!/bin/sh\necho 'PostgreSQL {version}.4 (Debian)'\necho {bindir}\necho {share}\necho --with-icu --with-lz4\n",
        encoding="ascii",
    )
    (bindir / "pg_config").chmod(0o755)


def test_only_a_new_enough_server_with_postgis_is_taken_and_the_newest_wins(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs))
    make_server(tmp_path, 14, "3.4.0")
    make_server(tmp_path, 17, None)
    assert packages.installed(servers=tmp_path) is None
    make_server(tmp_path, 18, "3.2.9")
    assert packages.installed(servers=tmp_path) is None
    make_server(tmp_path, 15, "3.3.2")
    make_server(tmp_path, 16, "3.10.0")
    found = packages.installed(servers=tmp_path)
    assert found is not None
    assert (found.version, found.postgis) == (16, "3.10.0")
    assert packages.installed(15, servers=tmp_path) == packages.Programs(
        tmp_path / "15" / "bin", 15, "3.3.2", lz4=True
    )
