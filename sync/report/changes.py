"""What changed in each commune since it was last live, as its shortest story, one sentence each."""

from decimal import Decimal

from parcels.bilingual import Bilingual
from sync.folder.loaded import ReceiptLine, StoryPart
from sync.report.figures import count
from sync.report.material import Material, commune_name


def stories(material: Material) -> list[tuple[str, Bilingual]]:
    """Name of the commune and its story; communes in which nothing changed, that wait, or that are new have none."""
    if material.loaded is None:
        return []
    found = []
    for line in material.loaded.lines:
        if line.commune_held or not line.current_before:
            continue
        parts = [part for part in material.loaded.story if part.commune_code == line.commune_code]
        said = [*map(_said, parts), *_counted(line)]
        if said:
            sentence = Bilingual("; ".join(each.vi for each in said), "; ".join(each.en for each in said))
            found.append((commune_name(line.commune_code, material), sentence))
    return found


def _said(part: StoryPart) -> Bilingual:
    """Such as: sheet 12: 40 parcels moved as one by 0.44 m east, 0.31 m south."""
    parcels, sheet = count(part.parcels), part.sheet_no
    where = (
        Bilingual(f"tờ {sheet}", f"sheet {sheet}") if sheet else Bilingual("không có số tờ", "without sheet")
    )
    if part.kind == "other":
        return Bilingual(f"thay đổi khác ở {parcels} thửa", f"other changes of {parcels} parcels")
    if part.kind == "renumbered":
        return Bilingual(f"{where.vi}: {parcels} thửa đổi số", f"{where.en}: {parcels} parcels renumbered")
    way = [
        _way(part.east, Bilingual("sang đông", "east"), Bilingual("sang tây", "west")),
        _way(part.north, Bilingual("lên bắc", "north"), Bilingual("xuống nam", "south")),
    ]
    return Bilingual(
        f"{where.vi}: {parcels} thửa cùng dịch {', '.join(each.vi for each in way)}",
        f"{where.en}: {parcels} parcels moved as one by {', '.join(each.en for each in way)}",
    )


def _way(metres: Decimal | None, ahead: Bilingual, back: Bilingual) -> Bilingual:
    metres = metres or Decimal(0)
    words, far = (ahead if metres >= 0 else back), f"{abs(metres):.2f} m"
    return Bilingual(f"{far.replace('.', ',')} {words.vi}", f"{far} {words.en}")


def _counted(line: ReceiptLine) -> list[Bilingual]:
    """What the receipt's line counts beside the parcels that live on."""
    counted = {
        Bilingual("thửa mới", "new"): line.new,
        Bilingual("thửa kết thúc", "ended"): line.ended + line.ended_by_row,
        Bilingual("thửa từ xã khác", "from other communes"): line.moved_in,
        Bilingual("thửa sang xã khác", "to other communes"): line.moved_out,
    }
    return [
        Bilingual(f"{count(number)} {words.vi}", f"{count(number)} {words.en}")
        for words, number in counted.items()
        if number
    ]
