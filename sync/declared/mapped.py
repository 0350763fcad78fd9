"""What a profile says a canonical column is filled from."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class Joined(BaseModel):
    """A canonical column that is spread over several delivered ones, joined in order; missing ones leave no separator.

    optional  delivered columns that some exports lack: absent ones count as empty
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    join: Annotated[tuple[Text, ...], Field(min_length=1)]
    separator: str = " "
    optional: bool = False
