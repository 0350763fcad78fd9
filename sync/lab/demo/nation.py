"""The demo's nation: generated once, then handed over to the provinces' inboxes as they would do it themselves."""

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from sync.lab.generate import Options, generate


def name_of(options: Options) -> str:
    """The same wishes and the same generator give the same data, so they give the same name."""
    wishes = json.dumps([options.as_dict(), version("landsync")], sort_keys=True)
    return f"demo-{hashlib.sha256(wishes.encode()).hexdigest()[:10]}"


def ensure_nation(folder: Path, options: Options, progress: Callable[[str, int], None]) -> Path:
    """The nation under `folder`, generated unless it is there already.

    A generation that was cut off leaves only a draft, which the next one throws away.
    `progress` is told each province that is written, with its number of parcels.
    """
    nation = folder / name_of(options)
    if nation.is_dir():
        return nation
    draft = folder / f".{nation.name}.part"
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    generate(options, draft, progress)
    draft.rename(nation)
    return nation


def hand_over(nation: Path, inbox: Path, provinces: tuple[str, ...]) -> str:
    """Put each province's delivery into its inbox, whole or not at all, unless it lies there; the name it has there."""
    for code in provinces:
        place = inbox / code / nation.name
        if place.exists():
            continue
        draft = place.with_name(f".{nation.name}.part")  # a name that nobody takes for a delivery
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(nation / code, draft)
        draft.rename(place)
    return nation.name
