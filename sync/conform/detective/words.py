"""What the detective says to an office: which CRS the coordinates fit, by what evidence, and what to write where."""

from parcels.bilingual import Bilingual
from parcels.crs import VN2000
from parcels.crs_hypotheses import Hypothesis, gauss_krueger_number
from sync.conform.detective.verdict import CrsVerdict
from sync.declared.delivery import Axes

_LISTED = 4
_KILOMETRES = 5000  # further off, the distance from the commune says it


def joined(*said: Bilingual) -> Bilingual:
    """Pieces of a sentence, one after the other."""
    return Bilingual("".join(piece.vi for piece in said), "".join(piece.en for piece in said))


def name_of(hypothesis: Hypothesis) -> Bilingual:
    """A CRS with what was done to its numbers, as a surveyor would say it."""
    number = gauss_krueger_number(hypothesis.base)
    marks = [_system(hypothesis)]
    if hypothesis.swapped:
        marks.append(Bilingual(", đảo trục", ", axes swapped"))
    if hypothesis.variant == "no_false_easting":
        marks.append(Bilingual(", thiếu độ dời 500 km", ", without the false easting of 500 km"))
    if hypothesis.variant == "withdrawn":
        marks.append(
            Bilingual(
                ", độ dời 500 km nằm ở tung độ (như EPSG 6956-6959)",
                ", the 500 km on the northing (as in EPSG 6956-6959)",
            )
        )
    if hypothesis.variant == "feet":
        marks.append(Bilingual(", đơn vị foot", ", in feet"))
    if hypothesis.variant == "prefix" and number is None:
        marks.append(
            Bilingual(", có số hiệu múi đứng trước hoành độ", ", with a zone number in front of the eastings")
        )
    if hypothesis.variant == "plain" and number is not None:
        marks.append(Bilingual(f", không có số hiệu múi {number}", f", without the zone number {number}"))
    return joined(*marks)


def _system(hypothesis: Hypothesis) -> Bilingual:
    base = hypothesis.base
    if base.lon0 is None:
        vi, en = {
            VN2000: ("tọa độ địa lý VN-2000", "VN-2000 longitude and latitude"),
            4326: ("tọa độ địa lý WGS 84", "WGS 84 longitude and latitude"),
        }.get(base.epsg, ("tọa độ địa lý HN-72", "Hanoi 1972 longitude and latitude"))
        return Bilingual(f"{vi} (EPSG:{base.epsg})", f"{en} (EPSG:{base.epsg})")
    whole, minutes = divmod(round(base.lon0 * 60), 60)
    meridian = f"{whole}°{minutes:02d}′"
    system = {"tm3": "VN-2000 TM-3", "utm": "VN-2000 UTM", "gk": "HN-72 Gauss-Krüger"}[base.family]
    english = system.replace("HN-72", "Hanoi 1972")
    return Bilingual(
        f"{system} kinh tuyến trục {meridian} (EPSG:{base.epsg})",
        f"{english}, meridian {meridian} (EPSG:{base.epsg})",
    )


def to_write(hypothesis: Hypothesis, axes: Axes) -> Bilingual:
    """What the office must write into delivery.toml, or do first. `axes`: what the part is read with."""
    turned: Axes = "east-north" if axes == "north-east" else "north-east"
    turn = f' và axes = "{turned}"' if hypothesis.swapped else ""
    turn_en = f' and axes = "{turned}"' if hypothesis.swapped else ""
    base = hypothesis.base
    if not base.storable:
        return Bilingual(
            "Hãy chuyển dữ liệu sang VN-2000, múi chiếu của tỉnh cũ, bằng phần mềm đang dùng rồi xuất lại: "
            "HN-72 không được nhận trực tiếp.",
            "Transform the data to VN-2000, the zone of the old province, in the software in use and export it again: "
            "Hanoi 1972 is not taken as it is.",
        )
    write = Bilingual(
        f"ghi epsg = {base.epsg}{turn} cho phần này trong delivery.toml",
        f"write epsg = {base.epsg}{turn_en} for this part in delivery.toml",
    )
    if hypothesis.variant == "plain":
        return Bilingual(f"Hãy {write.vi}.", f"{write.en[0].upper()}{write.en[1:]}.")
    mend = {
        "no_false_easting": Bilingual("cộng 500000 m vào mọi hoành độ", "add 500000 m to every easting"),
        "withdrawn": Bilingual(
            "cộng 500000 m vào mọi hoành độ và trừ 500000 m ở mọi tung độ",
            "add 500000 m to every easting and take 500000 m off every northing",
        ),
        "prefix": Bilingual(
            "bỏ số hiệu múi ở đầu mọi hoành độ (chỉ giữ sáu chữ số phần nguyên)",
            "take the zone number off the front of every easting (keep six digits before the point)",
        ),
        "feet": Bilingual("đổi tọa độ từ foot sang mét", "convert the coordinates from feet to metres"),
    }[hypothesis.variant]
    return Bilingual(
        f"Hãy {mend.vi}, xuất lại dữ liệu và {write.vi}.",
        f"{mend.en[0].upper()}{mend.en[1:]}, export the data again and {write.en}.",
    )


def listed(candidates: tuple[Hypothesis, ...]) -> Bilingual:
    """Several CRS, the likeliest first."""
    names = [name_of(h) for h in candidates[:_LISTED]]
    more = len(candidates) - len(names)
    vi, en = "; ".join(n.vi for n in names), "; ".join(n.en for n in names)
    return Bilingual(vi + f" và {more} hệ khác", en + f" and {more} more") if more > 0 else Bilingual(vi, en)


def why(verdict: CrsVerdict) -> Bilingual:
    """The evidence, in a sentence or two; empty where there is nothing to add."""
    if verdict.ids == "decide":
        said = Bilingual(
            f" Căn cứ: vị trí xã và {verdict.id_count} mã định danh.",
            f" Evidence: the commune's place and {verdict.id_count} national ids.",
        )
        metres = verdict.id_distance_m
        if metres is None or verdict.outcome != "contradicted" or metres > _KILOMETRES:
            return said
        off = Bilingual(
            f" Theo khai báo, thửa đất lệch {metres} m so với mã định danh.",
            f" By the declared CRS the parcels lie {metres} m from where their ids point.",
        )
        return joined(said, off)
    if verdict.areas == "decide":
        return Bilingual(
            f" Căn cứ: vị trí xã và {verdict.area_count} diện tích pháp lý.",
            f" Evidence: the commune's place and {verdict.area_count} registered areas.",
        )
    return Bilingual(" Căn cứ: vị trí xã.", " Evidence: the commune's place.")


def found(verdict: CrsVerdict, axes: Axes) -> Bilingual:
    """What the coordinates fit, and what to write: the proposal, or that there is none."""
    if verdict.mixed_with is not None:
        share = round(verdict.mixed_share * 100)
        return Bilingual(
            f"Khoảng {share} % số thửa nằm ngoài xã theo hệ tọa độ khai báo nhưng nằm trong xã theo "
            f"{name_of(verdict.mixed_with).vi}: tệp trộn hai hệ tọa độ. Hãy tách thành hai phần, mỗi phần một epsg.",
            f"About {share} % of the parcels lie outside the commune by the declared CRS and inside by "
            f"{name_of(verdict.mixed_with).en}: two systems are mixed. Split them into two parts, each with its epsg.",
        )
    if verdict.proposal is not None:
        name, write = name_of(verdict.proposal), to_write(verdict.proposal, axes)
        return Bilingual(
            f"Tọa độ khớp với {name.vi}.{why(verdict).vi} {write.vi}",
            f"The coordinates fit {name.en}.{why(verdict).en} {write.en}",
        )
    if verdict.candidates:
        names = listed(verdict.candidates)
        return Bilingual(
            f"Tọa độ có thể là: {names.vi}. Bằng chứng chưa đủ để chọn: hãy hỏi nơi xuất dữ liệu, hoặc gửi kèm mã định danh "
            "thửa đất, rồi ghi epsg đúng cho phần này trong delivery.toml.",
            f"The coordinates may be: {names.en}. The evidence does not decide: ask where the data was exported, or send "
            "the national ids along, then write the right epsg for this part in delivery.toml.",
        )
    return Bilingual(
        "Không có hệ tọa độ nào của Việt Nam đưa thửa đất về đúng xã: hãy kiểm tra mã xã và bước xuất dữ liệu.",
        "No system of Vietnam brings the parcels to the commune: check the commune codes and the export.",
    )
