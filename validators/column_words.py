"""Columns inside a sentence."""

from parcels.bilingual import Bilingual
from parcels.columns import by_name
from parcels.people import BY_NAME


def short_name(canonical: str) -> Bilingual:
    """The meaning of a canonical column without its explanations, no capital."""
    column = by_name().get(canonical) or BY_NAME[canonical].column
    return Bilingual(_short(column.vi), _short(column.en))


def short_names(joined: str, joiner: str) -> Bilingual:
    """The same of several, one after the other."""
    named = [short_name(name) for name in joined.split(joiner)]
    return Bilingual(", ".join(name.vi for name in named), ", ".join(name.en for name in named))


def _short(meaning: str) -> str:
    name = meaning.partition(",")[0].partition("(")[0].strip()
    return name[:1].lower() + name[1:]
