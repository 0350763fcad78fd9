"""`docs/meridians.vi.md`: the EPSG code of every old province's cadastral zone, for the offices."""

from parcels.provinces import old_provinces, provinces
from parcels.reference import table

_HEAD = """# Kinh tuyến trục và mã EPSG theo tỉnh

<!-- Made by `make pages` from parcels/reference/meridians.csv. Do not edit by hand. -->

Múi chiếu 3 độ VN-2000 của bản đồ địa chính, theo tỉnh **trước** ngày 01/7/2025: tỉnh mới ghép từ nhiều tỉnh cũ thì mỗi phần dữ liệu giữ
kinh tuyến của tỉnh cũ. Ghi mã vào `epsg` của từng mục `[[parts]]` trong `delivery.toml`. Nguồn: vùng áp dụng của EPSG, khớp với danh mục
kinh tuyến trục theo tỉnh; hãy đối chiếu với tài liệu đo đạc của tỉnh mình, vì có tờ bản đồ được đo ở múi khác.

| tỉnh mới | tỉnh cũ | kinh tuyến trục | EPSG |
| --- | --- | --- | --- |
"""
_TAIL = """
Bản đồ theo UTM: EPSG 3405 (múi 48), 3406 (múi 49). VN-2000 độ: 4756. Trong QGIS: bấm đúp vào lớp → *Source* → *Assigned CRS* rồi gõ mã
EPSG; đó chỉ là khai báo, tọa độ không đổi. Đừng dùng *Reproject* trước khi giao nộp. Tọa độ khai sai thì báo cáo nói hệ nào khớp:
[crs.vi.md](crs.vi.md).
"""


def document() -> str:
    """A line per old province, by new province."""
    known = {row["old_province_code"]: row for row in table("meridians").to_pylist()}
    names = provinces()
    lines = []
    for one in sorted(old_provinces(), key=lambda one: (one.province_code, one.code)):
        zone = known[one.code]
        lines.append(
            f"| {one.province_code} {names[one.province_code].name} | {one.name} | {zone['meridian']} | {one.epsg} |"
        )
    return _HEAD + "\n".join(lines) + "\n" + _TAIL
