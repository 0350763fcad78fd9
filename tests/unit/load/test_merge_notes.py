"""Whatever the merge notes of a row is said in words."""

import re

from sync.report.words import CHANGE_NOTES
from tests.conftest import ROOT

_SET = re.compile(r"\bnote = (.*?)(?:,\n|\nFROM|\nWHERE)", re.DOTALL)


def test_every_note_of_the_merge_has_words_and_every_word_a_note() -> None:
    noted: set[str] = set()
    for path in (ROOT / "sql" / "merge").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        for said in _SET.findall(text):
            noted |= set(re.findall(r"(?:THEN|ELSE|^)\s*'(\w+)'", said))
    noted |= set(
        re.findall(r"THEN '(\w+)'", (ROOT / "sql" / "merge" / "97_notes.sql").read_text(encoding="utf-8"))
    )
    for further in ("predecessors/write.sql", "hand_over/told.sql"):
        said_later = (ROOT / "sql" / further).read_text(encoding="utf-8")
        noted |= set(re.findall(r"::integer AS (\w+)", said_later))
    assert len(noted) > 6
    assert noted == set(CHANGE_NOTES)
