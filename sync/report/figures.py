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
