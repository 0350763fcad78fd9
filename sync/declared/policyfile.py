"""A policy that somebody names on the command line: one that ships with landsync, or a file."""

from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.tomlfile import WrongValue, read_text, refuse_beyond_measure
from validators.policy import Policy, named_policy, parse_policy
from validators.tally import refuse_unknown_names


def load_policy(named: str) -> Policy:
    """The policy of that name, or of the file there.

    Raises UsageError POLICY-UNKNOWN, POLICY-INVALID.
    """
    path = Path(named)
    if path.suffix != ".toml":
        return named_policy(named)
    if not path.exists():
        raise _unreadable(path, Bilingual("không có tệp này", "there is no such file"))
    try:
        text = read_text(path)
        refuse_beyond_measure(text)
    except WrongValue as error:
        raise _unreadable(path, error.sentence) from error
    except UnicodeDecodeError as error:
        raise _unreadable(
            path, Bilingual("không đọc được tệp văn bản UTF-8", "it cannot be read as UTF-8 text")
        ) from error
    policy = parse_policy(text, path.name)
    refuse_unknown_names(policy, path.name)
    return policy


def _unreadable(path: Path, why: Bilingual) -> UsageError:
    return UsageError(
        "POLICY-UNKNOWN",
        Bilingual(
            f"Không dùng được tệp chính sách {path}: {why.vi}.",
            f"The policy file {path} cannot be used: {why.en}.",
        ),
        Bilingual(
            "Hãy nêu tên một chính sách có sẵn, hoặc đường dẫn đến một tệp .toml.",
            "Give the name of a policy that ships, or the path of a .toml file.",
        ),
    )
