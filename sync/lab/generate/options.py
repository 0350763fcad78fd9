"""What a synthetic nation is asked to be. The same options give the same data, row for row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from parcels.admin_units import NEW_COMMUNES_FROM, provinces
from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.lab.generate.fabric import FEWEST_PARCELS
from sync.lab.generate.kinds import BY_NAME, PEOPLE

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EXTRACTED_AT = datetime(2026, 11, 20, 22, 0, tzinfo=VIETNAM)  # fixed, so that a seed alone names a nation
MOST_DEFECTS = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """One nation. Raises UsageError when the wishes contradict each other.

    parcels               in all deliveries together
    provinces             codes; empty means all 34
    communes_per_province fewer where a province has fewer
    defects               share of all parcels that carry a seeded defect (aimed at; see docs/adr/0022)
    faults                kind of defect → exact number of parcels that carry it, beside `defects`
    extracted_at          goes into delivery.toml; a later time makes the next delivery of the same nation
    changes               share of parcels that changed hands since the delivery with `changes` 0
    kind                  "changes": only what changed since then, with some parcels ended and some registered anew
    labelled              communes touch, every kind of fault of the catalogue may occur, and what the nation knew before
                          is written beside the deliveries
    since                 goes into delivery.toml of a change set: when the delivery before was extracted
    people                "many": users, certificates, rights and restrictions come as tables beside the parcels
    """

    parcels: int
    provinces: tuple[str, ...] = ()
    communes_per_province: int = 10
    defects: float = 0.0
    faults: Mapping[str, int] = field(default_factory=dict)
    seed: int = 1
    extracted_at: datetime = EXTRACTED_AT
    changes: float = 0.0
    kind: Literal["full", "changes"] = "full"
    since: datetime = EXTRACTED_AT
    labelled: bool = False
    people: Literal["one", "many"] = "one"

    def __post_init__(self) -> None:
        object.__setattr__(self, "provinces", tuple(sorted(set(self.provinces or provinces()))))
        for name in ("extracted_at", "since"):
            if getattr(self, name).tzinfo is None:
                object.__setattr__(self, name, getattr(self, name).replace(tzinfo=VIETNAM))
        _check_provinces(self.provinces)
        _check_numbers(self)
        _check_faults(self.faults, self.people)

    @property
    def as_of(self) -> date:
        """The day of the delivery, in Vietnam: commune codes are those valid then."""
        return self.extracted_at.astimezone(VIETNAM).date()

    def as_dict(self) -> dict[str, Any]:
        """For nation.json."""
        said = asdict(self) | {"faults": dict(self.faults), "extracted_at": self.extracted_at.isoformat()}
        if not self.labelled:
            del said["labelled"]
        if self.people == "one":
            del said["people"]
        if self.kind == "full":
            return {name: value for name, value in said.items() if name not in ("kind", "since")}
        return said | {"since": self.since.isoformat()}


def _wrong(code: str, message: Bilingual, hint: Bilingual) -> UsageError:
    return UsageError(f"GEN-{code}", message, hint)


def _check_provinces(codes: tuple[str, ...]) -> None:
    unknown = [code for code in codes if code not in provinces()]
    if unknown:
        raise _wrong(
            "PROVINCE",
            Bilingual(f"Không có tỉnh mã «{unknown[0]}».", f"There is no province “{unknown[0]}”."),
            Bilingual(
                f"Các mã tỉnh: {', '.join(provinces())}.", f"The province codes are {', '.join(provinces())}."
            ),
        )


def _check_numbers(options: Options) -> None:
    if options.communes_per_province < 1:
        raise _wrong(
            "COMMUNES",
            Bilingual("Mỗi tỉnh phải có ít nhất 1 xã.", "A province needs at least 1 commune."),
            Bilingual(
                "Hãy cho --communes-per-province từ 1 trở lên.", "Give --communes-per-province 1 or more."
            ),
        )
    if options.parcels < FEWEST_PARCELS * len(options.provinces):
        raise too_few(FEWEST_PARCELS * len(options.provinces), options.parcels)
    for name, share, most in (
        ("--defects", options.defects, MOST_DEFECTS),
        ("--changes", options.changes, 1.0),
    ):
        if not 0 <= share <= most:
            raise _wrong(
                "SHARE",
                Bilingual(f"{name} phải từ 0 đến {most:g}.", f"{name} must be from 0 to {most:g}."),
                Bilingual("Ví dụ 0.01 là 1 %.", "For example, 0.01 is 1 %."),
            )
    if options.kind == "changes" and not (options.changes and options.since < options.extracted_at):
        raise _wrong(
            "KIND",
            Bilingual(
                "Gói biến động cần --changes lớn hơn 0 và --extracted-at sau --since.",
                "A change set needs --changes above 0, and --extracted-at after --since.",
            ),
            Bilingual(
                "Ví dụ --kind changes --changes 0.02 --extracted-at 2026-11-21T22:00:00+07:00.",
                "For example --kind changes --changes 0.02 --extracted-at 2026-11-21T22:00:00+07:00.",
            ),
        )
    if options.labelled and (options.kind == "changes" or options.changes):
        raise _wrong(
            "LABELLED",
            Bilingual(
                "Không dùng --labelled cùng với --kind changes hay --changes.",
                "--labelled cannot be combined with --kind changes or --changes.",
            ),
            Bilingual("Hãy bỏ một trong hai.", "Leave one of the two out."),
        )
    if options.seed < 0:
        raise _wrong(
            "SEED",
            Bilingual("--seed phải là số nguyên không âm.", "--seed must be a whole number, 0 or more."),
            Bilingual("Ví dụ --seed 1.", "For example --seed 1."),
        )
    if options.as_of < NEW_COMMUNES_FROM:
        raise _wrong(
            "DATE",
            Bilingual(
                f"Dữ liệu mô phỏng dùng mã xã mới, nên thời điểm trích xuất phải từ ngày "
                f"{NEW_COMMUNES_FROM:%d/%m/%Y}.",
                f"A synthetic nation uses the new commune codes, so it is extracted on {NEW_COMMUNES_FROM} or later.",
            ),
            Bilingual("Hãy cho --extracted-at muộn hơn.", "Give a later --extracted-at."),
        )


def too_few(needed: int, given: int) -> UsageError:
    """Fewer parcels than the chosen communes need."""
    return _wrong(
        "TOO-FEW",
        Bilingual(
            f"{given} thửa là quá ít: cần ít nhất {needed} thửa cho số tỉnh và số xã đã chọn.",
            f"{given} parcels are too few: the chosen provinces and communes need at least {needed}.",
        ),
        Bilingual(
            "Hãy tăng --parcels, hoặc giảm số tỉnh hay số xã.",
            "Raise --parcels, or take fewer provinces or communes.",
        ),
    )


def _check_faults(faults: Mapping[str, int], people: str) -> None:
    of_tables = [kind.name for kind in PEOPLE]
    for name, count in faults.items():
        if name in of_tables and people == "one":
            raise _wrong(
                "FAULT",
                Bilingual(f"Lỗi «{name}» cần --people many.", f"“{name}” needs --people many."),
                Bilingual(
                    "Lỗi này nằm ở bảng người sử dụng, Giấy chứng nhận, quyền.",
                    "It is a fault of tables of users, certificates and rights.",
                ),
            )
        if name not in BY_NAME:
            raise _wrong(
                "FAULT",
                Bilingual(f"Không có loại lỗi «{name}».", f"There is no kind of defect “{name}”."),
                Bilingual(f"Các loại lỗi: {', '.join(BY_NAME)}.", f"The kinds are {', '.join(BY_NAME)}."),
            )
        if count < BY_NAME[name].rows or count % BY_NAME[name].rows:
            raise _wrong(
                "FAULT-COUNT",
                Bilingual(
                    f"Số thửa có lỗi «{name}» phải là bội số dương của {BY_NAME[name].rows}.",
                    f"The number of parcels with “{name}” must be a positive multiple of {BY_NAME[name].rows}.",
                ),
                Bilingual(
                    "Lỗi trùng lặp luôn gắn với từng cặp hai thửa.",
                    "A duplicate always concerns two parcels.",
                ),
            )
