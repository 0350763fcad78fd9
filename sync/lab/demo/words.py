"""What the demo says of a round, besides the ministry's table of `sync.report.status`."""

from parcels.bilingual import Bilingual, Lang

ROUND = ("new", "changed", "unchanged", "ended")
TRUE = Bilingual(
    "Nhóm và số thửa bị cách ly của từng xã đúng bằng đáp án.",
    "Groups and quarantined counts of every commune equal the truth.",
)


def number(value: int, lang: Lang) -> str:
    """A whole number with the thousands separator of the language."""
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "vi" else text


def round_sentence(done: dict[str, int]) -> Bilingual:
    """What became of the parcels in this round."""
    vi = {key: number(value, "vi") for key, value in done.items()}
    en = {key: number(value, "en") for key, value in done.items()}
    return Bilingual(
        "Lượt này: {new} thửa mới, {changed} thay đổi, {unchanged} không đổi, {ended} kết thúc.".format(**vi),
        "This round: {new} new, {changed} changed, {unchanged} unchanged, {ended} ended.".format(**en),
    )
