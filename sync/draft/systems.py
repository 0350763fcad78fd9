"""Which known system a file comes from: recognised by its names together, in whole or cut, never by one of them."""

from dataclasses import dataclass
from functools import cache

from parcels.bilingual import Bilingual
from parcels.text import bare_text
from sync.declared.mapped import Joined
from sync.declared.profile import DBF_NAME_BYTES, base_file, bases
from sync.declared.tomlfile import read_document
from sync.draft.names import FORMS, Meaning, cut_as_in_dbf, meanings, vocabulary

_MOST = 0.6  # of a file's columns that a set must hold
_TELLING = 2
_ENOUGH = 4  # fewer names are no set


@dataclass(frozen=True, slots=True)
class NameSet:
    """The names of one export of a system.

    columns  name → canonical column, None for its columns that are none
    telling  names that hardly anything else calls its columns by; empty for a base profile, of which half must be there
    """

    system: str
    columns: dict[str, str | None]
    telling: frozenset[str]


@dataclass(frozen=True, slots=True)
class Recognised:
    """The system that a file's names show.

    meanings  delivered name → what it means there
    there, of how many names of the set are in the file, and how many the set has
    """

    system: str
    meanings: dict[str, Meaning]
    there: int
    of: int


def recognise(delivered: tuple[str, ...], *, cut_names: bool, drawn: bool = False) -> Recognised | None:
    """The system whose set fits best; None where none does. `drawn`: a drawing, whose columns landsync names itself."""
    found = [
        (fits, each)
        for each in _sets()
        if (each.system == "drawing") == drawn and (fits := _fits(each, delivered, cut_names))
    ]
    if not found:
        return None
    fits, best = max(found, key=lambda pair: (len(pair[0]), len(pair[0]) / len(pair[1].columns)))
    said = Bilingual(f"tên cột của {best.system}", f"a column name of {best.system}")
    cut = Bilingual(f"{said.vi}, bị cắt còn 10 ký tự", f"{said.en}, cut to 10 letters")
    return Recognised(
        best.system,
        {
            name: Meaning(best.columns[whole], 1.0, cut if bare_text(name) != bare_text(whole) else said)
            if best.columns[whole] is not None
            else _as_no_column(whole)
            for name, whole in fits.items()
        },
        len(fits),
        len(best.columns),
    )


def _as_no_column(whole: str) -> Meaning:
    """A column of the system that is no canonical one: what else is known of its name is said with it."""
    for each in meanings(whole, cut_names=False):
        if each.canonical is None:
            return Meaning(None, 1.0, each.said, each.near)
    said = Bilingual(f"cột khác của hệ thống: {whole}", f"another column of the system: {whole}")
    return Meaning(None, 1.0, said)


def _fits(names: NameSet, delivered: tuple[str, ...], cut_names: bool) -> dict[str, str]:
    """Delivered name → the set's own, where the set is recognised; else nothing."""
    held = {bare_text(name): name for name in names.columns}
    if cut_names:
        held = {bare_text(short): name for short, name in cut_as_in_dbf(tuple(names.columns)).items()} | held
    fits = {name: held[bare_text(name)] for name in delivered if bare_text(name) in held}
    fits |= {
        name: whole
        for name in delivered
        if name not in fits and cut_names and len(name) == DBF_NAME_BYTES
        for whole in [_begins(name, names)]
        if whole is not None and whole not in fits.values()
    }
    if not names.telling:
        return fits if 2 * len(fits) >= len(names.columns) else {}
    told = len(names.telling & set(fits.values()))
    enough = len(fits) >= _ENOUGH and told >= _TELLING and len(fits) >= _MOST * len(delivered)
    return fits if enough else {}


def _begins(name: str, names: NameSet) -> str | None:
    """The one name of the set that a cut one is the beginning of, underscores aside."""
    found = [whole for whole in names.columns if bare_text(whole).startswith(bare_text(name))]
    return found[0] if len(found) == 1 else None


@cache
def _sets() -> tuple[NameSet, ...]:
    sets = [
        NameSet(
            each["name"],
            {name: canonical for canonical, name in each["columns"].items()}
            | dict.fromkeys(each["others"], None),
            frozenset(each["telling"]),
        )
        for each in vocabulary()["systems"]
    ]
    for base in bases():
        if base in FORMS and base != "drawing":
            continue
        columns = read_document(base_file(base)).get("columns", {})
        flat = {name: canonical for canonical, rule in columns.items() for name in _required(rule)}
        sets.append(NameSet(base, flat, frozenset()))
    return tuple(sets)


def _required(rule: object) -> tuple[str, ...]:
    if isinstance(rule, str):
        return (rule,)
    joined = Joined.model_validate(rule)
    return () if joined.optional else joined.join
