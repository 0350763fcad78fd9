"""What supersedes what: only a later delivery that speaks of a commune completely sets aside what is held of it.

A model beside the code knows the states of a hold (open, approved, refused, superseded) and nothing of the ledger. It is told
what each run held and says which holds are open after every step.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parcels.errors import UsageError
from sync import review
from sync.report.status import national_status, to_do
from tests.conftest import counts
from tests.db.test_moment_histories import clean
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.moments import PLACES, Delivery, Outcome, Province, moment

pytestmark = pytest.mark.db
HERE, THERE = PLACES
Hold = tuple[str, str]  # run, commune


def plots(use: str = "LUC", *, order: int | None = None, action: str | None = None) -> tuple[Plot, ...]:
    """Two parcels of each commune."""
    return tuple(
        Plot(f"k{k}", f"w7er83vw{k}000", str(k), PLACES[k % 2], x=k, land_use=use, order=order, action=action)  # type: ignore[arg-type]
        for k in range(4)
    )


def full(
    day: float | None, use: str = "LUC", complete: tuple[str, ...] = PLACES, *, doubted: bool
) -> Delivery:
    said = {} if day is None else {"extracted_at": moment(day).isoformat()}
    return Delivery(plots(use), said, complete, doubted=PLACES if doubted else ())


def changes(day: int, use: str, *, doubted: bool) -> Delivery:
    said = {"since": moment(day - 1).isoformat(), "until": moment(day).isoformat()}
    order = int(moment(day).timestamp() * 1_000_000)
    rows = plots(use, order=order, action="update")
    return Delivery(rows, said, kind="changes", doubted=PLACES if doubted else ())


@pytest.fixture
def province(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    return Province(database, tmp_path, monkeypatch)


def monday(province: Province) -> Outcome:
    """A complete delivery of day 10, held."""
    outcome = province.deliver(full(10, "CLN", doubted=True))
    assert set(outcome.held) == set(PLACES)
    return outcome


@pytest.mark.parametrize(
    "then",
    [
        Delivery(plots("BHK")[:1], {"extracted_at": moment(11).isoformat()}),
        Delivery(plots("BHK")[:1], {"extracted_at": moment(11).isoformat()}, (), doubted=PLACES),
        full(9, "BHK", doubted=False),
        full(9, "BHK", doubted=True),
        full(None, "BHK", doubted=False),
        full(11, "BHK", (), doubted=False),
        changes(12, "BHK", doubted=False),
        changes(12, "BHK", doubted=True),
    ],
    ids=["a row", "a held row", "older", "older held", "undated", "partial", "changes", "held changes"],
)
def test_what_is_older_or_partial_or_changes_leaves_a_held_delivery_to_be_approved(
    province: Province, then: Delivery
) -> None:
    held = monday(province)
    province.deliver(then)
    assert {(held.run_id, place) for place in PLACES} <= set(province.open_holds())
    assert province.approve(held.run_id, HERE).refused is None


def test_only_the_communes_that_it_speaks_of_completely_are_superseded(province: Province) -> None:
    held = monday(province)
    province.deliver(full(11, "BHK", (HERE,), doubted=False))
    assert province.open_holds() == [(held.run_id, THERE)]


def test_a_later_complete_one_supersedes_though_it_is_held_itself_and_the_chain_is_shown(
    province: Province,
) -> None:
    dsn = province.database.dsn
    first, second, third = (
        monday(province),
        *(province.deliver(full(day, "BHK", doubted=True)) for day in (11, 12)),
    )
    assert {run for run, _ in province.open_holds()} == {third.run_id}
    with pytest.raises(UsageError) as caught:
        review.approve(dsn, first.run_id, (HERE,), "test", "looked at")
    assert caught.value.code == "REVIEW-SUPERSEDED"
    for text in (caught.value.message.vi, caught.value.message.en):
        assert text.index(second.run_id) < text.index(third.run_id)
        assert datetime.now(UTC).strftime("/%Y") in text
    assert f"approve | refuse {third.run_id}" in caught.value.message.en
    status = national_status(dsn, "01")
    assert {(each["run_id"], each["superseded_by"]) for each in status["superseded"]} == {
        (first.run_id, second.run_id),
        (second.run_id, third.run_id),
    }
    assert any(second.run_id in said.en and third.run_id in said.en for said in to_do(status))
    assert national_status(dsn)["superseded"] == []


def test_what_nobody_dates_gives_way_to_what_is_dated_and_takes_no_place(province: Province) -> None:
    held = province.deliver(full(None, doubted=False))
    again = province.deliver(full(None, "BHK", doubted=False))
    assert {run for run, _ in province.open_holds()} == {held.run_id, again.run_id}
    province.deliver(full(11, "CLN", doubted=False))
    assert province.open_holds() == []


def test_what_a_change_set_still_holds_is_held_by_the_last_run_of_it_alone(province: Province) -> None:
    held = province.deliver(changes(102, "CLN", doubted=True))
    province.deliver(changes(103, "BHK", doubted=False))
    first = province.approve(held.run_id, HERE)
    second = province.approve(first.run_id, THERE)
    assert {run for run, _ in province.open_holds()} == {second.run_id}
    again = province.deliver(changes(102, "CLN", doubted=True))
    assert {run for run, _ in province.open_holds()} == {again.run_id}, (
        "delivered again, it is held by that run"
    )


@dataclass
class Model:
    """Every hold there was, with its state and the moment of its data (None: nobody says)."""

    holds: dict[Hold, str] = field(default_factory=dict)
    at: dict[str, datetime | None] = field(default_factory=dict)
    changes: dict[str, bool] = field(default_factory=dict)
    complete: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def repeated(self, run: str, held: dict[str, tuple[str, ...]]) -> None:
        """What a change set holds passes to the run that applies a part of it."""
        self.holds |= {
            name: "superseded"
            for name, state in self.holds.items()
            if name[0] == run and state == "open" and name[1] in held
        }

    def ran(
        self,
        run: str,
        at: datetime | None,
        complete: tuple[str, ...],
        held: dict[str, tuple[str, ...]],
        *,
        changes: bool,
    ) -> None:
        """A run of a delivery, or of what was held of one, and what it held for which reasons."""
        self.at[run], self.complete[run], self.changes[run] = at, complete, changes
        for place in complete:
            if at is None or not {"OLDER", "UNDATED", "ALL-OLDER"}.isdisjoint(held.get(place, ())):
                continue
            for name, state in self.holds.items():
                when = self.at[name[0]]
                if name[1] == place and state == "open" and (when is None or when <= at):
                    self.holds[name] = "superseded"
        self.holds |= {(run, place): "open" for place in held}

    @property
    def open(self) -> list[Hold]:
        return sorted(name for name, state in self.holds.items() if state == "open")


def step(province: Province, model: Model, draw: random.Random, day: int) -> None:
    """A delivery of some kind, held or not; or a decision about something held."""
    use, doubted, at = draw.choice(("LUC", "CLN", "BHK", "ONT")), draw.random() < 0.6, draw.randrange(5, 60)
    chance = draw.random()
    if model.open and chance < 0.3:
        run, place = draw.choice(model.open)
        if draw.random() < 0.4:
            province.refuse(run, place)
            model.holds[run, place] = "refused"
            return
        stated = moment(at) if model.at[run] is None else None
        outcome = province.approve(run, place, stated)
        if outcome.refused == "REVIEW-NOTHING":
            return
        assert outcome.refused is None, outcome
        model.holds[run, place] = "approved"
        if model.changes[run]:  # the same set once more: what it still holds is held by this run from now on
            model.repeated(run, outcome.reasons)
        mine = tuple(code for code in model.complete[run] if code == place)
        model.ran(outcome.run_id, model.at[run] or stated, mine, outcome.reasons, changes=model.changes[run])
        return
    if chance < 0.45:
        delivery, when = changes(day + 100, use, doubted=doubted), moment(day + 100)
    elif chance < 0.6:
        delivery, when = full(None, use, draw.choice((PLACES, ())), doubted=doubted), None
    else:
        complete = draw.choice((PLACES, PLACES, (HERE,), ()))
        delivery, when = full(at, use, complete, doubted=doubted), moment(at)
    outcome = province.deliver(delivery)
    assert outcome.refused is None
    model.ran(outcome.run_id, when, delivery.complete, outcome.reasons, changes=delivery.kind == "changes")


@settings(
    max_examples=counts(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(seed=177)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_open_holds_are_what_the_model_says_after_every_step(
    database: Database, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    clean(database)
    province = Province(database, tmp_path_factory.mktemp("province"), monkeypatch)
    model, draw = Model(), random.Random(seed)
    for day in range(10):
        step(province, model, draw, day)
        assert province.open_holds() == model.open
    for (run, place), state in model.holds.items():
        if state != "open":
            assert province.approve(run, place).refused == f"REVIEW-{state.upper()}"
    assert model.holds, "nothing was ever held"
