"""What to mend for the next group: enough, never more than the bound, exact where no fault is shared; and mending helps."""

from functools import cache
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.support.fixes import smallest_fixes, tally_of
from tests.unit.validators.validator_datasets import AS_OF, ORIGIN, context, dataset, squares
from validators.findings import FINDINGS_SCHEMA
from validators.judge import ROWS_SCHEMA, judge
from validators.measures import Portion
from validators.policy import named_policy, parse_policy, policies, policy_at
from validators.tally import incidence
from validators.usability import group

POLICY = policy_at(AS_OF)
ERROR, REFUSING, PAIR, WARNING = "ATT-LAND-USE", "GEO-INVALID", "ATT-AREA", "ATT-LAND-USE-LEGACY"


def tables(n, faults):
    """Rows and findings of a commune of n parcels. faults: (check, severity, quarantines, rows, excused)."""
    lines = [
        {
            "finding_id": f"{number:036d}",
            "check_code": code,
            "severity": severity,
            "dataset": "00004",
            "row_no": rows[0],
            "others": [],
            "other_rows": list(rows[1:]),
            "message_vi": "",
            "message_en": "",
            "quarantines": quarantines,
            "excused": excused,
        }
        for number, (code, severity, quarantines, rows, excused) in enumerate(faults)
    ]
    refused = {row for _, _, quarantines, rows, _ in faults if quarantines for row in rows}
    wrong = {
        row
        for _, severity, quarantines, rows, excused in faults
        if (severity == "error" or quarantines) and not excused
        for row in rows
    }
    rows = [
        {
            "row_no": row,
            "dataset": "00004",
            "decision": "quarantine" if row in refused else "accept",
            "codes": sorted({code for code, _, _, touched, _ in faults if row in touched}),
            "has_error": row in wrong,
            "claims_id": False,
        }
        for row in range(n)
    ]
    return pa.Table.from_pylist(rows, schema=ROWS_SCHEMA), pa.Table.from_pylist(lines, schema=FINDINGS_SCHEMA)


@st.composite
def communes(draw, most_rows=2, least=1, kinds=(ERROR, REFUSING, WARNING), most_faults=9):
    """(n, faults): a few parcels with faults of up to `most_rows` of them."""
    size = draw(st.integers(least, 12))
    faults = []
    for _ in range(draw(st.integers(0, most_faults))):
        code = draw(st.sampled_from(kinds))
        rows = draw(
            st.lists(st.integers(0, size - 1), min_size=1, max_size=min(most_rows, size), unique=True)
        )
        severity = "warning" if code == WARNING else "error"
        excused = code == ERROR and draw(st.integers(0, 5)) == 0
        faults.append((code, severity, code == REFUSING, tuple(rows), excused))
    return size, faults


def without(faults, mended):
    return [fault for number, fault in enumerate(faults) if number not in mended]


def number_of(size, faults, policy=POLICY, measured=None):
    rows, findings = tables(size, faults)
    return group(tally_of(rows, findings, policy, measured), policy).number


def chosen(fixes):
    return {int(each) for each in fixes.finding_ids.to_pylist()}


def by_hand(size, faults):
    """The group by the default policy, written down a second time."""
    refused = {row for _, _, quarantines, rows, _ in faults if quarantines for row in rows}
    wrong = {
        row for _, severity, _, rows, excused in faults if severity == "error" and not excused for row in rows
    }
    if 10 * len(refused) > size:
        return 3
    return 2 if refused or 10 * len(wrong) > size else 1


def fewest(size, faults, target):
    """By trying all of them."""
    for many in range(len(faults) + 1):
        for mended in combinations(range(len(faults)), many):
            if by_hand(size, without(faults, mended)) <= target:
                return many
    raise AssertionError("mending everything must be enough")


@settings(max_examples=counts(60))
@given(communes(), st.sampled_from(policies()))
def test_what_is_named_is_enough_for_the_promised_group(commune, policy):
    size, faults = commune
    rows, findings = tables(size, faults)
    fixes = smallest_fixes(rows, findings, policy)
    before = number_of(size, faults, policy)
    if policy is POLICY:
        assert before == by_hand(size, faults)
    if before == 1:
        assert fixes is None
        return
    assert fixes.target == before - 1
    assert policy.groups[fixes.target - 1].code == fixes.target_code
    assert number_of(size, without(faults, chosen(fixes)), policy) <= fixes.target
    assert fixes.findings == len(chosen(fixes)) == sum(each.findings for each in fixes.checks)
    assert fixes.parcels == len({row for number in chosen(fixes) for row in faults[number][3]})


@settings(max_examples=counts(60))
@given(communes(most_rows=1))
def test_without_shared_faults_nothing_smaller_exists(commune):
    size, faults = commune
    rows, findings = tables(size, faults)
    fixes = smallest_fixes(rows, findings, POLICY)
    if fixes is not None:
        assert fixes.findings == fewest(size, faults, fixes.target)


@settings(max_examples=counts(60))
@given(communes(most_rows=3, kinds=(ERROR, WARNING), least=2))
def test_of_one_rule_it_is_never_more_than_the_smallest_times_the_parcels_of_a_fault(commune):
    size, faults = commune
    rows, findings = tables(size, faults)
    fixes = smallest_fixes(rows, findings, POLICY)  # errors alone: group 2, and one rule that fails
    if fixes is not None:
        most = max(
            len(rows) for _, severity, _, rows, excused in faults if severity == "error" and not excused
        )
        assert fixes.findings <= most * fewest(size, faults, fixes.target)


def test_a_fault_of_two_parcels_is_one_fix_that_frees_both():
    pairs = [(PAIR, "error", False, (row, row + 1), False) for row in range(0, 6, 2)]
    singles = [(ERROR, "error", False, (row,), False) for row in (8, 9)]
    rows, findings = tables(20, singles + pairs)  # eight rows with errors, two may have some
    fixes = smallest_fixes(rows, findings, POLICY)
    assert (fixes.findings, fixes.parcels) == (3, 6)
    assert [(each.check, each.findings, each.parcels) for each in fixes.checks] == [(PAIR, 3, 6)]


def test_a_parcel_is_free_only_when_all_its_errors_are_mended():
    faults = [(ERROR, "error", False, (0,), False), (PAIR, "error", False, (0,), False)]
    rows, findings = tables(9, faults)
    assert smallest_fixes(rows, findings, POLICY).findings == 2


def test_warnings_and_excused_faults_are_not_among_what_to_mend():
    faults = [(WARNING, "warning", False, (row,), False) for row in range(9)]
    faults += [(ERROR, "error", False, (row,), True) for row in range(9)]
    rows, findings = tables(9, [*faults, (ERROR, "error", False, (0,), False)])
    fixes = smallest_fixes(rows, findings, POLICY)
    assert chosen(fixes) == {18}


def test_land_users_to_authenticate_are_a_line_of_their_own():
    rows, findings = tables(10, [])
    measured = {"xac_thuc": Portion(70, 101)}
    fixes = smallest_fixes(rows, findings, POLICY, measured)
    assert (fixes.target, fixes.findings, fixes.parcels, fixes.land_users) == (1, 0, 0, 11)
    assert group(tally_of(rows, findings, POLICY, {"xac_thuc": Portion(81, 101)}), POLICY).number == 1
    assert group(tally_of(rows, findings, POLICY, {"xac_thuc": Portion(80, 101)}), POLICY).number == 2


def test_a_long_chain_of_shared_faults_is_followed_to_its_end():
    chain = [(PAIR, "error", False, (row, row + 1), False) for row in range(2_999)]
    rows, findings = tables(3_000, chain)
    fixes = smallest_fixes(rows, findings, POLICY)
    assert number_of(3_000, without(chain, chosen(fixes))) == 1
    assert 2_699 <= fixes.findings <= 2_999


def test_the_order_of_rows_and_findings_changes_nothing():
    faults = [(ERROR, "error", False, (row, (row * 7) % 30), False) for row in range(1, 30)]
    rows, findings = tables(30, [(c, s, q, tuple(dict.fromkeys(r)), e) for c, s, q, r, e in faults])
    mixed = findings.take(pa.array(np.random.default_rng(1).permutation(len(findings))))
    one, other = smallest_fixes(rows, findings, POLICY), smallest_fixes(rows, mixed, POLICY)
    assert one == other
    assert sorted(one.finding_ids.to_pylist()) == sorted(other.finding_ids.to_pylist())


@settings(max_examples=counts(60))
@given(communes(), st.data(), st.sampled_from(policies()))
def test_mending_any_subset_of_faults_never_lowers_a_group(commune, data, policy):
    size, faults = commune
    mended = data.draw(st.sets(st.integers(0, max(len(faults) - 1, 0))))
    assert number_of(size, without(faults, mended), policy) <= number_of(size, faults, policy)


@settings(max_examples=counts(60))
@given(communes(), st.data())
def test_answering_for_a_fault_never_lowers_a_group(commune, data):
    size, faults = commune
    excused = data.draw(st.sets(st.integers(0, max(len(faults) - 1, 0))))
    after = [
        (code, severity, quarantines, rows, was or (number in excused and not quarantines))
        for number, (code, severity, quarantines, rows, was) in enumerate(faults)
    ]
    assert number_of(size, after) <= number_of(size, faults)


# --- on datasets that are judged

SEEDED = {
    "land_use": "XX",
    "area_legal_m2": 900.0,
    "national_id": "short",
    "source_key": "k0",
    "geometry": None,
}


def spoilt(n, faults):
    """A dataset of n parcels with these faults: (column, row)."""
    good = dataset(n)
    shapes = squares(n)
    columns = {name: list(good.numpy(name)) for name in SEEDED if name != "geometry"}
    for name, row in faults:
        if name == "geometry":
            shapes[row] = SEEDED[name]
        else:
            columns[name][row] = SEEDED[name]
    return dataset(shapes, **columns)


def judged(n, faults, policy):
    data = spoilt(n, faults)
    return judge(data, context(data, policy=policy))


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
@settings(max_examples=counts(20))
@given(st.data())
def test_mending_any_subset_of_seeded_faults_never_lowers_the_group_that_is_judged(policy, data):
    n = data.draw(st.integers(1, 9))
    faults = data.draw(st.sets(st.tuples(st.sampled_from(sorted(SEEDED)), st.integers(0, n - 1)), max_size=8))
    left = data.draw(st.sets(st.sampled_from(sorted(faults)))) if faults else set()
    assert judged(n, left, policy).group.number <= judged(n, faults, policy).group.number


# --- on a real cadastre, brought to Hà Nội

SPOILT_SHAPES = ("missing", "invalid", "moved", "copied")


@cache
def real_shapes(folder):
    """36 parcels of a Swiss map that touch each other, as they lie, but in the metres of Hà Nội."""
    path = folder / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    _, table = pyogrio.read_arrow(path, layer="so_252400")
    column = table["geom" if "geom" in table.column_names else "wkb_geometry"]
    shapes = shapely.from_wkb(column.to_numpy())
    middle = shapely.centroid(shapely.union_all(shapes))
    shapes = shapes[np.argsort(shapely.distance(shapes, middle), kind="stable")[:36]]
    west, south = shapely.total_bounds(shapes)[:2]
    return shapely.transform(shapes, lambda xy: np.round(np.subtract(xy, (west, south)), 3) + ORIGIN)


def real(shapes, faults):
    """The parcels with these faults: (kind, row); of the shapes one a row at most."""
    n = len(shapes)
    good = dataset(shapes)
    columns = {
        name: list(good.numpy(name)) for name in ("land_use", "area_legal_m2", "national_id", "source_key")
    }
    spoilt_shapes = shapes.copy()
    for kind, row in faults:
        if kind == "missing":
            spoilt_shapes[row] = None
        elif kind == "invalid":
            west, south, east, north = shapely.bounds(shapes[row])
            spoilt_shapes[row] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
        elif kind == "moved":
            spoilt_shapes[row] = shapely.transform(shapes[row], lambda xy: np.add(xy, (2.0, 1.0)))
        elif kind == "copied":
            spoilt_shapes[row] = shapes[(row + 1) % n]
        else:
            columns[kind][row] = SEEDED[kind]
    return dataset(spoilt_shapes, **columns)


@pytest.mark.shared_data
@settings(max_examples=counts(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mending_any_subset_of_faults_of_a_real_cadastre_never_lowers_its_group(shared_data, data):
    shapes = real_shapes(shared_data)
    rows = st.integers(0, len(shapes) - 1)
    of_shapes = data.draw(st.dictionaries(rows, st.sampled_from(SPOILT_SHAPES), max_size=6))
    columns = st.sampled_from(["land_use", "area_legal_m2", "national_id", "source_key"])
    faults = {(kind, row) for row, kind in of_shapes.items()}
    faults |= data.draw(st.sets(st.tuples(columns, rows), max_size=6))
    left = data.draw(st.sets(st.sampled_from(sorted(faults)))) if faults else set()
    groups = [judge(each, context(each)).group.number for each in (real(shapes, faults), real(shapes, left))]
    assert groups[1] <= groups[0]


@pytest.mark.shared_data
def test_the_real_cadastre_itself_is_in_the_first_group(shared_data):
    data = real(real_shapes(shared_data), ())
    assert judge(data, context(data)).group.number == 1
    wrong = real(real_shapes(shared_data), {("copied", row) for row in range(0, 36, 2)})
    assert judge(wrong, context(wrong)).group.number > 1


def test_the_verdict_says_what_to_mend_and_its_tables_say_the_same():
    faults = {("land_use", 0), ("land_use", 1), ("area_legal_m2", 1), ("geometry", 2), ("source_key", 3)}
    verdict = judged(9, faults, POLICY)
    assert verdict.group.number == 3
    again = smallest_fixes(verdict.rows, verdict.findings, POLICY, verdict.measured)
    assert verdict.fixes == again
    said = verdict.kept().fixes
    assert said.method == "greedy"
    assert (said.target, said.target_code) == (2, "2")
    assert said.findings == sum(each.findings for each in said.checks)


def test_tables_say_of_measures_what_the_judgement_said():
    verdict = judged(9, {("land_use", 0), ("area_legal_m2", 1), ("geometry", 2)}, POLICY)
    tally = tally_of(verdict.rows, verdict.findings, POLICY)
    for name, portion in verdict.measured.items():
        if portion is not None and portion.of and name != "xac_thuc":
            assert tally.measures[name] == portion, name


def test_named_checks_and_families_count_each_row_once():
    policy = parse_policy(
        'id = "x"\nversion = 1\nvalid_from = 2026-01-01\nextends = "2025-three-groups"\n'
        'title = { vi = "a", en = "a" }\n'
        '[[groups]]\ncode = "x"\ntitle = { vi = "a", en = "a" }\nmeaning = { vi = "a", en = "a" }\n'
        'rules = [{ found = ["ATT", "GEO-INVALID"], at_most = 0.2 }]\n'
        '[[groups]]\ncode = "y"\ntitle = { vi = "a", en = "a" }\nmeaning = { vi = "a", en = "a" }\n',
        "x.toml",
    )
    faults = [
        (ERROR, "error", False, (0, 1), False),
        (WARNING, "warning", False, (1,), False),
        (REFUSING, "error", True, (2,), False),
        ("IDN-MISSING", "error", True, (3,), False),
        (ERROR, "error", False, (4,), True),
    ]
    rows, findings = tables(10, faults)
    tally = tally_of(rows, findings, policy)
    assert tally.found == {("ATT", "GEO-INVALID"): 3}
    assert group(tally, policy).code == "y"
    fixes = smallest_fixes(rows, findings, policy)
    assert (fixes.findings, fixes.target_code) == (1, "x")


def test_a_finding_touches_all_its_rows_and_one_of_the_commune_none():
    _, findings = tables(5, [(PAIR, "error", False, (3, 1, 0), False), (ERROR, "info", False, (-1,), False)])
    finding, row = incidence(findings)
    assert sorted(zip(finding.tolist(), row.tolist(), strict=True)) == [(0, 0), (0, 1), (0, 3)]


def test_the_draft_of_four_groups_names_what_to_mend_for_each_step():
    policy = named_policy("2026-abce")
    faults = [(REFUSING, "error", True, (row,), False) for row in range(20)]
    left = faults
    steps = []
    while (fixes := smallest_fixes(*tables(100, left), policy)) is not None:
        steps.append((fixes.target_code, fixes.findings))
        left = without(left, chosen(fixes))
    assert steps == [("C", 10), ("B", 8), ("A", 2)]
