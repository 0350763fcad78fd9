"""A document of a run's folder: typed, versioned, written whole, read in any version that was ever written.

A document states its version; one without was written before documents did and is the first. What an older version
lacks or calls otherwise is added by the upgrades, one for each version, never guessed by whoever reads.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.folder.files import read_json, write_json

Counts: TypeAlias = dict[str, JsonValue]  # what a stage tells the ledger of itself, and Airflow's next task
Upgrade: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]  # the content of a version → of the next


class Record(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Record):
    """A JSON document at `FILE`, relative to the run's folder. `UPGRADES[n]` makes version n + 2 of version n + 1."""

    FILE: ClassVar[str]
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = ()

    @classmethod
    def version(cls) -> int:
        """The version that is written."""
        return 1 + len(cls.UPGRADES)

    def save(self, folder: Path) -> None:
        """Leave the document in a folder, whole or not at all."""
        write_json(folder / self.FILE, {"version": self.version(), **self.model_dump(mode="json")})

    @classmethod
    def is_in(cls, folder: Path) -> bool:
        """Whether the folder has such a document."""
        return (folder / cls.FILE).is_file()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The document of a folder.

        Raises FileNotFoundError when its stage has not run, ComponentMissing (FOLDER-VERSION, FOLDER-DAMAGED).
        """
        path = folder / cls.FILE
        try:
            content = read_json(path)
            version = int(content.pop("version", 1))
            if version > cls.version():
                raise _too_new(path, version, cls.version())
            for upgrade in cls.UPGRADES[version - 1 :]:
                content = upgrade(content)
            return cls.model_validate(content)
        except (
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
        ) as failure:  # what is no longer as it was written
            raise _damaged(path) from failure

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        """The document of a folder; None where there is none."""
        return cls.load(folder) if cls.is_in(folder) else None

    @classmethod
    def forget(cls, folder: Path) -> None:
        """Take the document away, where there is one."""
        (folder / cls.FILE).unlink(missing_ok=True)


def _too_new(path: Path, version: int, known: int) -> ComponentMissing:
    return ComponentMissing(
        "FOLDER-VERSION",
        Bilingual(
            f"Tệp «{path}» ở phiên bản {version}; bản landsync này chỉ đọc được đến {known}.",
            f"“{path}” is of version {version}; this landsync reads up to {known}.",
        ),
        Bilingual("Hãy cập nhật landsync rồi chạy lại.", "Update landsync and run it again."),
    )


def _damaged(path: Path) -> ComponentMissing:
    return ComponentMissing(
        "FOLDER-DAMAGED",
        Bilingual(
            f"Tệp «{path}» của thư mục lượt chạy không còn như landsync đã ghi.",
            f"“{path}” of the run's folder is not as landsync wrote it.",
        ),
        Bilingual("Hãy đồng bộ lại gói dữ liệu đó.", "Synchronise that delivery again."),
    )
