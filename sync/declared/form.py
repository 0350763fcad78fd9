"""A form whose columns are known by their place and by what stands over them, as base profiles declare it.

Forms of a campaign come in versions: columns are left out or added, headings are worded otherwise. Which column is which says
`[form]` of the profile of lists, a line for each, so that an office corrects it without code.
"""

import unicodedata
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str, Field(min_length=1, max_length=300)]


class FormColumn(BaseModel):
    """One column of a form.

    at        its place, counted from 1
    heading   words of which one stands over it, or over the group that it is in; compared without case, marks and signs
    unless    words of which none may
    optional  versions of the form may lack it
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[int, Field(ge=1, le=16_384)]
    heading: Annotated[tuple[Words, ...], Field(min_length=1)]
    unless: tuple[Words, ...] = ()
    optional: bool = False

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return tuple(bare_words(words) for words in self.heading)

    @cached_property
    def _unwanted(self) -> tuple[str, ...]:
        return tuple(bare_words(words) for words in self.unless)

    def fits(self, bare: str) -> bool:
        """Whether a heading (`bare_words`) is this column's."""
        return any(words in bare for words in self._wanted) and not any(
            words in bare for words in self._unwanted
        )


def bare_words(text: str) -> str:
    """A heading as it is compared: base letters and digits of its words, a blank around each."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(
        letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
    )
    return f" {' '.join(kept.split())} "
