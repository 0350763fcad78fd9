"""How far the demo is: a bar on a terminal, plain lines in a log."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from parcels.bilingual import Bilingual
from sync.console import err, language


class TerminalWatcher:
    """Tells standard error. One step at a time: a new one ends the one before."""

    def __init__(self) -> None:
        self._last = ""
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def say(self, step: Bilingual) -> None:
        """A step begins; the same step again is nothing new."""
        text = step.say(language())
        if text == self._last:
            return
        self._last = text
        self._end()
        if err.is_terminal:
            self._start(text, None)
        else:
            err.print(text, markup=False, soft_wrap=True)

    def count(self, what: Bilingual, total: int) -> Callable[[str], None]:
        """A step of so many parts begins; call the answer with each part that is done."""
        self._last = text = what.say(language())
        self._end()
        bar = self._start(text, total) if err.is_terminal else None
        done = 0

        def one(part: str) -> None:
            nonlocal done
            done += 1
            if bar:
                bar.update(bar.task_ids[0], completed=done, description=f"{text}: {part}")
            else:
                err.print(f"{text}: {done}/{total} {part}", markup=False, soft_wrap=True)

        return one

    def _start(self, text: str, total: int | None) -> Progress:
        columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
        if total is not None:
            columns += [BarColumn(), MofNCompleteColumn()]
        self._bar = Progress(*columns, TimeElapsedColumn(), console=err, transient=True)
        self._bar.add_task(text, total=total)
        self._bar.start()
        return self._bar

    def _end(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None
