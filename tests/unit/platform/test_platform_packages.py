"""Programs that only tests run: named with the package that brings each, and no reason to stop where they cannot be had."""

from pathlib import Path

import pytest

from parcels.bilingual import Bilingual
from sync.platform import packages


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH, and programs that no system has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(
        packages, "FOR_TESTS", {"no-such-server": "no-such-package", "other-server": "no-such-package"}
    )
    return folder


def test_each_missing_program_is_named_with_its_package(bare: Path) -> None:
    assert packages.missing_for_tests() == {
        "no-such-server": "no-such-package",
        "other-server": "no-such-package",
    }
    (bare / "other-server").touch(mode=0o755)
    assert packages.missing_for_tests() == {"no-such-server": "no-such-package"}


def test_without_apt_it_says_what_to_install_and_goes_on(bare: Path) -> None:
    said: list[Bilingual] = []
    packages.ensure_test_programs(said.append)
    assert [sentence.en.endswith("sudo apt-get install no-such-package") for sentence in said] == [True]


def test_apt_is_asked_once_for_each_package_and_nothing_is_said_when_it_worked(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    (bare / "apt-get").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> {asked}\n[ "$1" = update ] || for p in no-such-server other-server\n'
        f"do : > {bare}/$p; /bin/chmod 755 {bare}/$p; done\n",
        encoding="ascii",
    )
    (bare / "apt-get").chmod(0o755)
    (bare / "env").symlink_to("/usr/bin/env")
    monkeypatch.setattr(packages, "root_prefix", list)
    said: list[Bilingual] = []
    packages.ensure_test_programs(said.append)
    lines = asked.read_text(encoding="ascii").splitlines()
    assert [line.split()[0] for line in lines] == ["update", "install"]
    assert lines[1].split().count("no-such-package") == 1
    assert [sentence.en for sentence in said] == ["Installing no-such-package with apt …"]
