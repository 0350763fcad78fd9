"""The two measurements as a page of the documentation (docs/brakes.md)."""

import itertools

from sync.lab.disasters.measure import Night, Seeded

NO_NIGHT = Night(0, (), {}, ())

_HEAD = """# What the brakes hold

<!-- Printed by the command below; do not edit. -->

Disasters are seeded into the deliveries of made-up communes, one of 49 parcels and others of 60 to 200, of which a year is
known, and brought as far as the merge, in one commune and in all {few}. Then a province of {communes} communes (30 to 600
parcels, 100 in the middle) delivers all of itself every night, with what the people of an office change in a day: the rates
stand in `sync/lab/disasters/nights.py` and are assumptions. A hold of such a night is a false one; what waits from one night to the\nnext counts once. Limits:
[checks.md](checks.md); why they are what they are: [adr/0169](adr/0169-limits-of-the-brakes.md).

```sh
{command}
```

## Disasters

| disaster | in one | in all | by |
| --- | ---: | ---: | --- |
"""


def page(found: list[Seeded], seen: list[Night], command: str, few: int, communes: int) -> str:
    """Markdown: a line for each disaster, one for each night on which something was told or held."""
    lines = [_HEAD.format(command=command, few=few, communes=communes)]
    names = list(dict.fromkeys(outcome.name for outcome in found))
    for name in names:
        one, every = (outcome for outcome in found if outcome.name == name)
        by = ", ".join(code for code in one.by if not code.endswith(")"))
        lines.append(
            f"| {name} | {one.held} of {one.seeded} | {every.held} of {every.seeded} | {by or ', '.join(one.by)} |\n"
        )
    missed = sum(outcome.held < outcome.seeded for outcome in found)
    lines.append(
        f"\n{len(names)} kinds of disasters, each in one commune and in all; {missed} of {len(found)} not held everywhere.\n"
    )
    nights = [NO_NIGHT, *seen]
    false = sum(
        len(now.held.keys() - set(now.merging) - before.held.keys())
        for before, now in itertools.pairwise(nights)
    )
    mergers, waits = ({code for now in seen for code in now.merging}), sum(bool(now.merging) for now in seen)
    lines.append(
        f"\n## Nights\n\n{len(seen)} nights of {communes} communes, {false} false holds. Declared mergers held {len(mergers)} communes "
        f"besides, as they have to, each merger as one case, on {waits} nights in all: a person let each pass before the next.\n\n"
        "| night | told | held |\n| ---: | --- | --- |\n"
    )
    for night in seen:
        held = "; ".join(f"{code}: {', '.join(by)}" for code, by in night.held.items())
        if night.told or held:
            lines.append(f"| {night.number} | {'; '.join(night.told)} | {held} |\n")
    return "".join(lines)
