"""From the tables of a judgement to what the rules of groups are about: rows by what was found in them, once each."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from validators.base import Check
from validators.catalogue import BY_CODE, CHECKS
from validators.groups import FoundRule, MeasureRule
from validators.measures import COMPLETENESS, MEASURES, Portion
from validators.policy import Policy
from validators.usability import Tally


def incidence(findings: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which finding touches which row of its own dataset: (m,) position in the table, (m,) row_no; each pair once.

    A finding about several parcels touches all of them that the dataset holds; one about the commune as a whole none.
    """
    own = np.asarray(findings["row_no"].to_numpy(), dtype=np.int64)
    lists = findings["other_rows"].combine_chunks()
    others = np.asarray(lists.flatten(), dtype=np.int64)
    parents = np.asarray(pc.list_parent_indices(lists), dtype=np.int64)
    at = np.flatnonzero(own >= 0)
    pairs = np.column_stack((np.concatenate((at, parents)), np.concatenate((own[at], others))))
    pairs = np.unique(pairs, axis=0) if len(others) else pairs
    return pairs[:, 0], pairs[:, 1]


def counts_against(findings: pa.Table) -> NDArray[np.bool_]:
    """(k,) whether a finding is one that somebody must answer for: nobody does yet."""
    excused = np.asarray(findings["excused"].to_numpy(), dtype=bool)
    return ~excused


def erroneous(findings: pa.Table) -> NDArray[np.bool_]:
    """(k,) whether a finding makes its rows rows with an error."""
    wrong = pc.or_(pc.equal(findings["severity"], "error"), findings["quarantines"])
    return np.asarray(wrong.to_numpy(), dtype=bool) & counts_against(findings)


def of_codes(findings: pa.Table, chosen: Collection[str]) -> NDArray[np.bool_]:
    """(k,) whether a finding is of one of these checks."""
    wanted = pa.array(sorted(chosen), pa.string())
    return np.asarray(pc.is_in(findings["check_code"], value_set=wanted).to_numpy(), dtype=bool)


def codes_of(rule: FoundRule) -> list[str]:
    """The checks that a rule names, by themselves or by their family."""
    return [code for code in BY_CODE if rule.names(code)]


def found_by_rules(findings: pa.Table, policy: Policy) -> dict[tuple[str, ...], int]:
    """For every FoundRule of the policy: rows with a finding that it names."""
    rules = {rule.found: rule for each in policy.groups for rule in each.rules if isinstance(rule, FoundRule)}
    if not rules:
        return {}
    finding, row = incidence(findings)
    against = counts_against(findings)
    return {
        named: len(np.unique(row[(of_codes(findings, codes_of(rule)) & against)[finding]]))
        for named, rule in rules.items()
    }


def assured(tally: Tally, not_run: Collection[str], policy: Policy, as_of: date) -> Tally:
    """The same, had every check that was not run failed in every row.

    Completeness stays what it is: it asks for figures of the land statistics, which no check can stand for.
    """
    failed = [check for check in CHECKS if check.code in not_run]
    return replace(
        tally,
        quarantined=tally.read - tally.unreadable
        if any(check.quarantines for check in failed)
        else tally.quarantined,
        rows_with_error=tally.read
        if any(_is_error(check, policy, as_of) for check in failed)
        else tally.rows_with_error,
        found={
            named: tally.read
            if any(FoundRule(found=named, at_most=Decimal(0)).names(each.code) for each in failed)
            else count
            for named, count in tally.found.items()
        },
        measures={
            name: portion if name == COMPLETENESS else _failed(name, portion, failed)
            for name, portion in {**_every_measure(policy), **tally.measures}.items()
        },
    )


def _is_error(check: Check, policy: Policy, as_of: date) -> bool:
    return check.quarantines or check.severity_at(policy, as_of) == "error"


def _every_measure(policy: Policy) -> dict[str, Portion | None]:
    rules = [rule for each in policy.groups for rule in each.rules]
    return {name: None for rule in rules if (name := getattr(rule, "measure", None)) is not None}


def _failed(name: str, portion: Portion | None, failed: list[Check]) -> Portion:
    if portion is None:
        return Portion(0, 1)
    return Portion(0, portion.of) if any(name in check.measures for check in failed) else portion


def refuse_unknown_names(policy: Policy, origin: str) -> None:
    """Raise UsageError POLICY-INVALID for checks, families and measures in group rules that do not exist.

    origin  names the file in the error
    """
    families = {code.split("-")[0] for code in BY_CODE}
    rules = [rule for each in policy.groups for rule in each.rules]
    unknown = [
        name
        for rule in rules
        for name in (
            [each for each in rule.found if each not in BY_CODE and each not in families]
            if isinstance(rule, FoundRule)
            else [rule.measure]
            if isinstance(rule, MeasureRule) and rule.measure not in MEASURES
            else []
        )
    ]
    if unknown:
        named = ", ".join(unknown)
        raise UsageError(
            "POLICY-INVALID",
            Bilingual(
                f"Tệp chính sách {origin} nêu phép kiểm tra hoặc tiêu chí không có: {named}.",
                f"The policy file {origin} names checks or measures that do not exist: {named}.",
            ),
            Bilingual(
                "Các mã và tiêu chí có trong docs/checks.md.",
                "docs/checks.md lists the codes and the measures.",
            ),
        )
