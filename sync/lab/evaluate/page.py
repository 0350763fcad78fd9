"""The result of an evaluation as a page of the documentation (docs/evaluation.md)."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from sync.lab.evaluate import Evaluation

_HEAD = """# How good the checks are

<!-- Made by `make evaluation`; do not edit. -->

A nation of made-up parcels at real places is generated with faults of every kind, each of which is written down, and
checked as `landsync check --context` does. Below is what the checks found of what was seeded, finding by finding: one
about several parcels counts as found only with exactly these parcels; a fault at a border is expected on both sides; one
of a commune as a whole is compared by commune and sheet. The code that seeds shares nothing with the code that checks
([adr/0138](adr/0138-truth-finding-by-finding.md)). `natural` multipart parcels, which a faultless nation has too, are part
of the truth.

```sh
landsync generate --labelled --out nation --parcels {parcels} --defects 0.01
landsync evaluate nation
```
"""


def page(result: Evaluation) -> str:
    """Markdown: the table, with when and on which machine it was made."""
    lines = [
        _HEAD.format(parcels=result.parcels),
        f"{result.parcels:,} parcels in {result.communes} communes, {result.seeded_parcels:,} of them with a seeded "
        f"fault; {datetime.now(UTC):%Y-%m-%d}, {_machine()}.\n",
        "| check | seeded | found | false | precision | recall |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for line in result.checks:
        shares = ["–" if share is None else f"{share:.4f}" for share in (line.precision, line.recall)]
        lines.append(
            f"| {line.code} | {line.seeded} | {line.found} | {line.false} | {shares[0]} | {shares[1]} |"
        )
    lines.append("")
    differing = len({(d.province, d.commune) for d in result.verdicts})
    lines.append(
        f"Communes whose group, quarantined rows and rows with errors are those of the truth: "
        f"{result.communes - differing} of {result.communes}.\n"
    )
    if result.differences:
        lines.append("What differs (at most five examples of each):\n")
        lines += [
            f"- {d.what}: {d.code}, commune {d.commune}, `{d.key}`, seeded as {d.kind or 'nothing'}"
            for d in result.differences
        ]
        lines.append("")
    lines.append("Checks without a seeded fault:\n")
    lines += [f"- {code}: {why.en}" for code, why in result.not_seeded.items()]
    return "\n".join(lines) + "\n"


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
