"""`delivery.toml`: what a delivery says of itself, beside its data."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from parcels.bilingual import Bilingual
from sync.clock import in_vietnam
from sync.declared.changes import Span
from sync.declared.mapped import Text
from sync.declared.paths import leaves_its_folder
from sync.declared.profile import PROVINCE_CODE
from sync.declared.tables import Holds
from sync.declared.tomlfile import WrongValue

DELIVERY_FILE = "delivery.toml"
Axes = Literal["east-north", "north-east"]
CommuneCodes = Literal["new", "old"]


class Part(BaseModel):
    """One table of a delivery. `file` is relative to the delivery's folder, with forward slashes.

    axes           the order of coordinates in the file; Vietnamese lists often name northing X and put it first
    commune_codes  as in DeliveryToml, where the parts differ
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Text
    layer: Text | None = None
    epsg: Annotated[int, Field(gt=0)] | None = None
    encoding: Text | None = None
    old_province: Text | None = None
    axes: Axes = "east-north"
    commune_codes: CommuneCodes | None = None

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        return _inside(value)


class AttributeList(BaseModel):
    """A list of attributes without geometry (XLSX, CSV), joined to the parcels of the delivery's parts.

    on  canonical columns that name a parcel on both sides; None: as the profile says in [lists]
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Text
    layer: Text | None = None
    encoding: Text | None = None
    on: tuple[Text, ...] | None = None

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        return _inside(value)


class PeopleTableFile(BaseModel):
    """A table of people beside the parcels, joined to them by its keys; how it is read says [tables] of the profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    holds: Holds
    file: Text
    layer: Text | None = None
    encoding: Text | None = None

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        return _inside(value)


def _inside(name: str) -> str:
    """A file's name that stays in the delivery's folder, with forward slashes. Raises WrongValue."""
    if not name.isprintable():
        raise WrongValue(
            Bilingual(
                'tên tệp có ký tự điều khiển; trong TOML, dấu \\ giữa hai dấu " đổi nghĩa chữ đứng sau nó: '
                "hãy viết / thay cho \\",
                'the file name has a control character; in TOML a \\ between " changes what follows it: '
                "write / instead of \\",
            )
        )
    name = name.replace("\\", "/")  # as Windows divides folders
    if leaves_its_folder(name):
        raise WrongValue(
            Bilingual(
                f"tên tệp «{name}» phải nằm trong thư mục của gói dữ liệu",
                f"the file name “{name}” must lie inside the delivery's folder",
            )
        )
    return name


class DeliveryToml(BaseModel):
    """The keys of `delivery.toml`.

    commune_codes  whether commune codes are those of before or after 1 July 2025; None where it does not say:
                   then the data must show it
    sequence       of a change set: its number; of a full snapshot: the last change set that it includes
    since, until   of a change set, instead of a number: it holds every change after `since` up to and with `until`
    lists          files of the delivery that hold attributes of its parcels and no geometry (sync.conform.lists)
    tables         tables of users, certificates, rights, restrictions (sync.conform.tables); where it names none, those that
                   the profile knows by their names
    sheet_table    a CSV or XLSX file of the delivery that says what became of each old map sheet (sync.conform.sheets)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    province: Annotated[str, Field(pattern=PROVINCE_CODE)]
    kind: Literal["full", "changes"] = "full"
    extracted_at: datetime | None = None
    commune_codes: CommuneCodes | None = None
    sequence: Annotated[int, Field(gt=0)] | None = None
    since: datetime | None = None
    until: datetime | None = None
    sheet_table: Text | None = None
    complete_for: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()
    parts: tuple[Part, ...] = ()
    lists: tuple[AttributeList, ...] = ()
    tables: tuple[PeopleTableFile, ...] = ()

    @field_validator("sheet_table")
    @classmethod
    def _table_stays_inside(cls, value: str | None) -> str | None:
        return None if value is None else _inside(value)

    @field_validator("extracted_at", "since", "until")
    @classmethod
    def _in_vietnam(cls, value: datetime | None) -> datetime | None:
        """A time without an offset is a time in Vietnam. One that cannot be is refused by `sync.declared.moments`."""
        return None if value is None else in_vietnam(value)

    @field_validator("parts")
    @classmethod
    def _each_once(cls, value: tuple[Part, ...]) -> tuple[Part, ...]:
        seen: set[tuple[str, str | None]] = set()
        for part in value:
            if (part.file, part.layer) in seen:
                raise WrongValue(
                    Bilingual(
                        f"tệp «{part.file}» lớp «{part.layer or ''}» được khai hai lần",
                        f"the file “{part.file}”, layer “{part.layer or ''}”, is listed twice",
                    )
                )
            seen.add((part.file, part.layer))
        return value

    @field_validator("tables")
    @classmethod
    def _each_table_once(cls, value: tuple[PeopleTableFile, ...]) -> tuple[PeopleTableFile, ...]:
        seen: set[tuple[str, str | None]] = set()
        for table in value:
            if (table.file, table.layer) in seen:
                raise WrongValue(
                    Bilingual(
                        f"bảng «{table.layer or ''}» của tệp «{table.file}» được khai hai lần trong [[tables]]",
                        f"the table “{table.layer or ''}” of the file “{table.file}” is listed twice in [[tables]]",
                    )
                )
            seen.add((table.file, table.layer))
        return value

    @property
    def span(self) -> Span:
        """Which changes a change set holds."""
        return Span(self.sequence, self.since, self.until)
