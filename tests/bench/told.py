"""What `whole.py` measured, as the tables of docs/benchmarks.md: `python tests/bench/whole.py | python tests/bench/told.py`.

Lines that are no measurement go through as they came; the tables follow at the end, each row beside its target.
"""

import json
import sys
from typing import Any, Final

STAGES: Final = ("fetch", "conform", "check", "load", "report")
# What a row is held against, and at most how many times of that: of the floor, or of the first load.
TARGETS: Final = {
    "first load": (("floor", 6.0), ("the usual script", 1.0)),
    "the load alone": (("the rows of the load, copied in", 1.6),),
    "the same bytes": (("first load", 0.05),),
    "the same content": (("first load", 0.30),),
    "1 % changed in a twentieth of the communes": (("first load", 0.35),),
    "1 % changed in every commune": (("first load", 0.75),),
    "0.1 % by change set, in all communes": (("first load", 0.06),),
    "reconciliation of current rows": (("current rows copied out", 2.0),),
}
AT_MOST: Final = {
    "status": 1000,
    "report national": 3000,
    "a parcel by its id": 20,
    "a click": 50,
    "a tile": 200,
}  # milliseconds
ROOM: Final = 1700  # octets a parcel


def main() -> None:
    """Read the measurements and print the tables."""
    told: dict[str, dict[str, Any]] = {}
    for line in sys.stdin:
        if line.startswith("{"):
            said = json.loads(line)
            told[said.pop("what")] = said
        else:
            print(line, end="")
    if "first load" not in told:  # a pipe does not tell that its first half failed
        raise SystemExit("nothing was measured")
    print("| | seconds | processor seconds | of these " + ", ".join(STAGES) + " | against | times | target |")
    print("| --- " * 7 + "|")
    for what, said in told.items():
        if "cpu" in said:
            print(
                f"| {what} | {said['seconds']:.0f} | {said['cpu']:.0f} | {_stages(said)} | {_held(what, said, told)} |"
            )
    print("\n| asked | milliseconds, median | worst | target |\n| --- | --- | --- | --- |")
    for what, most in AT_MOST.items():
        if said := told.get(what):
            verdict = "met" if said["milliseconds"] <= most else "missed"
            print(f"| {what} | {said['milliseconds']:g} | {said['worst']:g} | {most} {verdict} |")
    if room := told.get("sizes"):
        print("\n| table | octets a parcel, rows | indexes |\n| --- | --- | --- |")
        for table, (rows, indexes) in room.items():
            if rows + indexes > 20:
                print(f"| {table} | {rows:,} | {indexes:,} |")
        print(f"\n{sum(room['all']):,} octets a parcel; the target is {ROOM:,}.")
    if kept := told.get("history"):
        print(f"A closed version takes {kept['octets']:,} octets ({kept['versions']:,} of them).")


def _stages(said: dict[str, Any]) -> str:
    stages = (said.get(name) for name in STAGES)
    return ", ".join(f"{stage['cpu'] + stage['server']:.0f}" for stage in stages if stage)


def _held(what: str, said: dict[str, Any], told: dict[str, dict[str, Any]]) -> str:
    """Against what, how many times of it, the target; several of each stand in one cell."""
    held = [each for each in TARGETS.get(what, ()) if each[0] in told]
    times = [said["cpu"] / told[against]["cpu"] for against, _ in held]
    cells = (
        [against for against, _ in held],
        [f"{each:.2f}" for each in times],
        [
            f"{most:g} {'met' if each <= most else 'missed'}"
            for each, (_, most) in zip(times, held, strict=True)
        ],
    )
    return " | ".join("<br>".join(cell) for cell in cells)


if __name__ == "__main__":
    main()
