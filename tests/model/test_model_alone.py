"""The model stands beside the product, not on it; and what it says of plain cases can be read without a database."""

import ast
from itertools import product

import pytest

from tests.conftest import ROOT
from tests.model.cadastre import KINDS, OF_COMMUNES, Event, Nation, Style
from tests.model.deliveries import Delivery, Desk, Spec, row_of
from tests.model.judgement import deliver
from tests.model.register import Gate, Register
from tests.model.unusual import UNUSUAL

MODEL = (
    "cadastre",
    "unusual",
    "deliveries",
    "register",
    "alike",
    "passing",
    "emptied",
    "judgement",
    "histories",
    *(f"people/{path.stem}" for path in sorted((ROOT / "tests" / "model" / "people").glob("*.py"))),
)
PRODUCT = {"parcels", "validators", "sync", "dags"}


@pytest.mark.parametrize("name", MODEL)
def test_the_model_imports_nothing_of_the_product(name: str) -> None:
    tree = ast.parse((ROOT / "tests" / "model" / f"{name}.py").read_text("utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert not {each for each in imported if each.split(".")[0] in PRODUCT}
    assert not {
        each for each in imported if each.startswith("tests.") and not each.startswith("tests.model.")
    }


@pytest.mark.parametrize("kind", [*KINDS, *UNUSUAL, *OF_COMMUNES])
def test_every_event_happens(kind: str) -> None:
    for first, second in product(range(4), range(6)):
        nation = Nation.of((Style(marks=True), Style(marks=True)), 20)
        for number in range(4):
            nation.happen(Event("end", number), "01")
        for number, there in enumerate(("unmapped", "road")):
            nation.happen(Event(there, number), "01")
        nation.close_day()
        nation.happen(Event(kind, first, second), "01")
        nation.close_day()
        if nation.days[-1] != nation.days[-2]:
            break
    else:
        pytest.fail("nothing happens")
    handles = [thing.national_id for thing in nation.living() if thing.national_id]
    assert len(handles) == len(set(handles))
    for office in nation.offices.values():
        places = [thing.place for thing in office.things.values()]
        keys = [thing.key for thing in office.things.values()]
        assert len(places) == len(set(places))
        assert len(keys) == len(set(keys))


def test_the_model_itself_comes_to_the_truth() -> None:
    nation = Nation.of((Style(), Style()), 10)
    register, gate, desk = Register(), Gate(), Desk(nation)

    def hand_in(delivery: Delivery) -> None:
        deliver(register, gate.through(delivery))

    hand_in(desk.full("01", 0, Spec(missing=(1,), spoilt=(2,))))
    assert len(register.living) == 4
    for kind in ("rekey", "id_blanked", "split", "rotate_numbers", "move", "end"):
        nation.happen(Event(kind, 1, 1), "01")
        nation.close_day()
        hand_in(desk.full("01", len(nation.days) - 1, Spec()))
    assert {parcel.row for parcel in register.living.values()} == {
        row_of(thing) for thing in nation.offices["01"].things.values()
    }
    late = deliver(register, gate.through(desk.full("01", 0, Spec())))
    assert set(late.fates) <= {"held", "ignored"}
