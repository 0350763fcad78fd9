"""The columns that say something of persons: land users, certificates, restrictions, transferees. All private.

The order of a record's columns is the order of its content hash, as in `parcels.columns`, which reads them.
"""

from parcels.column import Column

LAND_USER: tuple[Column, ...] = (
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
CERTIFICATE: tuple[Column, ...] = (
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
# What restricts a right to the parcel (hạn chế quyền). The key that a system gives it names it, and is no content.
RESTRICTION: tuple[Column, ...] = (
    Column(
        "restriction_kind",
        "text",
        "Loại hạn chế quyền",
        "Kind of restriction",
        "restriction",
        confidentiality="private",
        delivered=False,
    ),
    Column(
        "restriction_from",
        "date",
        "Ngày bắt đầu hạn chế",
        "Date from which it holds",
        "restriction",
        confidentiality="private",
        delivered=False,
    ),
    Column(
        "restriction_to",
        "date",
        "Ngày hết hạn chế",
        "Date from which it no longer holds",
        "restriction",
        confidentiality="private",
        delivered=False,
    ),
)
# Who took the land over and is not registered: columns 15 to 18 of form PL3-01. Evidence, never a land user.
TRANSFEREE: tuple[Column, ...] = (
    Column(
        "transferee_name",
        "text",
        "Người nhận chuyển quyền chưa đăng ký",
        "Transferee, not registered",
        "transferee",
        confidentiality="private",
        delivered=False,
    ),
    Column(
        "transferee_id_number",
        "text",
        "Số định danh của người nhận",
        "Id number of the transferee",
        "transferee",
        confidentiality="private",
        delivered=False,
    ),
    Column(
        "transferee_address",
        "text",
        "Địa chỉ của người nhận",
        "Address of the transferee",
        "transferee",
        confidentiality="private",
        delivered=False,
    ),
    Column(
        "transfer_reason",
        "text",
        "Lý do biến động",
        "Reason of the change",
        "transferee",
        confidentiality="private",
        delivered=False,
    ),
)
