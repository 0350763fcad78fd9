"""What is written where nothing is known: the policy's vocabulary of placeholders, by column.

A register's file often has no way to leave a field empty: numbers of a DBF have no NULL, and forms want something
typed. `sync.conform.placeholders` applies it, once, to every delivered column; from there on such a value is missing.
"""

import re
from typing import Literal

from pydantic import Field, model_validator

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from validators.tolerances import Rules

Kind = Literal["marks", "zeros", "words", "dates"]

# Nothing but signs: no letter and no digit (---, ?, #, …); nothing but zeros among them (0, 00, 0/0, 0.0).
_MARKS = r"[^\p{L}\p{N}]+"
_ZEROS = r"(?:[0\x{FF10}]|[^\p{L}\p{N}])+"


class PlaceholderRules(Rules):
    """Placeholders. A value is compared as clean text, in any letter case.

    words    texts that say that nothing is said
    dates    days that programs write for no day
    columns  delivered column → the kinds that say nothing in it; in a column that is not listed every value is one
    also     delivered column → more texts that say nothing in it alone
    """

    words: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    columns: dict[str, tuple[Kind, ...]] = Field(default_factory=dict)
    also: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_known_columns(self) -> "PlaceholderRules":
        known = {column.name for column in delivered_columns()}
        unknown = sorted({*self.columns, *self.also} - known)
        if unknown:
            raise ValueError(f"unknown column in [placeholders]: {', '.join(unknown)}")
        return self

    def pattern(self, column: str, added: tuple[str, ...] = ()) -> str | None:
        """A regular expression (RE2) of what says nothing in a column; None where every value says something."""
        kinds = self.columns.get(column, ())
        texts = (*(self.words if "words" in kinds else ()), *self.also.get(column, ()), *added)
        parts = [
            *([_MARKS] if "marks" in kinds else []),
            *([_ZEROS] if "zeros" in kinds else []),
            *(re.escape(text) for text in texts),
        ]
        return f"(?i)^(?:{'|'.join(parts)})$" if parts else None

    def says_zero(self, column: str) -> bool:
        """Whether the number 0 says nothing in a column."""
        return "zeros" in self.columns.get(column, ()) or "0" in self.also.get(column, ())


def counts_as_empty(*values: str) -> Bilingual:
    """That delivered values were taken for nothing, inside a sentence."""
    return Bilingual(
        f"«{'», «'.join(values)}» được coi là chưa ghi",
        f"“{'”, “'.join(values)}” {'counts' if len(values) == 1 else 'count'} as not filled",
    )
