"""Names that lead nowhere, links that go round, and files that are still being written."""

from pathlib import Path

import pytest

from parcels.errors import DeliveryRejected, TransientError, UsageError
from sync.intake import landing, listing
from sync.intake.inbox import newest_in_inbox, resolve_in_inbox
from sync.intake.landing import hash_of, land
from sync.intake.listing import list_files


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "08").mkdir()
    (tmp_path / "08" / "good.gpkg").write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "a" * 300,
        "à" * 130 + ".gpkg",
        "d/" * 3_000 + "x.gpkg",
        "round",
        "through/good.gpkg",
        "CON",
        "aux.gpkg",
        "a\x00b",
        "a\u202eb",
        "..",
        "../08",
        "missing",
    ],
)
def test_a_name_that_leads_nowhere_is_refused_in_a_short_sentence(inbox: Path, name: str) -> None:
    (inbox / "08" / "round").symlink_to(inbox / "08" / "round")
    (inbox / "elsewhere").mkdir()
    (inbox / "elsewhere" / "good.gpkg").write_bytes(b"x")
    (inbox / "08" / "through").symlink_to(inbox / "elsewhere")
    with pytest.raises(UsageError) as refused:
        resolve_in_inbox(inbox, "08", name)
    assert refused.value.code == "INBOX-NAME"
    assert len(refused.value.message.vi) < 300


def test_the_newest_is_found_beside_links_that_go_round(inbox: Path) -> None:
    folder = inbox / "08" / "delivery"
    folder.mkdir()
    (folder / "again").symlink_to(folder)
    (inbox / "08" / "round.gpkg").symlink_to(inbox / "08" / "round.gpkg")
    assert newest_in_inbox(inbox, "08") == inbox / "08" / "good.gpkg"
    (folder / "thua.gpkg").write_bytes(b"x")
    assert newest_in_inbox(inbox, "08") == folder


def test_a_folder_that_cannot_be_opened_is_refused_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"x")
    (tmp_path / "locked").mkdir()
    real = listing.os.scandir

    def closed(path: Path) -> object:
        if str(path).rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(listing.os, "scandir", closed)
    with pytest.raises(DeliveryRejected) as refused:
        list_files(tmp_path)
    assert refused.value.code == "DLV-NOT-READABLE"
    assert "locked" in refused.value.message.vi


def test_a_file_that_changes_while_it_is_read_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.gpkg"
    file.write_bytes(b"x" * 100)
    real, seen = landing.os.fstat, []

    def changed(handle: int) -> object:
        if seen:
            file.write_bytes(b"z" * 99)
        seen.append(handle)
        return real(handle)

    monkeypatch.setattr(landing.os, "fstat", changed)
    with pytest.raises(TransientError) as refused:
        hash_of(file)
    assert refused.value.code == "LND-CHANGING"


def test_a_file_that_became_a_link_after_it_was_listed_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"of another province")
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.gpkg").symlink_to(secret)
    with pytest.raises(TransientError) as refused:
        land(tmp_path / "landing", inbox, ["a.gpkg"])
    assert refused.value.code == "LND-CHANGING"
    assert not list((tmp_path / "landing" / "objects").rglob("*/*"))
