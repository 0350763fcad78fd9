"""The results of evaluations as a page of the documentation (docs/evaluation.md)."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sync.lab.evaluate import Evaluation
from sync.lab.evaluate.seeds import CheckOfSeeds, checks_of

_HEAD = """# How good the checks are

<!-- Made by `make evaluation`; do not edit. -->

Nations of made-up parcels at real places are generated with faults of every kind, each of which is written down, and
checked as `landsync check --context` does. Below is what the checks found of what was seeded, finding by finding: one
about several parcels counts as found only with exactly these parcels; a fault at a border is expected on both sides; one
of a commune as a whole is compared by commune and sheet. The code that seeds shares nothing with the code that checks
([adr/0138](adr/0138-truth-finding-by-finding.md)). `natural` multipart parcels, which a faultless nation has too, are part
of the truth. Of several nations those of an even seed have their land users, certificates, rights and restrictions as tables
([adr/0198](adr/0198-made-up-people-as-tables.md)).

```sh
{command}
```
"""


def page(results: Mapping[str, Evaluation], command: str) -> str:
    """Markdown: a table of the checks and one of the nations, by name, with when and on which machine it was made."""
    nations = list(results.values())
    several = f"{len(nations)} nations of up to " if len(nations) > 1 else ""
    lines = [
        _HEAD.format(command=command),
        f"{several}{max(n.parcels for n in nations):,} parcels in {max(n.communes for n in nations)} communes; "
        f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}.\n",
        "Seeded, found and false are of all nations together; precision and recall are the mean over the nations, and the "
        "worst of them.\n",
        "| check | seeded | found | false | precision | worst | recall | worst |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_line(check) for check in checks_of(nations)),
        "",
        *_nations(results),
    ]
    examples = [(name, d) for name, result in results.items() for d in result.differences]
    if examples:
        lines.append("What differs (at most five examples of each check in each nation):\n")
        lines += [
            f"- {name}, {d.what}: {d.code}, commune {d.commune}, `{d.key}`, seeded as {d.kind or 'nothing'}"
            for name, d in examples
        ]
        lines.append("")
    lines.append("Checks without a seeded fault:\n")
    never = set.intersection(*(set(nation.not_seeded) for nation in nations))
    lines += [f"- {code}: {why.en}" for code, why in nations[0].not_seeded.items() if code in never]
    return "\n".join(lines) + "\n"


def _line(check: CheckOfSeeds) -> str:
    shares = (check.precision.mean, check.precision.worst, check.recall.mean, check.recall.worst)
    said = " | ".join("–" if share is None else f"{share:.4f}" for share in shares)
    return f"| {check.code} | {check.seeded} | {check.found} | {check.false} | {said} |"


def _nations(results: Mapping[str, Evaluation]) -> list[str]:
    """Of each nation its worst share, and of how many communes the verdict is that of the truth."""
    lines = [
        "Groups are as the truth has them where group, quarantined rows and rows with errors of a commune all are.\n",
        "| nation | parcels | with a seeded fault | worst share of any check | communes as the truth has them |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, result in results.items():
        same = result.communes - len({(d.province, d.commune) for d in result.verdicts})
        lines.append(
            f"| {name} | {result.parcels:,} | {result.seeded_parcels:,} | {result.worst:.4f} | "
            f"{same} of {result.communes} |"
        )
    return [*lines, ""]


def _machine() -> str:
    """Processors and system."""
    cpus = os.cpu_count() or 1
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{cpus} processors ({model}), Python {platform.python_version()}"
