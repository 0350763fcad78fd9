"""Headings and notes of the national report, in both languages."""

from parcels.bilingual import Bilingual

HEADINGS: dict[str, Bilingual] = {
    "code": Bilingual("Mã", "Code"),
    "name": Bilingual("Tỉnh, thành phố", "Province"),
    "parcels": Bilingual("Thửa đất", "Parcels"),
    "communes": Bilingual("Xã hiện có", "Communes that exist"),
    "delivered": Bilingual("Xã đã nộp", "Communes delivered"),
    "not_delivered": Bilingual("Xã chưa nộp", "Not delivered"),
    "quarantined": Bilingual("Thửa bị cách ly", "Quarantined"),
    "unreadable": Bilingual("Không đọc được", "Unreadable"),
    "stale_parcels": Bilingual("Thửa giữ bản cũ", "Parcels kept stale"),
    "held": Bilingual("Xã tạm giữ", "Communes held"),
    "provisional": Bilingual("Xã có kết quả tạm thời", "Provisional verdicts"),
    "completeness_unknown": Bilingual("Xã chưa biết độ đầy đủ", "Completeness unknown"),
    "area_m2": Bilingual("Diện tích (ha)", "Area (ha)"),
    "days_old_median": Bilingual("Tuổi dữ liệu (ngày, trung vị)", "Age of data (days, median)"),
    "oldest_extracted_at": Bilingual("Cũ nhất", "Oldest"),
    "newest_extracted_at": Bilingual("Mới nhất", "Newest"),
}
TITLE = Bilingual("Báo cáo quốc gia về dữ liệu địa chính", "National report on cadastral data")
BALANCE = Bilingual(
    "Đã kiểm tra: ở mọi dòng, xã hiện có = xã đã nộp + xã chưa nộp, và xã đã nộp = tổng các nhóm; dòng cuối là tổng "
    "của các dòng trên.",
    "Checked: in every line communes that exist = delivered + not delivered, and delivered = the sum of the groups; the "
    "last line is the sum of those above.",
)
MEASURES_NOTE = Bilingual(
    "Tiêu chí của tỉnh là trung bình của các xã đã nộp, theo số dòng đã đọc. Đủ: chỉ của các xã có số liệu thống kê đất đai, mỗi xã nhiều nhất 100 %. Dấu – : chưa biết.",
    "A province's measure is the mean of its delivered communes, by rows read. Complete: of the communes whose land statistics are known, each 100 % at most. – : not known.",
)
FIRST = Bilingual("Chưa có báo cáo nào trước đây để so sánh.", "There is no earlier report to compare with.")


def group_heading(number: int | str) -> Bilingual:
    """The heading of a group's communes."""
    return Bilingual(f"Nhóm {number}", f"Group {number}")
