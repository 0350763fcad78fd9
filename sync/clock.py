"""The one clock: what time it is, and which day that is in Vietnam, wherever the machine thinks it stands."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def today() -> date:
    """The day that it is in Vietnam: rules, codes and exceptions hold by it."""
    return now().astimezone(VIETNAM).date()


def in_vietnam(moment: datetime) -> datetime:
    """A time as it was written; one without an offset is a time in Vietnam."""
    return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment


def told(moment: datetime) -> str:
    """A moment as a sentence names it, by the clocks of Vietnam."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
