"""What `status` says of what is held: a sentence for each commune, one for the communes of a case."""

from sync.folder.reasons import Move, contradicted, moved_commune, reading_of
from sync.report.status import to_do

NOTHING = {"provinces": [], "superseded": [], "withheld": [], "overdue": [], "gaps": []}


def hold(commune: str, run: str, *reasons: dict[str, object]) -> dict[str, object]:
    return {
        "province_code": "01",
        "run_id": run,
        "commune_code": commune,
        "reasons": list(reasons),
        "said_yes": [],
        "yes_as": {},
    }


def test_the_communes_of_a_case_are_told_together_with_what_to_type() -> None:
    case = moved_commune((Move(origin="A", target="B", parcels=92, of=92),)).model_dump()
    loss = {"code": "LOSS", "vi": "mất", "en": "loses"}
    holds = [
        hold("A", "r2", case),
        hold("B", "r2", case),
        hold("C", "r2", loss),
        hold("D", "r2", loss),
        hold("A", "r1", case),
    ]
    said = [each.en for each in to_do({**NOTHING, "holds": holds})]
    assert len(said) == 4
    assert said[0].startswith(
        "Province 01, commune A, B: held by run r2: 92 of 92 parcels of commune A are now in B: a merger"
    )
    assert said[0].endswith("landsync approve | refuse r2 --commune A --commune B")
    assert said[1].endswith("loses Decide: landsync approve | refuse r2")


def test_a_merger_and_a_boundary_are_different_stories() -> None:
    merger = moved_commune((Move(origin="A", target="B", parcels=92, of=92),))
    boundary = moved_commune((Move(origin="A", target="B", parcels=60, of=92),))
    assert "92/92 thửa của xã A nay thuộc xã B: sáp nhập xã?" in merger.vi
    assert "60/92 thửa của xã A nay thuộc xã B: địa giới đã đổi?" in boundary.vi
    assert "a merger of communes?" in merger.en
    assert "a boundary of communes that moved?" in boundary.en
    assert type(merger).model_validate(merger.model_dump()) == merger
    divided = tuple(Move(origin="A", target=code, parcels=46, of=92) for code in "BC")
    assert "địa giới" in moved_commune(divided).vi


def test_a_second_person_is_told_in_which_reading_the_first_said_yes() -> None:
    held = hold("A", "r1", {"code": "REKEYED", "vi": "đổi", "en": "changed"})
    held |= {"said_yes": ["cli:a", "cli:b"], "yes_as": {"cli:a": "moved"}}
    (said,) = to_do({**NOTHING, "holds": [held]})
    assert said.en.endswith("cli:a (moved), cli:b said yes; another person must say the same, too.")
    assert said.vi.endswith("cli:a (moved), cli:b đã đồng ý; cần một người khác đồng ý như vậy.")


def test_each_of_the_two_readings_names_the_other_one_in_both_languages() -> None:
    rekeyed, moved = contradicted(40, 40, 40, 0), contradicted(40, 40, 0, 0)
    assert (rekeyed.code, moved.code) == ("REKEYED", "MOVED")
    for said, other in ((rekeyed, "moved"), (moved, "rekeyed")):
        assert f"--reading {other}" in said.vi
        assert f"--reading {other}" in said.en
        assert reading_of([said.model_dump()]) != other
