"""The measures of quality, and a measure as it was counted: so many of so many."""

from dataclasses import dataclass
from typing import Literal

from parcels.bilingual import Bilingual

Measure = Literal["dung", "du", "sach", "song", "thong_nhat", "dung_chung", "xac_thuc"]
MEASURES: dict[Measure, Bilingual] = {
    "dung": Bilingual("Đúng", "Correct"),
    "du": Bilingual("Đủ", "Complete"),
    "sach": Bilingual("Sạch", "Clean"),
    "song": Bilingual("Sống", "Up to date"),
    "thong_nhat": Bilingual("Thống nhất", "Consistent"),
    "dung_chung": Bilingual("Dùng chung", "Shared"),
    # Beside the six, see LAND_USERS.
    "xac_thuc": Bilingual("Xác thực", "Authenticated"),
}
LAND_USERS: Measure = "xac_thuc"  # the one measure that counts land users, not rows


@dataclass(frozen=True, slots=True)
class Portion:
    """So many of so many: a measure as it was counted."""

    good: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.good / self.of if self.of else None
