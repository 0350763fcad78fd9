"""Hands hostile deliveries to a child process and watches it: what it says, how long it takes, whether it lives."""

import json
import selectors
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.hostile.child import READY
from tests.support.searched import kinds_in

SECONDS = 30.0
STARTS = 60.0
BYTES = 1 << 30


@dataclass
class Watched:
    """One child at a time, started again when it dies. Use as a context."""

    base: Path
    scratch: Path
    seconds: float = SECONDS
    _child: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> "Watched":
        self.scratch.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def check(self, **job: Any) -> dict[str, Any]:
        """The child's answer, or `died` / `hung` when there is none."""
        child = self._child or self._start()
        assert child.stdin is not None
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()
        line = said_within(child, self.seconds)
        if line is None:
            self._end()
            return {"outcome": "hung", "code": "", "words": [], "seconds": self.seconds, "peak": 0}
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        status = child.wait()
        errors = self._errors().splitlines()[-30:]
        self._child = None
        return {"outcome": "died", "code": str(status), "words": errors, "seconds": 0.0, "peak": 0}

    def printed(self) -> set[str]:
        """Whose values stand in what the child printed beside its answers: warnings, logs, what a library prints."""
        return kinds_in(self._errors())

    def _errors(self) -> str:
        return (self.scratch / "stderr").read_text(encoding="utf-8", errors="replace")

    def _start(self) -> subprocess.Popen[str]:
        with (self.scratch / "stderr").open("w", encoding="utf-8") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.hostile.child", str(self.base), str(self.scratch)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        # It first imports what it needs.
        assert said_within(self._child, STARTS) == READY, self._errors()
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None


def said_within(child: subprocess.Popen[str], seconds: float) -> str | None:
    """The child's next line, empty when it has ended; None when it says nothing for so long."""
    assert child.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        return child.stdout.readline() if selector.select(seconds) else None


def wrong_with(answer: dict[str, Any]) -> str | None:
    """Why an answer is a failure of ours; None when the file was judged or refused as it should be."""
    people = kinds_in("\n".join([*answer["words"], *answer.get("surprised", ())]))
    return f"{answer['code']}: names a person: {sorted(people)}" if people else _otherwise_wrong(answer)


def _otherwise_wrong(answer: dict[str, Any]) -> str | None:
    if answer["outcome"] not in ("judged", "refused"):
        return "\n".join([answer["outcome"], answer["code"], *answer["words"]])
    if answer["seconds"] > SECONDS:
        return f"took {answer['seconds']:.1f} s"
    if answer["peak"] > BYTES:
        return f"took {answer['peak'] / 2**20:.0f} MiB"
    if answer["outcome"] == "refused":
        return _wrong_words(answer)
    read, there = answer["rows"]
    if there is not None and read != there:
        return f"{read} rows read of a file with {there}"
    return answer["unaccounted"]


def _wrong_words(answer: dict[str, Any]) -> str | None:
    if answer["status"] not in (2, 4):
        return f"{answer['code']}: exit status {answer['status']}"
    said_vi, said_en, todo_vi, todo_en = answer["words"]
    for words in (said_vi, said_en, todo_vi, todo_en):
        if not words.strip() or len(words) > 1500 or "Traceback" in words or " at 0x" in words:
            return f"{answer['code']}: no clear sentence: {words[:200]!r}"
        if any(not mark.isprintable() and mark != "\n" for mark in words):
            return f"{answer['code']}: unprintable: {words[:200]!r}"
    if said_vi == said_en or todo_vi == todo_en:
        return f"{answer['code']}: one language only"
    return None


def mutants(kind: str, count: int) -> Iterator[dict[str, str]]:
    """The jobs for `count` mutants of a kind."""
    return ({"kind": kind, "seed": f"{kind}-{number}"} for number in range(count))
