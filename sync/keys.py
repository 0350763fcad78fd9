"""The installation's key: under it the hashes of personal records are made, so that nobody else can try values.

A file of its own beside the data, never in the database and never in a statement. Of it a key is derived for each
province, so that equal hashes link nobody from one province to another.
"""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, UsageError
from sync.settings import Settings

_OCTETS = 32
_LONGEST = 4096  # characters of a file that is one
_TEXT = """\
# Khóa của bản cài landsync này. Giữ một bản sao ở nơi an toàn, tách khỏi bản sao lưu cơ sở dữ liệu; không đưa cho ai.
# The key of this installation of landsync. Keep a copy in a safe, apart from the backups of the database; give it to nobody.
key = "{key}"
"""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The key, and what is derived from it. Never shown, not even in a traceback's variables."""

    octets: bytes = field(repr=False)

    def store(self, province: str) -> bytes:
        """What the hashes of a province's personal records are keyed with."""
        return self._derived(f"landsync.store.{province}")

    @property
    def fingerprint(self) -> str:
        """By which a database knows its key again; it betrays nothing of it."""
        return self._derived("landsync.fingerprint").hex()[:16]

    def _derived(self, label: str) -> bytes:
        return hmac.digest(self.octets, label.encode(), hashlib.sha256)


def load(settings: Settings) -> PrivateKey:
    """The key of this installation. ComponentMissing: there is none, others may read it, or it is no key."""
    path = settings.private_key
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise _missing(path, error) from error
    if os.name == "posix" and mode & 0o077:
        raise _open(path)
    try:
        said = tomllib.loads(text).get("key") if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        said = None  # its words would quote the file
    if not isinstance(said, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * _OCTETS}}}", said):
        raise _damaged(path)
    return PrivateKey(bytes.fromhex(said))


def create(settings: Settings) -> PrivateKey:
    """A new key for an installation that has none. UsageError KEY-EXISTS: it has one, which stays."""
    path = settings.private_key
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_TEXT.format(key=secrets.token_hex(_OCTETS)))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # whole or not at all, and never over another one
    except FileExistsError as error:
        raise UsageError(
            "KEY-EXISTS",
            Bilingual(f"Đã có khóa: {path}.", f"There is a key: {path}."),
            Bilingual(
                "Khóa đang dùng không được thay: dữ liệu đã lưu chỉ khớp với khóa ấy.",
                "A key in use is not replaced: what is stored agrees with it alone.",
            ),
        ) from error
    finally:
        Path(draft).unlink()
    return load(settings)


def create_once(settings: Settings) -> bool:
    """Make a key where there is no file yet; whether one was made."""
    if settings.private_key.exists():
        return False
    try:
        create(settings)
    except UsageError:  # another one made it meanwhile
        return False
    return True


def wrong(settings: Settings, known: str, found: str) -> ComponentMissing:
    """The database was written under another key than the one here."""
    path = settings.private_key
    return ComponentMissing(
        "KEY-WRONG",
        Bilingual(
            f"Khóa {path} ({found}) không phải khóa của cơ sở dữ liệu này ({known}). Không có gì được ghi.",
            f"The key {path} ({found}) is not the one of this database ({known}). Nothing was written.",
        ),
        Bilingual(
            f"Hãy đặt lại đúng tệp khóa có dấu {known} từ nơi cất giữ; `landsync keys show` cho biết dấu của một khóa.",
            f"Put the key with fingerprint {known} back from where its copy is kept; `landsync keys show` tells a key's.",
        ),
    )


def _missing(path: Path, error: OSError) -> ComponentMissing:
    return ComponentMissing(
        "KEY-MISSING",
        Bilingual(
            f"Không đọc được khóa của bản cài, {path}: {error.strerror}.",
            f"The installation's key, {path}, cannot be read: {error.strerror}.",
        ),
        Bilingual(
            "Nếu đã từng có khóa: đặt lại tệp đó từ nơi cất giữ (LANDSYNC_KEY_FILE chỉ đường dẫn khác). "
            "Nếu bản cài này chưa từng có: `landsync keys new`.",
            "If there was one: put it back from where its copy is kept (LANDSYNC_KEY_FILE names another place). "
            "If this installation never had one: `landsync keys new`.",
        ),
    )


def _open(path: Path) -> ComponentMissing:
    return ComponentMissing(
        "KEY-OPEN",
        Bilingual(f"Người khác đọc được khóa {path}.", f"Others may read the key {path}."),
        Bilingual(
            f"Hãy chạy `chmod 600 {path}`; nếu người khác có thể đã đọc thì báo người phụ trách.",
            f"Run `chmod 600 {path}`; where somebody may have read it, tell whoever is in charge.",
        ),
    )


def _damaged(path: Path) -> ComponentMissing:
    return ComponentMissing(
        "KEY-DAMAGED",
        Bilingual(f"{path} không phải là một khóa.", f"{path} is no key."),
        Bilingual(
            "Hãy đặt lại tệp đó từ nơi cất giữ: tệp có một dòng `key` với 64 chữ số thập lục phân.",
            "Put it back from where its copy is kept: it has a line `key` of 64 hexadecimal digits.",
        ),
    )
