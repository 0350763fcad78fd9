"""A process of its own that checks one hostile delivery after the other, as `landsync check` does, and says how each went.

    python -m tests.hostile.child BASE SCRATCH

says that it is ready, reads lines of JSON `{"kind", "seed"}` (a mutant of BASE/<kind>) or `{"path", "profile"}` (a
delivery as it lies), and answers each with one line: outcome, code, words, seconds, peak memory. It dies on what kills
it: the parent notices.
"""

import contextlib
import faulthandler
import json
import logging
import os
import random
import resource
import shutil
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any, TextIO

from parcels.errors import LandsyncError
from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.writing import report
from tests.hostile.accounting import counted, read_of, unaccounted
from tests.hostile.mutants import mutated, renamed
from tests.support.markers import PEOPLE

READY = "ready\n"
ADDRESS_SPACE = 6 << 30  # far above what is allowed: what runs away ends here and not with the machine


class Surprised(logging.Handler):
    """Keeps what the last fence around the readers caught: a sentence was told, but a reader should have told it."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.traces.append(logging.Formatter().formatException(record.exc_info) if record.exc_info else "")


def reset_peak() -> None:
    """Begin to measure the peak of memory again."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """The most memory in use since `reset_peak`, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def mutant(base: Path, seed: str, target: Path) -> None:
    """A copy of the delivery at `base` in which one file is changed, and in some copies the name of one."""
    dice = random.Random(seed)
    files = sorted(path for path in base.rglob("*") if path.is_file())
    data = [path for path in files if path.name != "delivery.toml"]
    chosen = dice.choice(files if dice.random() < 0.05 else data)
    odd_name = dice.choice(files) if dice.random() < 0.2 else None
    for path in files:
        copy = target / path.relative_to(base)
        if path == odd_name:
            copy = copy.with_name(renamed(copy.name, dice))
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        copy.write_bytes(mutated(content, dice) if path == chosen else content)


def checked(path: Path, profile: Profile, run: Path, *, whole: bool) -> dict[str, Any]:
    """What `landsync check` makes of a delivery: judged, or refused with code and words."""
    try:
        fetch(path, profile, run)
        conform(run, profile)
        check(run, profile)
        gate(run)
        if whole:
            report(run)
    except LandsyncError as error:
        words = [error.message.vi, error.message.en, error.hint.vi, error.hint.en]
        return {"outcome": "refused", "code": error.code, "words": words, "status": error.exit_status}
    except Exception:
        return {"outcome": "crash", "code": "", "words": traceback.format_exc().splitlines()[-12:]}
    return {"outcome": "judged", "code": "", "words": []}


def misbehave(what: str, answers: TextIO) -> None:
    """What the parent must notice."""
    reset_peak()
    if what == "die":
        os.abort()
    if what == "hang":
        time.sleep(600)
    block = bytearray(1100 << 20) if what == "grow" else b""
    words = [PEOPLE[0].name, "", "", ""] if what == "quote" else ["", "", "", ""]
    if what == "print":
        print(PEOPLE[0].number, file=sys.stderr, flush=True)
    told = {"outcome": "refused", "code": "X", "words": words, "status": 4, "seconds": 0.0}
    answers.write(json.dumps(told | {"peak": peak() + 0 * len(block)}) + "\n")
    answers.flush()


def main(base: Path, scratch: Path) -> None:
    """Serve until standard input ends."""
    faulthandler.enable()
    warnings.simplefilter("always")  # to standard error, where the parent looks for persons
    surprised = Surprised()
    logging.getLogger("sync.intake.sources.guard").addHandler(surprised)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    answers.write(READY)
    answers.flush()
    profiles: dict[str, Profile] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "misbehave" in job:
            misbehave(job["misbehave"], answers)
            continue
        place = scratch / f"{os.getpid()}"
        shutil.rmtree(place, ignore_errors=True)
        path = place / "delivery"
        name = job.get("profile") or str(base / job["kind"] / "profile.json")
        if name not in profiles:
            profiles[name] = Profile.model_validate_json(Path(name).read_text(encoding="utf-8"))
        if "kind" in job:
            mutant(base / job["kind"] / "delivery", job["seed"], path)
        else:
            path = Path(job["path"])
        reset_peak()
        surprised.traces.clear()
        started = time.monotonic()
        told = checked(path, profiles[name], place / "run", whole=job.get("whole", False))
        told |= {"seconds": time.monotonic() - started, "peak": peak(), "surprised": list(surprised.traces)}
        if told["outcome"] == "judged":
            told["unaccounted"] = unaccounted(place / "run")
            told["rows"] = [read_of(place / "run"), counted(job.get("kind", ""), path)]
        answers.write(json.dumps(told) + "\n")
        answers.flush()
    with contextlib.suppress(OSError):
        shutil.rmtree(scratch / f"{os.getpid()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
