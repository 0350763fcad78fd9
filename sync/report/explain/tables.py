"""The tables of `landsync explain` on a terminal."""

from rich.table import Table

from parcels.bilingual import Bilingual, Lang


def table(lang: Lang, *titles: tuple[str, str]) -> Table:
    """A table with such columns, Vietnamese and English; figures to the right."""
    made = Table(show_edge=False, pad_edge=False)
    right = {"Số lỗi", "Số thửa", "Ngoại lệ", "Tỷ lệ", "Đạt / tổng", "Dòng"}
    for vi, en in titles:
        made.add_column(Bilingual(vi, en).say(lang), justify="right" if vi in right else "left")
    return made
