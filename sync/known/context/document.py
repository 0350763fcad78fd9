"""`context.json`: what a context file says of itself."""

from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = "landsync-context"
VERSION: Final = 4  # it may hold what the land statistics expect; files of before are read


class Receipt(BaseModel):
    """The last receipt of a province when the context was made: what is in it is as of then."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    province: str
    sequence: int
    sha256: str | None


class CommuneEntry(BaseModel):
    """What is said of a commune without reading it: its live parcels, and their bounding box (EPSG:4756)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    parcels: int
    bounds: tuple[float, float, float, float] | None = None


class ContextDocument(BaseModel):
    """`context.json`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: str
    version: int
    province: str = Field(pattern=r"^\d{2}$")
    as_of: date
    made_at: datetime
    receipts: tuple[Receipt, ...] = ()
    communes: dict[str, CommuneEntry] = {}
