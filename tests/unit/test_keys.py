"""The installation's key: made once, read by its owner alone, and never shown."""

import hashlib
import hmac
import json
import stat
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from parcels.errors import ComponentMissing, UsageError
from sync import keys
from sync.cli.app import app
from sync.settings import Settings, settings
from tests.conftest import KEY


def own(folder: Path) -> Settings:
    return Settings(home=folder, key_file=folder / "keys" / "private.toml")


def written(folder: Path, text: str | bytes, mode: int = 0o600) -> Settings:
    where = own(folder)
    where.private_key.parent.mkdir(exist_ok=True)
    where.private_key.write_bytes(text if isinstance(text, bytes) else text.encode())
    where.private_key.chmod(mode)
    return where


def refused(where: Settings) -> ComponentMissing:
    with pytest.raises(ComponentMissing) as caught:
        keys.load(where)
    return caught.value


def test_a_new_key_is_its_owners_alone_and_comes_back(tmp_path: Path) -> None:
    where = own(tmp_path)
    made = keys.create(where)
    assert keys.load(where) == made
    assert stat.S_IMODE(where.private_key.stat().st_mode) == 0o600
    assert [path.name for path in where.private_key.parent.iterdir()] == ["private.toml"]


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    where = own(tmp_path)
    made = keys.create(where)
    with pytest.raises(UsageError) as caught:
        keys.create(where)
    assert caught.value.code == "KEY-EXISTS"
    assert not keys.create_once(where)
    assert keys.load(where) == made
    assert [path.name for path in where.private_key.parent.iterdir()] == ["private.toml"]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert keys.create(own(tmp_path / "a")) != keys.create(own(tmp_path / "b"))


def test_without_a_key_it_is_said_what_to_do(tmp_path: Path) -> None:
    error = refused(own(tmp_path))
    assert error.code == "KEY-MISSING"
    assert error.exit_status == 5
    for said in (error.hint.vi, error.hint.en):
        assert "landsync keys new" in said
        assert "LANDSYNC_KEY_FILE" in said


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    assert refused(written(tmp_path, f'key = "{KEY.hex()}"\n', mode)).code == "KEY-OPEN"


@pytest.mark.parametrize(
    "text",
    [
        "", "key", f"key = {KEY.hex()[:20]}", 'key = ""', f'key = "{KEY.hex()[:-1]}"', f'key = "{KEY.hex()}0"',
        f'key = "{KEY.hex().upper()}"', f'key = ["{KEY.hex()}"]', f'[key]\nkey = "{KEY.hex()}"', "key = 12", "key = " + "[" * 4000, KEY,
        b"\xff\xfe" + KEY.hex().encode("utf-16-le"), f'key = "{KEY.hex()}"\n' + "#" * 5000, f'key = "{KEY.hex()}\\n"',
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refused(written(tmp_path, text)).code == "KEY-DAMAGED"


@given(octets=st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_refused_in_words(
    octets: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert refused(written(tmp_path_factory.mktemp("key"), octets)).code == "KEY-DAMAGED"


def test_a_folder_in_its_place_is_a_missing_key(tmp_path: Path) -> None:
    where = own(tmp_path)
    where.private_key.mkdir(parents=True)
    assert refused(where).code == "KEY-MISSING"


def test_each_province_has_its_own_and_none_is_another() -> None:
    key = keys.PrivateKey(KEY)
    derived = {key.store("01"), key.store("04"), keys.PrivateKey(KEY[::-1]).store("01"), KEY}
    assert len(derived) == 4
    assert key.store("01") == hmac.digest(KEY, b"landsync.store.01", hashlib.sha256)
    assert bytes.fromhex(key.fingerprint) == hmac.digest(KEY, b"landsync.fingerprint", hashlib.sha256)[:8]


def test_the_key_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = KEY.hex()[:-2]
    errors = [
        refused(written(tmp_path, f'key = "{half}"')),
        refused(written(tmp_path, f'key = "{KEY.hex()}" x')),
    ]
    said = [
        repr(keys.PrivateKey(KEY)),
        *(text for each in errors for text in traceback.format_exception(each)),
    ]
    where = written(tmp_path, f'key = "{KEY.hex()}"')
    monkeypatch.setenv("LANDSYNC_KEY_FILE", str(where.private_key))
    settings.cache_clear()
    for options in ([], ["--json"]):
        done = CliRunner().invoke(app, ["keys", "show", *options])
        assert done.exit_code == 0
        said += [done.stdout, done.stderr]
    assert json.loads(done.stdout)["fingerprint"] == keys.PrivateKey(KEY).fingerprint
    settings.cache_clear()
    assert [each for each in said if half[:16] in each.lower() or str(KEY) in each] == []


def test_the_command_makes_one_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDSYNC_KEY_FILE")
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path))
    settings.cache_clear()
    first = CliRunner().invoke(app, ["keys", "new", "--json"])
    again = CliRunner().invoke(app, ["keys", "new", "--json"])
    settings.cache_clear()
    assert (first.exit_code, again.exit_code) == (0, 2)
    assert json.loads(first.stdout)["file"] == str(tmp_path / "keys" / "private.toml")
    assert json.loads(again.stdout)["error"]["code"] == "KEY-EXISTS"
