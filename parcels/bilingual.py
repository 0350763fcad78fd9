"""A sentence in the two languages landsync speaks: Vietnamese for the offices, English for the rest."""

from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BeforeValidator, PlainSerializer

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


def _from_document(said: Any) -> Any:
    return Bilingual(**said) if isinstance(said, dict) and said.keys() == {"vi", "en"} else said


# A field of a document: `{"vi": …, "en": …}` there, a Bilingual here.
BilingualText: TypeAlias = Annotated[
    Bilingual, BeforeValidator(_from_document), PlainSerializer(Bilingual._asdict, return_type=dict[str, str])
]
