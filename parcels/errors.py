"""What can go wrong, once. A bad delivery is a result; a broken machine is an exception.

    LandsyncError                 code, message and hint in both languages, exit_status
    ├── TerminalError             trying again changes nothing
    │   ├── UsageError      (2)   the command was called wrongly
    │   ├── DeliveryRejected(4)   the delivery cannot be read as what it says it is
    │   ├── ComponentMissing(5)   something must be installed or started first
    │   └── Disagreement    (6)   both sides hold different data
    └── TransientError      (5)   the same call may succeed later: retried

The numbers are the exit status of the command line, and stable. A held commune (3) is a result, not an error.
"""

from typing import ClassVar

from parcels.bilingual import Bilingual, Lang


def _printable(said: Bilingual) -> Bilingual:
    """What a delivery's names bring into a sentence may be meant for a terminal or a log, not for a person."""
    return Bilingual(
        *(
            "".join(
                mark if mark.isprintable() or mark == "\n" else "\N{REPLACEMENT CHARACTER}" for mark in text
            )
            for text in said
        )
    )


class LandsyncError(Exception):
    """A sentence for a person: what, where, what to do next; and a code that a machine can rely on."""

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, message: Bilingual, hint: Bilingual, **facts: object) -> None:
        self.code = code
        self.message = message = _printable(message)
        self.hint = hint = _printable(hint)
        self.facts = facts
        super().__init__(f"{code}: {message.en} {hint.en}")

    def as_dict(self, lang: Lang) -> dict[str, object]:
        """The `error` object of `--json`."""
        return {"code": self.code, "message": self.message.say(lang), "hint": self.hint.say(lang)}


class TerminalError(LandsyncError):
    """Trying again changes nothing."""


class UsageError(TerminalError):
    """The command was called wrongly."""

    exit_status = 2


class DeliveryRejected(TerminalError):
    """The delivery cannot be read as what it says it is; no row was changed."""

    exit_status = 4


class ComponentMissing(TerminalError):
    """A component must be installed, configured or started first."""

    exit_status = 5


class Disagreement(TerminalError):
    """Province and centre, or the centre and its own record, hold different data."""

    exit_status = 6


class TransientError(LandsyncError):
    """The same call may succeed later (a lock, a network, a server that restarts)."""

    exit_status = 5


class Unexpected(Exception):
    """What nobody foresaw, by its kind and its trace alone: its own words may quote a row, and with it a person."""


def unquoted(error: Exception) -> Exception:
    """What may be shown and logged of an exception that is not ours. A machine's words (a disk, a library) quote no row."""
    if isinstance(error, LandsyncError | Unexpected | OSError | ImportError | MemoryError):
        return error
    kind = type(error)
    return Unexpected(f"{kind.__module__}.{kind.__qualname__}").with_traceback(error.__traceback__)
