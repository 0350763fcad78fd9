"""What a writer of a format hands back, and what several of them need."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from parcels.provinces import provinces
from sync.declared.profile import Profile, load_profile
from tests.support.tiny import EPSG, PROVINCE, Tiny


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery as written.

    path     what is synchronised: a file or a folder
    profile  the profile by which it is read
    lost     canonical columns that this format cannot carry as they were, with the reason (for docs/formats.md)
    grid_m   how far a coordinate may move in this format; 0.0 where none moves
    """

    path: Path
    profile: Profile
    lost: dict[str, str] = field(default_factory=dict)
    grid_m: float = 0.0


Writer = Callable[[Tiny, Path], Delivered]


SYSTEMS = ("vbdlis", "ilis", "vilis", "mplis")
_system: ContextVar[str | None] = ContextVar("system", default=None)


@contextmanager
def delivered_by(system: str) -> Iterator[None]:
    """Within it, `profile()` is the province as it would be under another system."""
    token = _system.set(system)
    try:
        yield
    finally:
        _system.reset(token)


def profile() -> Profile:
    """The province's own profile, or the one it would have under the system of `delivered_by`."""
    own, system = load_profile(PROVINCE), _system.get()
    if system is None:
        return own
    donor = next(p for p in map(load_profile, provinces()) if p.system == system)
    columns = {"system": system, "columns": donor.columns, "assumed": donor.assumed, "values": donor.values}
    return Profile.model_validate(own.model_dump() | columns)


def with_geometry(tiny: Tiny, used: Profile) -> pa.Table:
    """The delivered columns and the geometry as GDAL takes it from Arrow."""
    return tiny.delivered(used).append_column(
        pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}), tiny.wkb()
    )


def write_toml(folder: Path, file: str, **said: object) -> None:
    """A delivery.toml for one part of one file; values are written as TOML."""
    lines = [
        f'province = "{PROVINCE}"',
        "extracted_at = 2026-11-20T22:00:00+07:00",
        'commune_codes = "new"',
        "",
    ]
    lines += ["[[parts]]", f'file = "{file}"', f"epsg = {said.pop('epsg', EPSG)}"]
    lines += [f'{key} = "{value}"' for key, value in said.items()]
    (folder / "delivery.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
