"""Why a dataset waits because of its CRS: the rule of what passes, as reasons to hold.

Declared, the file's own and what the coordinates show must be one; a file that states none says nothing.
"""

from typing import TYPE_CHECKING

from parcels import crs
from parcels.admin_units import commune as commune_of
from parcels.bilingual import Bilingual
from sync.conform.detective import words
from sync.conform.detective.verdict import CrsVerdict
from sync.folder.reasons import Reason

if TYPE_CHECKING:
    from sync.conform.parts import ReadPart

UNDECIDED = "CRS-UNDECIDED"
_IN_THE_REGION_KM = 3000.0


def reason_of(verdict: CrsVerdict | None, code: str, part: "ReadPart") -> Reason | None:
    """The reason to hold the dataset of a commune (by its code) in a part; None where it may pass."""
    evidence = None if verdict is None else verdict.evidence(part.part_no)
    if part.held is not None:
        if verdict is None:
            return part.held
        more = _of_the_file(verdict, part)
        said = Bilingual(f"{part.held.said.vi} {more.vi}", f"{part.held.said.en} {more.en}")
        return Reason.of(part.held.code, said, evidence)
    if verdict is None or verdict.outcome == "agrees":
        return None
    known = commune_of(code)
    commune = code if known is None else known.name
    if verdict.outcome == "undecided":
        return Reason.of(UNDECIDED, _undecided(verdict, commune, part), evidence)
    return Reason.of("CRS-IMPLAUSIBLE", _contradicted(verdict, commune, part), evidence)


def _of_the_file(verdict: CrsVerdict, part: "ReadPart") -> Bilingual:
    """What the coordinates say where the declaration and the file contradict each other."""
    if verdict.outcome == "agrees":
        return Bilingual(
            f"Tọa độ khớp với khai báo EPSG:{part.epsg}: hãy sửa hệ tọa độ ghi trong tệp rồi gửi lại, "
            "hoặc đề nghị duyệt.",
            f"The coordinates fit the declared EPSG:{part.epsg}: correct the CRS inside the file and deliver again, "
            "or ask for approval.",
        )
    if verdict.proposal is not None and verdict.proposal.declarable and part.layer.crs is not None:
        proposed = verdict.proposal.base.epsg
        if not verdict.proposal.swapped and crs.same_crs(proposed, part.layer.crs) == "same":
            return Bilingual(
                f"Tọa độ khớp với hệ ghi trong tệp. {words.to_write(verdict.proposal, part.axes).vi}",
                f"The coordinates fit the CRS of the file. {words.to_write(verdict.proposal, part.axes).en}",
            )
    return words.found(verdict, part.axes)


def _contradicted(verdict: CrsVerdict, commune: str, part: "ReadPart") -> Bilingual:
    if verdict.distance_km <= verdict.allowed_km:
        start = Bilingual(
            f"Tọa độ của {commune} (phần {part.part_no + 1}) không phải EPSG:{part.epsg} như đã khai.",
            f"The coordinates of {commune} (part {part.part_no + 1}) are not in EPSG:{part.epsg} as declared.",
        )
    else:
        vi = [f"{km:.1f}".replace(".", ",") for km in (verdict.distance_km, verdict.allowed_km)]
        start = Bilingual(
            f"Theo hệ tọa độ khai báo EPSG:{part.epsg}, thửa đất của {commune} (phần {part.part_no + 1}) nằm cách "
            f"vị trí của xã {vi[0]} km (cho phép {vi[1]} km): có thể khai sai múi chiếu.",
            f"By the declared EPSG:{part.epsg} the parcels of {commune} (part {part.part_no + 1}) lie "
            f"{verdict.distance_km:.1f} km from the commune ({verdict.allowed_km:.1f} km are allowed): "
            "the zone may be declared wrongly.",
        )
        if not verdict.distance_km <= _IN_THE_REGION_KM:
            start = Bilingual(
                f"Theo hệ tọa độ khai báo EPSG:{part.epsg}, thửa đất của {commune} (phần {part.part_no + 1}) "
                "không nằm ở nơi nào gần Việt Nam.",
                f"By the declared EPSG:{part.epsg} the parcels of {commune} (part {part.part_no + 1}) "
                "lie nowhere near Vietnam.",
            )
    more = words.found(verdict, part.axes)
    return Bilingual(f"{start.vi} {more.vi}", f"{start.en} {more.en}")


def _undecided(verdict: CrsVerdict, commune: str, part: "ReadPart") -> Bilingual:
    place = f"{commune} (phần {part.part_no + 1})", f"{commune} (part {part.part_no + 1})"
    ask = Bilingual(
        "Hãy gửi kèm mã định danh thửa đất, hoặc kiểm tra trên bản đồ nền rồi đề nghị duyệt; "
        "lần sau dữ liệu đang có hiệu lực của xã sẽ làm chứng.",
        "Send the national ids along, or look at it on a base map and ask for approval; "
        "next time the commune's own live data will be the witness.",
    )
    if verdict.ids in ("fit nothing", "fit elsewhere"):
        metres = verdict.id_distance_m
        off = Bilingual(f" {metres} m", f" {metres} m") if metres is not None else Bilingual("", "")
        return Bilingual(
            f"Chưa xác định được hệ tọa độ của {place[0]}: theo EPSG:{part.epsg} thửa đất lệch{off.vi} so với mã định danh, "
            "và không hệ tọa độ nào khớp cả vị trí xã lẫn mã định danh. Hãy kiểm tra cách tính mã định danh và "
            "bước chuyển hệ tọa độ khi xuất dữ liệu.",
            f"The CRS of {place[1]} is not decided: in EPSG:{part.epsg} the parcels lie{off.en} from where their ids point, "
            "and no system fits both the commune's place and the ids. Check how the ids were computed and what "
            "transformation the export applied.",
        )
    others = tuple(h for h in verdict.candidates if h != verdict.declared)
    names = words.listed(others)
    return Bilingual(
        f"Chưa xác định được hệ tọa độ của {place[0]}: EPSG:{part.epsg} như đã khai là hợp lý, nhưng cũng có thể là "
        f"{names.vi}. {ask.vi}",
        f"The CRS of {place[1]} is not decided: EPSG:{part.epsg} as declared is plausible, but so is {names.en}. {ask.en}",
    )
