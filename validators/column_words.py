"""Columns inside a sentence."""

from parcels.bilingual import Bilingual
from parcels.columns import by_name


def short_name(canonical: str) -> Bilingual:
    """The meaning of a canonical column without its explanations, no capital."""
    column = by_name()[canonical]
    return Bilingual(_short(column.vi), _short(column.en))


def _short(meaning: str) -> str:
    name = meaning.partition(",")[0].partition("(")[0].strip()
    return name[:1].lower() + name[1:]
