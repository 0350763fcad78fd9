"""What a province hands over at one time: its files, and what `delivery.toml` says about them.

This module reads names and the small text file beside the data, never the data. Without a `delivery.toml`
every source file is a part, nothing is complete, and arrival time orders.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.profile import PROVINCE_CODE, Profile, Text
from sync.sources import is_source, source_of
from sync.sources.base import local_path, missing_file
from sync.tomlfile import WrongValue, load_toml

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DELIVERY_FILE = "delivery.toml"
MAX_FILES = 10_000
Axes = Literal["east-north", "north-east"]


class Part(BaseModel):
    """One table of a delivery. `file` is relative to the delivery's folder, with forward slashes.

    axes  the order of coordinates in the file; Vietnamese lists often name northing X and put it first
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Text
    layer: Text | None = None
    epsg: Annotated[int, Field(gt=0)] | None = None
    encoding: Text | None = None
    old_province: Text | None = None
    axes: Axes = "east-north"

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        if leaves_its_folder(value):
            raise WrongValue(
                Bilingual(
                    f"tên tệp «{value}» phải nằm trong thư mục của gói dữ liệu",
                    f"the file name “{value}” must lie inside the delivery's folder",
                )
            )
        return value


class DeliveryToml(BaseModel):
    """The keys of `delivery.toml`.

    commune_codes  whether commune codes are those of before or after 1 July 2025; None where it does not say:
                   then the data must show it
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    province: Annotated[str, Field(pattern=PROVINCE_CODE)]
    kind: Literal["full", "changes"] = "full"
    extracted_at: datetime | None = None
    commune_codes: Literal["new", "old"] | None = None
    complete_for: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()
    parts: tuple[Part, ...] = ()

    @field_validator("extracted_at")
    @classmethod
    def _in_vietnam(cls, value: datetime | None) -> datetime | None:
        """A time without an offset is a time in Vietnam."""
        return value.replace(tzinfo=VIETNAM) if value is not None and value.tzinfo is None else value

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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it lies on disk.

    root      the folder that the names in `files` are relative to
    files     every file of the delivery, sorted, forward slashes
    declared  whether a delivery.toml speaks for it
    unlisted  data files that lie there but that delivery.toml does not name: not read, and reported
    """

    root: Path
    files: tuple[str, ...]
    says: DeliveryToml
    declared: bool
    unlisted: tuple[str, ...] = ()


def read_delivery(path: Path, profile: Profile) -> Delivery:
    """The delivery at `path`: one data file, or a folder. Raises UsageError or DeliveryRejected."""
    if path.is_symlink():
        raise _link(path.name)
    if path.is_dir() and not is_source(path, folder=True):
        return _from_folder(path, profile)
    if path.exists():
        members = source_of(path).members(path)
        _refuse_special(members)
        says = DeliveryToml(province=profile.province, parts=(Part(file=path.name),))
        names = sorted(member.relative_to(path.parent).as_posix() for member in members)
        return Delivery(path.parent, tuple(names), says, declared=False)
    raise UsageError(
        "DLV-NOT-FOUND",
        Bilingual(f"Không tìm thấy gói dữ liệu «{path}».", f"There is no delivery at “{path}”."),
        Bilingual("Hãy kiểm tra đường dẫn.", "Check the path."),
    )


def leaves_its_folder(name: str) -> bool:
    """Whether a relative name, on Windows or elsewhere, is absolute, climbs up or has an unprintable mark."""
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    return (
        "\\" in name
        or bool(windows.drive or windows.root)
        or posix.is_absolute()
        or ".." in posix.parts
        or not name.isprintable()
    )


def _from_folder(folder: Path, profile: Profile) -> Delivery:
    files = tuple(sorted(_walk(folder)))
    sources = tuple(_sources(files))
    toml = folder / DELIVERY_FILE
    declared = toml.is_file()
    if declared:
        says = load_toml(toml, DeliveryToml, DeliveryRejected, "DLV-TOML")
        _refuse_other_province(says.province, profile.province)
        _refuse_changes(says.kind)
    else:
        says = DeliveryToml(province=profile.province)
    if not says.parts:
        says = says.model_copy(update={"parts": tuple(Part(file=name) for name in sources)})
    if not says.parts:
        raise DeliveryRejected(
            "DLV-NO-DATA",
            Bilingual(
                f"Thư mục «{folder.name}» không có tệp dữ liệu nào đọc được.",
                f"The folder “{folder.name}” holds no data file that can be read.",
            ),
            Bilingual(
                "Hãy đặt tệp GeoPackage hoặc shapefile vào thư mục.", "Put a GeoPackage or a shapefile there."
            ),
        )
    named = {part.file for part in says.parts}
    for name in sorted(named - set(files) - set(sources)):
        raise missing_file(name)
    unlisted = tuple(name for name in sources if name not in named)
    return Delivery(folder, files, says, declared, unlisted)


def _sources(files: tuple[str, ...]) -> Iterator[str]:
    """The names among `files` that are main files of a source; a folder that is one source (.gdb) once, itself."""
    seen: set[str] = set()
    for name in files:
        path = PurePosixPath(name)
        folder = next((up for up in reversed(path.parents) if is_source(Path(up), folder=True)), None)
        if folder is None and is_source(Path(name)):
            yield name
        elif folder is not None and str(folder) not in seen:
            seen.add(str(folder))
            yield str(folder)


def _walk(folder: Path) -> Iterator[str]:
    """Every file below `folder`, hidden ones aside; refuses what is not an ordinary file."""
    found = 0
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise _link(name)
        if any(part.startswith(".") for part in path.relative_to(folder).parts) or path.is_dir():
            continue
        _refuse_special((path,))
        found += 1
        if found > MAX_FILES:
            raise DeliveryRejected(
                "DLV-TOO-MANY-FILES",
                Bilingual(
                    f"Thư mục «{folder.name}» có hơn {MAX_FILES} tệp.",
                    f"The folder “{folder.name}” holds more than {MAX_FILES} files.",
                ),
                Bilingual("Hãy chỉ gửi tệp của gói dữ liệu.", "Send the delivery's own files only."),
            )
        yield name


def _refuse_special(paths: tuple[Path, ...]) -> None:
    """Refuse links, pipes and devices, and names that GDAL would not take as they are."""
    for path in paths:
        if path.is_symlink():
            raise _link(path.name)
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DeliveryRejected(
                "DLV-NOT-A-FILE",
                Bilingual(
                    f"«{path.name}» không phải là tệp thường.", f"“{path.name}” is not an ordinary file."
                ),
                Bilingual("Hãy bỏ nó khỏi gói dữ liệu.", "Remove it from the delivery."),
            )
        if not path.name.isprintable():
            raise DeliveryRejected(
                "DLV-NAME",
                Bilingual("Tên tệp có ký tự điều khiển.", "A file's name has control characters."),
                Bilingual("Hãy đổi tên tệp.", "Rename the file."),
            )
        local_path(Path("/") / path.name)


def _link(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-SYMLINK",
        Bilingual(
            f"«{name}» là liên kết tượng trưng, không phải tệp.", f"“{name}” is a symbolic link, not a file."
        ),
        Bilingual("Hãy gửi chính tệp đó.", "Send the file itself."),
    )


def _refuse_other_province(said: str, asked: str) -> None:
    if said != asked:
        raise DeliveryRejected(
            "DLV-PROVINCE",
            Bilingual(
                f"delivery.toml ghi mã tỉnh {said}, nhưng đang nhận dữ liệu của tỉnh {asked}.",
                f"delivery.toml says province {said}, but this is a run of province {asked}.",
            ),
            Bilingual(
                "Hãy kiểm tra gói dữ liệu có đúng của tỉnh này không, rồi sửa mã tỉnh.",
                "Check whose delivery this is, then correct the province code.",
            ),
        )


def _refuse_changes(kind: str) -> None:
    if kind == "changes":
        raise DeliveryRejected(
            "DLV-KIND",
            Bilingual(
                'Chưa nhận được gói dữ liệu biến động (kind = "changes").',
                'Change sets (kind = "changes") cannot be taken yet.',
            ),
            Bilingual('Hãy gửi bản đầy đủ (kind = "full").', 'Send a full snapshot (kind = "full").'),
        )
