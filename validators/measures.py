"""The measures of quality, and a measure as it was counted: so many of so many."""

from dataclasses import dataclass
from typing import Literal

from parcels.bilingual import Bilingual

Measure = Literal["dung", "du", "sach", "song", "thong_nhat", "dung_chung", "xac_thuc", "thong_tin"]
MEASURES: dict[Measure, Bilingual] = {
    "dung": Bilingual("Đúng", "Correct"),
    "du": Bilingual("Đủ", "Complete"),
    "sach": Bilingual("Sạch", "Clean"),
    "song": Bilingual("Sống", "Up to date"),
    "thong_nhat": Bilingual("Thống nhất", "Consistent"),
    "dung_chung": Bilingual("Dùng chung", "Shared"),
    # Beside the six, see LAND_USERS; and whether the rows that are there say all that they must.
    "xac_thuc": Bilingual("Xác thực", "Authenticated"),
    "thong_tin": Bilingual("Đủ thông tin", "Filled in"),
}
LAND_USERS: Measure = "xac_thuc"  # the one measure that counts land users, not rows
COMPLETENESS: Measure = "du"  # the one that is held against the land statistics; it may be more than 1


@dataclass(frozen=True, slots=True)
class Portion:
    """So many of so many: a measure as it was counted."""

    good: int
    of: int

    @property
    def share(self) -> float | None:
        """None of nothing."""
        return self.good / self.of if self.of else None
