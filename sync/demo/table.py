"""The national table of the demo, and what this round did, as a person reads them."""

from typing import Any

from rich.table import Table

from parcels.bilingual import Bilingual, Lang

COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("code", Bilingual("Mã", "Code")),
    ("name", Bilingual("Tỉnh, thành phố", "Province")),
    ("communes", Bilingual("Xã", "Communes")),
    ("parcels", Bilingual("Thửa đất", "Parcels")),
    ("group1", Bilingual("Nhóm 1", "Group 1")),
    ("group2", Bilingual("Nhóm 2", "Group 2")),
    ("group3", Bilingual("Nhóm 3", "Group 3")),
    ("quarantined", Bilingual("Cách ly", "Quarantined")),
    ("held", Bilingual("Tạm giữ", "Held")),
    ("seconds", Bilingual("Giây", "Seconds")),
)
WORDS = ("code", "name")
TOTAL = Bilingual("Cả nước", "Nation")
ROUND = ("new", "changed", "unchanged", "ended")


def number(value: float, lang: Lang) -> str:
    """A whole number with the thousands separator of the language."""
    text = f"{value:,.0f}"
    return text.replace(",", ".") if lang == "vi" else text


def national_table(status: dict[str, Any], lang: Lang) -> Table:
    """A line per province and one for the nation. `communes` are those delivered: the rest have no group yet."""
    table = Table(show_edge=False, pad_edge=False)
    for key, title in COLUMNS:
        table.add_column(title.say(lang), justify="left" if key in WORDS else "right", no_wrap=True)
    for province in status["provinces"]:
        table.add_row(*_cells(province, lang))
    table.add_section()
    table.add_row(*_cells({"code": "", "name": TOTAL.say(lang), **status["totals"]}, lang), style="bold")
    return table


def _cells(line: dict[str, Any], lang: Lang) -> list[str]:
    delivered = {**line, "communes": line["communes"] - line["not_delivered"]}
    return [
        str(delivered[key])
        if key in WORDS
        else "–"
        if delivered.get(key) is None
        else number(delivered[key], lang)
        for key, _ in COLUMNS
    ]


def round_sentence(done: dict[str, int]) -> Bilingual:
    """What became of the parcels in this round."""
    vi = {key: number(value, "vi") for key, value in done.items()}
    en = {key: number(value, "en") for key, value in done.items()}
    return Bilingual(
        "Lượt này: {new} thửa mới, {changed} thay đổi, {unchanged} không đổi, {ended} kết thúc.".format(**vi),
        "This round: {new} new, {changed} changed, {unchanged} unchanged, {ended} ended.".format(**en),
    )
