"""`profile.json`: the province's profile as it was when the run began, with what it extends. Left by the start of a run."""

from typing import Any, ClassVar

from sync.declared.profile import Profile
from sync.folder.document import Document, Upgrade


def _named(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 was the profile itself."""
    return {"profile": content}


class KeptProfile(Document):
    """The profile that the run goes by to its end, whatever becomes of the installation's."""

    FILE: ClassVar[str] = "profile.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_named,)

    profile: Profile
