"""How figures are written in pages: as Vietnamese readers know them."""


def count(value: int) -> str:
    """A whole number with Vietnamese thousands."""
    return f"{value:,}".replace(",", ".")


def percent(value: float | None) -> str:
    """A share, never 100 % for less than all, nor for more."""
    if value is None:
        return "–"
    shown = round(value * 100, 1)
    if value != 1:
        shown = min(shown, 99.9) if value < 1 else max(shown, 100.1)
    return f"{shown:g} %".replace(".", ",")


def seconds(value: float | None) -> str:
    """Seconds, to a tenth where they are few; a dash where nobody knows."""
    if value is None:
        return "–"
    return f"{value:.1f} s".replace(".", ",") if value < 100 else f"{count(round(value))} s"


def size(value: float | None) -> str:
    """Bytes in the unit that needs few figures; a dash where nobody knows."""
    if value is None:
        return "–"
    for unit, bytes_of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= bytes_of:
            return f"{value / bytes_of:.1f} {unit}".replace(".", ",")
    return f"{round(value)} B"
