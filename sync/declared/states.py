"""`[states]` of a profile: in which state a row is in its own system, and which states are parcels of today."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parcels.bilingual import Bilingual
from sync.declared.tomlfile import WrongValue

RowState = Literal["current", "draft", "historic"]
Value = Annotated[str, Field(min_length=1)]


class StateRules(BaseModel):
    """The delivered column that says it, and what its values mean; letter case does not matter.

    optional  some exports lack the column: then every row is current
    blank     what a row without a value is; unsaid, it is as a value that nobody explained
    assumed   nobody at the system has confirmed the column or its values
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: Value
    current: Annotated[tuple[Value, ...], Field(min_length=1)]
    draft: tuple[Value, ...] = ()
    historic: tuple[Value, ...] = ()
    blank: RowState | None = None
    optional: bool = False
    assumed: bool = False

    @property
    def meanings(self) -> dict[str, RowState]:
        """Value, in small letters → state."""
        said: dict[RowState, tuple[str, ...]] = {
            "current": self.current,
            "draft": self.draft,
            "historic": self.historic,
        }
        return {value.lower(): state for state, values in said.items() for value in values}

    @model_validator(mode="after")
    def _each_once(self) -> "StateRules":
        values = [value.lower() for value in (*self.current, *self.draft, *self.historic)]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise WrongValue(
                Bilingual(
                    f"giá trị trạng thái «{twice[0]}» được khai hai lần",
                    f"the value “{twice[0]}” of a state is listed twice",
                )
            )
        return self
