"""Progress of steps that take seconds: a line that moves on a terminal, a line per step in a log."""

from types import TracebackType
from typing import Self

from rich.status import Status

from parcels.bilingual import Bilingual
from sync.console import err, language


class Steps:
    """`say` names the step that begins; the one before it is over."""

    def __init__(self) -> None:
        self._last = ""
        self._status = Status("", console=err) if err.is_terminal else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def say(self, step: Bilingual) -> None:
        """Begin a step; the same step again is nothing new."""
        text = step.say(language())
        if text == self._last:
            return
        self._last = text
        if self._status:
            self._status.update(text)
            self._status.start()
        else:
            err.print(text, markup=False, soft_wrap=True)
