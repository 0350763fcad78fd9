"""A sentence in the two languages landsync speaks: Vietnamese for the offices, English for the rest."""

from typing import Literal, NamedTuple

Lang = Literal["vi", "en"]


class Bilingual(NamedTuple):
    """The same sentence twice. Both are always given: a message that exists in one language is a defect."""

    vi: str
    en: str

    def say(self, lang: Lang) -> str:
        """The sentence in `lang`."""
        return self.vi if lang == "vi" else self.en

    def format(self, **facts: object) -> "Bilingual":
        """Both sentences with `{name}` placeholders filled in."""
        return Bilingual(self.vi.format(**facts), self.en.format(**facts))
