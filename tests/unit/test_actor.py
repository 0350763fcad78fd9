"""Who types is said by the system, not by a variable that he can set himself."""

import os
import pwd

import pytest

from sync.run import actor_of_terminal


def test_a_variable_of_the_environment_makes_nobody_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 65534)
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME"):
        monkeypatch.setenv(name, "minister")
    assert actor_of_terminal() == f"cli:{pwd.getpwuid(65534).pw_name}"


def test_behind_sudo_it_is_who_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "lan")
    assert actor_of_terminal() == "cli:lan"
    monkeypatch.delenv("SUDO_USER")
    assert actor_of_terminal() == "cli:root"


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_007)
    assert actor_of_terminal() == "cli:2000000007"
