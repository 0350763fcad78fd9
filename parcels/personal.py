"""The columns that say something of persons: land users, certificates, rights, restrictions, transferees. All private.

The order of a record's columns is the order of its content hash, as in `parcels.columns`, which reads them.
"""

from parcels.column import Column, Kind, Record


def _beside(record: Record, name: str, kind: Kind, vi: str, en: str, *, later: bool = False) -> Column:
    """A column that tables and forms of people bring, and no parcel's own row."""
    return Column(name, kind, vi, en, record, confidentiality="private", delivered=False, later=later)


# What a parcel's own row may say of its land user, and of its certificate.
OWN_USER: tuple[Column, ...] = (
    Column(
        "land_user_name",
        "text",
        "Tên người sử dụng đất",
        "Name of the land user",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_id_number",
        "text",
        "Số định danh cá nhân / mã số tổ chức",
        "Personal or organisation id number",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_birth_year",
        "integer",
        "Năm sinh",
        "Year of birth",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_key",
        "text",
        "Khóa của người sử dụng đất trong hệ thống nguồn",
        "Id of the land user in the source system",
        "land_user",
        confidentiality="private",
        later=True,
    ),
)
OWN_CERTIFICATE: tuple[Column, ...] = (
    Column(
        "certificate_no",
        "text",
        "Số phát hành Giấy chứng nhận",
        "Serial number of the certificate",
        "certificate",
        confidentiality="private",
    ),
    Column(
        "certificate_issued_on",
        "date",
        "Ngày cấp Giấy chứng nhận",
        "Date the certificate was issued",
        "certificate",
        confidentiality="private",
    ),
)
# A land user and a certificate whole, as tables and forms describe them: what a parcel's own row may say of them comes first. The
# others joined later, so that one who is described by a row alone hashes as he did.
WHOLE_USER: tuple[Column, ...] = (
    *OWN_USER,
    _beside("land_user", "land_user_kind", "text", "Loại người sử dụng đất", "Kind of land user", later=True),
    _beside(
        "land_user",
        "land_user_birth_date",
        "date",
        "Ngày sinh, khi ghi đủ",
        "Date of birth, where said whole",
        later=True,
    ),
    _beside("land_user", "land_user_gender", "text", "Giới tính", "Gender", later=True),
    _beside(
        "land_user",
        "land_user_address",
        "text",
        "Địa chỉ thường trú, trụ sở",
        "Residence or seat",
        later=True,
    ),
    _beside("land_user", "land_user_deceased_on", "date", "Ngày chết", "Date of death", later=True),
    _beside(
        "land_user",
        "land_user_state",
        "text",
        "Tình trạng của người sử dụng",
        "State of the user",
        later=True,
    ),
)
WHOLE_CERTIFICATE: tuple[Column, ...] = (
    *OWN_CERTIFICATE,
    _beside(
        "certificate",
        "certificate_key",
        "text",
        "Khóa của Giấy chứng nhận ở nguồn",
        "Id of the certificate in its source",
        later=True,
    ),
    _beside(
        "certificate",
        "certificate_book_no",
        "text",
        "Số vào sổ cấp Giấy chứng nhận",
        "Number in the book of certificates",
        later=True,
    ),
    _beside(
        "certificate",
        "certificate_state",
        "text",
        "Tình trạng Giấy chứng nhận",
        "State of the certificate",
        later=True,
    ),
    _beside(
        "certificate",
        "certificate_ended_on",
        "date",
        "Ngày thu hồi, cấp đổi",
        "Date on which it was revoked or replaced",
        later=True,
    ),
    _beside(
        "certificate",
        "certificate_replaced_by",
        "text",
        "Số phát hành Giấy mới",
        "Serial number of the one that replaced it",
        later=True,
    ),
)
# As they are stored with a parcel: described as that parcel's row describes them, and under which pseudonym (sync/load/refs.py). Those
# who have the same uid in several parcels are one, for `bound` is whoever is known on his parcel alone.
LAND_USER: tuple[Column, ...] = (
    *WHOLE_USER,
    _beside(
        "land_user",
        "user_ref",
        "uuid",
        "Bí danh của người sử dụng đất",
        "Pseudonym of the land user",
        later=True,
    ),
    _beside(
        "land_user",
        "user_bound",
        "boolean",
        "Chỉ nhận ra được người đó trên thửa đất này",
        "Whether that user is known on this parcel alone",
        later=True,
    ),
)
CERTIFICATE: tuple[Column, ...] = (
    *WHOLE_CERTIFICATE,
    _beside(
        "certificate",
        "certificate_ref",
        "uuid",
        "Bí danh của Giấy chứng nhận",
        "Pseudonym of the certificate",
        later=True,
    ),
    _beside(
        "certificate",
        "certificate_bound",
        "boolean",
        "Chỉ nhận ra được Giấy đó trên thửa đất này",
        "Whether that certificate is known on this parcel alone",
        later=True,
    ),
)
# What a right says of itself. The key that a system gives it names it, and is no content.
RIGHT: tuple[Column, ...] = (
    _beside("land_right", "right_role", "text", "Vai trò", "Role of the user"),
    _beside(
        "land_right",
        "right_form",
        "text",
        "Hình thức sử dụng chung, riêng",
        "Whether alone, joint or in shares",
    ),
    _beside("land_right", "share_numerator", "integer", "Tử số của phần quyền", "Numerator of the share"),
    _beside(
        "land_right", "share_denominator", "integer", "Mẫu số của phần quyền", "Denominator of the share"
    ),
    _beside("land_right", "right_from", "date", "Ngày có quyền", "Date from which it holds"),
    _beside("land_right", "right_to", "date", "Ngày hết quyền", "Date from which it no longer holds"),
)
# A right as it is stored: which user of the parcel has it, on which certificate of the parcel, then what it says of itself.
LAND_RIGHT: tuple[Column, ...] = (
    _beside(
        "land_right",
        "user_ref",
        "uuid",
        "Bí danh của người sử dụng đất",
        "Pseudonym of the land user",
    ),
    _beside(
        "land_right", "certificate_ref", "uuid", "Bí danh của Giấy chứng nhận", "Pseudonym of the certificate"
    ),
    *RIGHT,
)
# What restricts a right to the parcel (hạn chế quyền). The key that a system gives it names it, and is no content.
RESTRICTION: tuple[Column, ...] = (
    _beside("restriction", "restriction_kind", "text", "Loại hạn chế quyền", "Kind of restriction"),
    _beside("restriction", "restriction_from", "date", "Ngày bắt đầu hạn chế", "Date from which it holds"),
    _beside(
        "restriction", "restriction_to", "date", "Ngày hết hạn chế", "Date from which it no longer holds"
    ),
)
# Who took the land over and is not registered: columns 15 to 18 of form PL3-01. Evidence, never a land user.
TRANSFEREE: tuple[Column, ...] = (
    _beside(
        "transferee",
        "transferee_name",
        "text",
        "Người nhận chuyển quyền chưa đăng ký",
        "Transferee, not registered",
    ),
    _beside(
        "transferee",
        "transferee_id_number",
        "text",
        "Số định danh của người nhận",
        "Id number of the transferee",
    ),
    _beside(
        "transferee", "transferee_address", "text", "Địa chỉ của người nhận", "Address of the transferee"
    ),
    _beside("transferee", "transfer_reason", "text", "Lý do biến động", "Reason of the change"),
)
