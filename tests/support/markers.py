"""Fifty persons who cannot be mistaken for anybody, put into a delivery, and a word that may be read everywhere.

Each kind of value begins with a stem of its own that stands nowhere else. The persons' are searched in everything that
somebody without the right may read. The canary is in what is public, the address: where the persons are not found, it has to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from sync.declared.profile import load_profile
from tests.support.deliveries import PROVINCE, rewrite

PERSONS = 50
CANARY = "Thoắng Kwỳnh"  # no person: a place
STEMS = {
    "name": "Nghiễm Khoắng",
    "number": "0361775309",
    "certificate": "ZQ775309",
    "key": "CSDQZ53091",
}
_GIVEN = (
    "Ẩm", "Ẵng", "Bổng", "Bướm", "Chặng", "Chưởng", "Dẫy", "Duỗng", "Đẵm", "Đượm", "Ếnh", "Gẫy", "Giặng", "Giỡn", "Hẫng",
    "Huỳnh", "Khẳm", "Khuỷu", "Lẵng", "Luỹ", "Mẫm", "Muỗm", "Nẫm", "Ngoẵng", "Nguỵ", "Nhẫy", "Ổi", "Ỡm", "Phẵng", "Phượu",
    "Quẫy", "Quỵt", "Rẫm", "Rượm", "Sẵm", "Suỵt", "Tẵng", "Thuỷm", "Trẫm", "Truỵt", "Uổng", "Ưỡn", "Vẫy", "Vượm", "Xẵng",
    "Xuỵm", "Ỳm", "Ỷu", "Ỹm", "Ỵch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One of them; the columns are named as the catalogue names them."""

    name: str
    number: str
    certificate: str
    key: str
    address: str

    @property
    def canonical(self) -> dict[str, object]:
        """Canonical column → value. Some are as they should not be, so that the checks have something to say of them."""
        at = PEOPLE.index(self)
        number = (self.number, self.number[:11], f"{self.number}A", self.number)[at % 4]
        return {
            "land_user_name": self.name,
            "land_user_id_number": number,
            "land_user_birth_year": (1977, 1977, 1977, 2977)[at % 4],
            "land_user_key": self.key,
            "certificate_no": self.certificate,
            "certificate_issued_on": ("2010-04-02", "1017-04-02")[at % 5 == 4],
            "address": self.address,
        }


PEOPLE = tuple(
    Person(
        f"Đoàn {STEMS['name']} {given}",
        f"{STEMS['number']}{at:02d}",
        f"{STEMS['certificate']}{at:02d}",
        f"{STEMS['key']}{at:02d}",
        f"Ngõ {CANARY} {at:02d}",
    )
    for at, given in enumerate(_GIVEN)
)


def values() -> Iterator[tuple[str, str]]:
    """Every value of a person that nobody may see, with its kind."""
    for person in PEOPLE:
        for kind in STEMS:
            yield kind, str(getattr(person, kind))


def moved_in(frame: gpd.GeoDataFrame, people: tuple[Person, ...]) -> gpd.GeoDataFrame:
    """The frame with a person in each of its first rows, and the canary in the address of all."""
    profile = load_profile(PROVINCE)
    for at, person in zip(frame.index, people, strict=False):
        for canonical, value in person.canonical.items():
            column = profile.delivered_name(canonical)
            assert column in frame.columns, canonical
            known = frame[column]
            if known.dtype.kind == "M":
                frame[column] = known = known.astype(object)
            frame.loc[at, column] = value
    return frame


def plant(delivery: Path) -> None:
    """Let the fifty live in a delivery of GeoPackages: half of them in each of its first two files."""
    files = sorted(path.name for path in delivery.glob("*.gpkg"))[:2]
    share = PERSONS // len(files)
    for at, name in enumerate(files):
        some = PEOPLE[at * share : (at + 1) * share]
        rewrite(delivery, name, lambda frame, some=some: moved_in(frame, some))  # type: ignore[misc]
