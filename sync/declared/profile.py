"""How a province delivers: `sync/declared/provinces/NN.toml`, or a file of one's own.

A profile maps delivered columns to canonical ones and gives the defaults for what a delivery does not say.
It never holds data of a delivery.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.crs import is_metric
from parcels.errors import UsageError
from parcels.people import BY_NAME
from parcels.text import fold_text
from parcels.versions import ValidFromMeans
from sync.declared.connection import Connections, refuse_same_names
from sync.declared.form import FormColumn
from sync.declared.mapped import Joined, Text
from sync.declared.states import StateRules
from sync.declared.tables import TableMaps
from sync.declared.tomlfile import WrongValue, aside, load_toml, nearest, read_document
from sync.settings import ROOT, settings

PROVINCE_CODE = r"^\d{2}$"
SHIPPED = ROOT / "sync" / "declared" / "provinces"
DBF_NAME_BYTES = 10  # a Shapefile cuts the names of columns there
FOREIGN = "00"  # the province code of a profile for a cadastre outside Vietnam


class PartDefaults(BaseModel):
    """What holds for the parts that cover one old province, or for one layer, where a delivery is silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    old_province: Text | None = None
    layer: Text | None = None
    epsg: Annotated[int, Field(gt=0)] | None = None
    encoding: Text | None = None


class OwnPlaceholders(BaseModel):
    """What this province writes where nothing is known, beside what the policy knows; what it keeps means something here.

    Both are compared as clean text, in any letter case; 0 is a number as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    add: tuple[Text, ...] = ()
    keep: tuple[Text, ...] = ()
    reason: Text


class ListMap(BaseModel):
    """`[lists]`: how lists of attributes without geometry are read, and by what they are joined to parcels.

    on      canonical columns that together name a parcel in the list and in the file with the geometry
    form    name of a form's column → its place and headings: then `columns` maps the names of the form, whose rows are owners
    people  column of people (parcels.people) → name of the form
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, Text | Joined]
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str | int | float | date] = Field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    read: dict[str, dict[str, Any]] = Field(default_factory=dict)
    on: Annotated[tuple[Text, ...], Field(min_length=1)] = ("commune_code", "sheet_no", "parcel_no")
    form: dict[str, FormColumn] = Field(default_factory=dict)
    people: dict[str, Text] = Field(default_factory=dict)

    @field_validator("columns", "constants")
    @classmethod
    def _canonical(cls, value: dict[str, object]) -> dict[str, object]:
        return _canonical_names(value)

    @field_validator("people", "values")
    @classmethod
    def _of_people(cls, value: dict[str, object]) -> dict[str, object]:
        _canonical_names({name: None for name in value if name not in BY_NAME})
        return value

    @field_validator("on")
    @classmethod
    def _keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _canonical_names(dict.fromkeys(value))
        return value

    def as_profile(self, profile: "Profile") -> "Profile":
        """The province's profile as it is for its lists."""
        own = {"columns": self.columns, "values": self.values, "constants": self.constants, "read": self.read}
        return profile.model_copy(update=own | {"assumed": self.assumed})


class Profile(BaseModel):
    """One province's habits.

    foreign     a cadastre outside Vietnam, for trying things out: it keeps its own CRS, its commune codes are
                taken as they are, and it is judged but never stored
    measured_in EPSG code of the metric CRS in which a foreign cadastre is measured that is delivered in degrees
    columns     canonical name → the delivered column (or columns, joined) that holds it
    values      canonical name → delivered value → canonical value, after the text was cleaned; others stay
    placeholders  canonical name → what else says nothing in it, and what does say something (validators.placeholders)
    assumed     canonical names whose delivered column nobody at that system has confirmed
    read        kind of source → its own settings (`[read.csv]`, `[read.dgn]` …)
    lists       how the lists are read that a delivery joins to its parcels
    tables      how tables of users, certificates, rights and restrictions are read (sync.declared.tables)
    connection  where parcels are pulled from when they do not come as files (docs/connections.md)
    parcels_in_several_rows  the parts of a parcel come as a row each, with one source key (sync.conform.several_rows)
    states      in which state a row is in its own system: only current ones are parcels of today (sync.declared.states)
    valid_from_means  since when what holds: this state of the parcel, or the parcel; unknown until somebody says it
    commune_codes  "old" (of before 1 July 2025) or "new", for deliveries that do not say
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    province: Annotated[str, Field(pattern=PROVINCE_CODE)]
    system: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    foreign: bool = False
    measured_in: Annotated[int, Field(gt=0)] | None = None
    columns: dict[str, Text | Joined]
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    placeholders: dict[str, OwnPlaceholders] = Field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    read: dict[str, dict[str, Any]] = Field(default_factory=dict)
    constants: dict[str, str | int | float | date] = Field(default_factory=dict)
    parts: tuple[PartDefaults, ...] = ()
    lists: ListMap | None = None
    tables: TableMaps = TableMaps()
    connection: Connections = ()
    commune_codes: Literal["new", "old"] | None = None
    valid_from_means: ValidFromMeans = "unknown"
    parcels_in_several_rows: bool = False
    states: StateRules | None = None
    not_applicable: dict[str, Text] = Field(default_factory=dict)

    @field_validator("columns", "constants", "values", "placeholders")
    @classmethod
    def _canonical(cls, value: dict[str, object]) -> dict[str, object]:
        return _canonical_names(value)

    @model_validator(mode="after")
    def _consistent(self) -> "Profile":
        refuse_same_names(self.connection)
        both = sorted(set(self.columns) & set(self.constants))
        if both:
            raise WrongValue(
                Bilingual(
                    f"cột «{both[0]}» vừa nằm trong [columns] vừa nằm trong [constants]",
                    f"column “{both[0]}” is in both [columns] and [constants]",
                )
            )
        if self.foreign != (self.province == FOREIGN):
            raise WrongValue(
                Bilingual(
                    f'hồ sơ của dữ liệu nước ngoài phải ghi foreign = true và province = "{FOREIGN}"',
                    f'a profile of a foreign cadastre needs foreign = true and province = "{FOREIGN}"',
                )
            )
        if self.measured_in is not None and not (self.foreign and is_metric(self.measured_in)):
            raise WrongValue(
                Bilingual(
                    "measured_in là mã EPSG của một hệ tọa độ phẳng tính bằng mét, chỉ dùng cho dữ liệu nước ngoài",
                    "measured_in is the EPSG code of a projected CRS in metres, for a foreign cadastre only",
                )
            )
        return self

    def delivered_name(self, canonical: str) -> str | None:
        """The one delivered column of a canonical one; None where it has none, or several joined."""
        rule = self.columns.get(canonical)
        names = rule.join if isinstance(rule, Joined) else (rule,)
        return names[0] if len(names) == 1 else None

    def defaults_for(self, old_province: str | None, layer: str | None) -> PartDefaults | None:
        """The defaults of a part: by its old province when it names one, else by its layer, else the only ones."""
        if old_province is not None and any(part.old_province for part in self.parts):
            wanted = fold_text(old_province)
            found = [part for part in self.parts if fold_text(part.old_province or "") == wanted]
            return found[0] if len(found) == 1 else None
        if layer is not None:
            found = [part for part in self.parts if part.layer == layer]
            if len(found) == 1:
                return found[0]
        return self.parts[0] if len(self.parts) == 1 else None


def _canonical_names(value: dict[str, object]) -> dict[str, object]:
    """The same, after every key was seen to be a canonical column. Raises WrongValue."""
    known = {column.name for column in delivered_columns()}
    for name in value:
        if name not in known:
            hint = aside(nearest(name, known))
            raise WrongValue(
                Bilingual(
                    f"không có cột chuẩn «{name}»{hint.vi}",
                    f"there is no canonical column “{name}”{hint.en}",
                )
            )
    return value


def province_of(path: Path) -> str:
    """The province that a profile of one's own is for. Raises UsageError."""
    return _load(path).province


def profile_file(province: str) -> Path:
    """Where this installation says how a province delivers: its own profile, else the shipped one."""
    own = settings().provinces / f"{province}.toml"
    shipped = SHIPPED / f"{province}.toml"
    return shipped if shipped.is_file() and not own.is_file() else own


def refuse_other_than_a_code(province: str) -> None:
    """Raise UsageError PRF-PROVINCE for what is no code of a province by its form."""
    if not re.match(PROVINCE_CODE, province):
        raise UsageError(
            "PRF-PROVINCE",
            Bilingual(f"Mã tỉnh «{province}» không hợp lệ.", f"“{province}” is not a province code."),
            Bilingual("Mã tỉnh gồm hai chữ số, ví dụ 01.", "A province code has two digits, such as 01."),
        )


def load_profile(province: str, path: Path | None = None) -> Profile:
    """The profile of `province`, from `path` or from the folder of profiles. Raises UsageError."""
    refuse_other_than_a_code(province)
    file = path or profile_file(province)
    profile = _load(file)
    if profile.province != province:
        raise UsageError(
            "PRF-PROVINCE",
            Bilingual(
                f"Hồ sơ {file.name} là của tỉnh {profile.province}, không phải tỉnh {province}.",
                f"The profile {file.name} is of province {profile.province}, not of province {province}.",
            ),
            Bilingual("Hãy chọn đúng hồ sơ hoặc đúng mã tỉnh.", "Choose the right profile or province code."),
        )
    return profile


def _load(file: Path) -> Profile:
    if not file.is_file():
        raise UsageError(
            "PRF-MISSING",
            Bilingual(f"Không có tệp hồ sơ {file}.", f"There is no profile {file}."),
            Bilingual("Hãy chỉ một tệp hồ sơ bằng --profile FILE.", "Name a profile with --profile FILE."),
        )
    return load_toml(file, Profile, UsageError, "PRF-INVALID", extend=_extended)


def base_file(name: str) -> Path:
    """The base profile of a system, which the profiles of provinces extend: the installation's own, else the shipped one."""
    own = settings().provinces / "base" / f"{name}.toml"
    return own if own.is_file() else SHIPPED / "base" / f"{name}.toml"


def bases() -> list[str]:
    """The names of the base profiles that there are."""
    folders = {settings().provinces / "base", SHIPPED / "base"}
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def _extended(document: dict[str, Any]) -> dict[str, Any]:
    """A profile with the base profile that it `extends` beneath it: tables are merged key by key, the rest replaced.

    A key in [columns] takes one of the base's [constants] out, and the other way round; `without` lists canonical
    columns of the base that this province does not deliver. A column that a province names itself is not assumed.
    """
    document = _over_its_base(document)
    if isinstance(document.get("lists"), dict):
        lists = _over_its_base(document["lists"])
        document["lists"] = {key: value for key, value in lists.items() if key != "system"}
    return document


def _over_its_base(document: dict[str, Any]) -> dict[str, Any]:
    name = document.pop("extends", None)
    without = document.pop("without", [])
    if name is None:
        if without:
            raise WrongValue(
                Bilingual(
                    "without chỉ dùng cùng extends", "without needs extends: there is no base to take from"
                )
            )
        return document
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_-]{1,40}", name):
        raise WrongValue(Bilingual("extends phải là tên một hồ sơ gốc", "extends must name a base profile"))
    file = base_file(name)
    if not file.is_file():
        like = aside(nearest(name, bases()))
        raise WrongValue(
            Bilingual(f"không có hồ sơ gốc «{name}»{like.vi}", f"there is no base profile “{name}”{like.en}")
        )
    base = read_document(file)
    for ours, theirs in (("columns", "constants"), ("constants", "columns")):
        for key in document.get(ours, {}):
            base.get(theirs, {}).pop(key, None)
    for key in _listed(without, base):
        base["columns"].pop(key)
    own = document.get("columns", {})
    base["assumed"] = [key for key in base.get("assumed", []) if key in base["columns"] and key not in own]
    return _merged(base, document)


def _listed(without: object, base: dict[str, Any]) -> list[str]:
    if not isinstance(without, list) or not set(map(str, without)) <= set(base.get("columns", {})):
        known = ", ".join(base.get("columns", {}))
        raise WrongValue(
            Bilingual(
                f"without chỉ được liệt kê các cột của hồ sơ gốc: {known}",
                f"without may list only columns of the base profile: {known}",
            )
        )
    return [str(key) for key in without]


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result
