"""The words for people, rights and certificates, as deliveries bring them: records, allowed values, and the rule behind each.

A parcel has several land users, a user several parcels, a certificate several of both. One row of `PEOPLE_SCHEMA` is a right:
a parcel, who has it, and on which certificate. A restriction and a transferee are rows of their own, and never a right. There
is no national entity of a person: a user belongs to the source that names him. Every column here is private. How
it is stored say `parcels.columns.RECORDS`: users, certificates and rights of a parcel, restrictions, transferees.
"""

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from parcels import personal
from parcels.bilingual import Bilingual
from parcels.column import Column
from parcels.model import arrow_field

# What a row of PEOPLE_SCHEMA says.
Says = Literal["right", "restriction", "transferee"]
SAYS: Final[tuple[Says, ...]] = ("right", "restriction", "transferee")
MOST_OF_A_PARCEL: Final = 2**15 - 1  # rows of one kind: the numbers of what is stored are of two octets
# Why a column of a person is kept at all.
Purpose = Literal["identify", "right", "restrict", "evidence"]
PURPOSES: Final[dict[Purpose, Bilingual]] = {
    "identify": Bilingual(
        "nhận ra một người sử dụng đất và đối chiếu với cơ sở dữ liệu dân cư",
        "to tell one land user from another, and to compare with the population database",
    ),
    "right": Bilingual(
        "ghi nhận ai có quyền gì trên thửa đất, theo Giấy chứng nhận nào",
        "to record who has which right to a parcel, and on which certificate",
    ),
    "restrict": Bilingual("ghi nhận hạn chế quyền", "to record what restricts a right"),
    "evidence": Bilingual(
        "giữ làm căn cứ rà soát, không phải là quyền đã đăng ký",
        "kept as evidence for review; no registered right",
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One allowed value: the Vietnamese term of law, what it means, and where the rule stands.

    assumed  the place in the law is from memory, or practice: nobody has looked it up for this list
    """

    code: str
    vi: str
    en: str
    rule: str
    assumed: bool = True

    @property
    def said(self) -> Bilingual:
        """In both languages."""
        return Bilingual(self.vi, self.en)


_LAND_4: Final = "Luật Đất đai 2024 (31/2024/QH15), Điều 4"
# Who a land user is.
KINDS: Final = (
    Term("individual", "cá nhân", "individual", _LAND_4),
    Term(
        "spouses", "vợ chồng", "spouses, named as one", "Luật Hôn nhân và gia đình 2014, Điều 33, 34; PL3-01"
    ),
    Term(
        "household",
        "hộ gia đình",
        "household, of a right from before the law of 2024",
        "Luật Đất đai 2024, Điều 3",
    ),
    Term("organisation", "tổ chức", "organisation, religious ones and foreign missions too", _LAND_4),
    Term("community", "cộng đồng dân cư", "community", _LAND_4),
    Term(
        "foreigner", "người gốc Việt Nam, người nước ngoài", "person without Vietnam's citizenship", _LAND_4
    ),
)
# In what capacity he stands on the parcel.
ROLES: Final = (
    Term("user", "người sử dụng đất", "land user", _LAND_4),
    Term(
        "co_user", "đồng sử dụng, đồng sở hữu", "one of several users", "Luật Đất đai 2024, Điều 135; PL3-01"
    ),
    Term("spouse", "vợ hoặc chồng", "spouse", "Luật Hôn nhân và gia đình 2014, Điều 34"),
    Term("household_head", "chủ hộ", "head of the household", "PL3-01"),
    Term(
        "household_member",
        "thành viên hộ gia đình",
        "member of the household",
        "Bộ luật Dân sự 2015 (91/2015/QH13), Điều 212",
    ),
    # Land that the State gave to be looked after is used by nobody: whoever manages it is no land user.
    Term("manager", "người được giao quản lý đất", "manager of public land", "Luật Đất đai 2024, Điều 7"),
    Term("heir", "người thừa kế chưa đăng ký sang tên", "heir before succession is registered", "PL3-01"),
    Term("other", "vai trò khác", "another role", "-", assumed=False),
)
# How several have it together. That nothing is said is NULL, and is none of these.
FORMS: Final = (
    Term("sole", "sử dụng riêng", "alone", "Bộ luật Dân sự 2015, Điều 205"),
    # Nobody's part of it is determined: a share of joint property is a contradiction, and NULL does not mean equal parts.
    Term(
        "joint",
        "sở hữu chung hợp nhất",
        "joint, nobody's part determined",
        "Bộ luật Dân sự 2015, Điều 210, 213",
    ),
    Term("shared", "sở hữu chung theo phần", "in shares", "Bộ luật Dân sự 2015, Điều 209"),
)
# What a certificate is today.
CERTIFICATE_STATES: Final = (
    Term("live", "đang có giá trị", "in force", "Luật Đất đai 2024, Điều 135"),
    Term("revoked", "đã thu hồi hoặc bị hủy", "revoked or made void", "Luật Đất đai 2024, Điều 136, 152"),
    Term("replaced", "đã cấp đổi, cấp lại", "replaced by another", "Nghị định 101/2024/NĐ-CP"),
)
# Those that give nobody anything any more.
CERTIFICATES_OVER: Final = ("revoked", "replaced")
# The deceased stay until succession is registered.
USER_STATES: Final = (
    Term("living", "còn sống, đang hoạt động", "living, or existing", "-", assumed=False),
    Term("deceased", "đã chết, chưa đăng ký thừa kế", "deceased, succession not registered", "PL3-01"),
)
GENDERS: Final = (
    Term("male", "nam", "male", "Luật Căn cước 2023, Điều 18"),
    Term("female", "nữ", "female", "Luật Căn cước 2023, Điều 18"),
)
RESTRICTION_KINDS: Final = (
    Term("mortgage", "thế chấp", "mortgage", "Nghị định 99/2022/NĐ-CP"),
    Term(
        "blocked",
        "kê biên, ngăn chặn giao dịch",
        "blocked by an authority",
        "Luật Thi hành án dân sự, Điều 110",
    ),
    Term("dispute", "tranh chấp", "dispute", "Luật Đất đai 2024, Điều 3, 235"),
    Term("other", "hạn chế khác", "another restriction", "-", assumed=False),
)


@dataclass(frozen=True, slots=True)
class PeopleColumn:
    """A column of PEOPLE_SCHEMA as deliveries bring it; `allowed`: its only values, any where there are none."""

    column: Column
    purpose: Purpose
    allowed: tuple[Term, ...] = ()

    @property
    def name(self) -> str:
        """Its canonical name."""
        return self.column.name


_ALLOWED: Final = {
    "land_user_kind": KINDS,
    "land_user_gender": GENDERS,
    "land_user_state": USER_STATES,
    "certificate_state": CERTIFICATE_STATES,
    "right_role": ROLES,
    "right_form": FORMS,
    "restriction_kind": RESTRICTION_KINDS,
}


def _stored(purpose: Purpose, columns: tuple[Column, ...]) -> tuple[PeopleColumn, ...]:
    return tuple(PeopleColumn(column, purpose, _ALLOWED.get(column.name, ())) for column in columns)


def _key(purpose: Purpose, name: str, vi: str, en: str) -> PeopleColumn:
    """What a system calls a thing by that is known again by what it says: it is not stored."""
    return PeopleColumn(Column(name, "text", vi, en, confidentiality="private", hashed=False), purpose)


USER: Final = _stored("identify", personal.WHOLE_USER)
CERTIFICATES: Final = _stored("right", personal.WHOLE_CERTIFICATE)
RIGHT: Final = (
    _key("right", "right_key", "Khóa của quyền trong hệ thống nguồn", "Id of the right in its source"),
    *_stored("right", personal.RIGHT),
)
RESTRICTION: Final = (
    _key("restrict", "restriction_key", "Khóa của hạn chế ở nguồn", "Id of the restriction in its source"),
    *_stored("restrict", personal.RESTRICTION),
)
# Who took the land over and is not registered. Evidence, never an owner.
TRANSFEREE: Final = _stored("evidence", personal.TRANSFEREE)
OF_RIGHT: Final = (*USER, *CERTIFICATES, *RIGHT)
PEOPLE: Final = (*OF_RIGHT, *RESTRICTION, *TRANSFEREE)
BY_NAME: Final[dict[str, PeopleColumn]] = {column.name: column for column in PEOPLE}

# `people/<commune>.parquet` of a run's folder: what the delivery says of people beyond the first one of a row.
#   row_no      the parcel's row in the snapshot
#   part_no     the list or table that says it, and source_row: its row there, as its program counts
#   says        one of SAYS; the columns of the other records are NULL
#   not_readable names of columns whose delivered value is not one of theirs, joined by NOT_READABLE_JOINER; NULL for none
PEOPLE_SCHEMA = pa.schema(
    [
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("part_no", pa.int32(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("says", pa.string(), nullable=False),
        *(arrow_field(column.column) for column in PEOPLE),
        pa.field("not_readable", pa.string()),
    ]
)


def says_anything(table: pa.Table, record: tuple[PeopleColumn, ...]) -> pa.Array:
    """(n,) whether a row says anything in the columns of a record; of those that the table has."""
    there = [table[column.name] for column in record if column.name in table.column_names]
    there = [values for values in there if values.null_count < table.num_rows]
    said = pa.repeat(pa.scalar(False), table.num_rows)
    for values in there:
        said = pc.or_(said, pc.is_valid(values.combine_chunks()))
    return said


def contradicting_shares(table: pa.Table) -> pa.Array:
    """(n,) whether a share contradicts itself: half of it said, none or more than the whole, or of joint property."""
    above, below = (table[name].combine_chunks() for name in ("share_numerator", "share_denominator"))
    half = pc.not_equal(pc.is_valid(above), pc.is_valid(below))
    wrong = pc.or_(pc.less_equal(above, 0), pc.or_(pc.less_equal(below, 0), pc.greater(above, below)))
    joint = pc.and_(
        pc.fill_null(pc.equal(table["right_form"].combine_chunks(), "joint"), False), pc.is_valid(above)
    )
    return pc.or_(pc.or_(half, joint), pc.fill_null(wrong, False))
