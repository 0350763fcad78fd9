"""`docs/checks.md`, made from the checks and the policy."""

from validators.base import Check
from validators.brakes import BrakeRules
from validators.catalogue import CHECKS
from validators.measures import MEASURES, Measure
from validators.policy import Policy, policies
from validators.rulings import REST, condition

_HEAD = """\
# Checks / Các phép kiểm tra

<!-- Made by `make pages` from validators/. Do not edit by hand. -->

What landsync looks at in every delivery, commune by commune. A check finds something in a row at most once; what is
between parcels is a finding for each set of them.

- **severity**: an *error* must be mended, a *warning* should be, an *info* is listed and was dealt with.
- **quarantines**: the row does not enter the database until it is delivered anew; the last good version of the
  parcel stays live, marked stale, and nothing is ended because of it. A row without any handle and without a
  commune is *unreadable*: nothing of its delivery tells what it is.
- **lives without land**: the row counts as quarantined, but where that is all that is wrong with it, it goes live as a parcel
  without geometry, with its land users. Not where its parcel is live with geometry: nothing is emptied.
- A row without a usable shape has exactly one finding of the quarantining GEO checks: the first of missing,
  empty, not polygonal, zero area, invalid. It is then not compared with its national id or its registered area.
- Every check is in one of three states: it **ran**; it is **not applicable** (the province's profile says so and
  why); it was **not run** (the context lacks what it needs, such as the national register of ids), and then the
  verdict is provisional.
- The rows of a change set are judged, its communes are not: a few changed parcels say nothing about a commune's
  group. Of a row that ends an object only the CHG checks are asked.
- A finding has a stable id: UUIDv5 of the check and the sorted names of the parcels it is about, each its strongest
  handle as delivered (source key, national id, sheet), the geometry where there is none. It never holds personal data.

"""


def document() -> str:
    """The text of docs/checks.md."""
    parts = [_HEAD, _table(), *(_section(check) for check in CHECKS), _measures()]
    parts += [_policy(policy) for policy in policies()]
    return "".join(parts)


def _table() -> str:
    lines = [
        f"| [{check.code}](#{check.code.lower()}) | {_severity(check)} | {'yes' if check.quarantines else ''} "
        f"| {check.title.en} | {check.title.vi} |\n"
        for check in CHECKS
    ]
    return (
        "| code | severity | quarantines | what is found | nội dung |\n"
        "| --- | --- | --- | --- | --- |\n" + "".join(lines)
    )


def _severity(check: Check) -> str:
    return check.severity + (" (an error from the policy's date)" if check.hardened_by else "")


def _section(check: Check) -> str:
    facts = [f"severity {_severity(check)}"]
    if check.quarantines:
        facts.append("quarantines, but lives without land" if check.lives else "quarantines")
    if check.unit:
        facts.append(f"measured in {check.unit}")
    if check.measures:
        facts.append("counts for " + ", ".join(_measure_name(name) for name in check.measures))
    if check.changes_only:
        facts.append("of change sets")
    if check.judged_by == "merge":
        facts.append("found by the merge only")
    elif check.scope == "contextual":
        facts.append("needs the national register; the merge finds it as well")
    return (
        f"\n## {check.code}\n\n**{check.title.vi}** / **{check.title.en}**\n\n{'; '.join(facts)}.\n\n"
        f"- {_sentence(check.message.vi)} *{check.advice.vi}*\n- {_sentence(check.message.en)} *{check.advice.en}*\n"
    )


def _sentence(template: str) -> str:
    return template.format(detail="…", measure="…", width="…", others="…").replace("……", "…")


def _measure_name(name: Measure) -> str:
    return f"{MEASURES[name].vi.lower()} ({MEASURES[name].en.lower()})"


def _measures() -> str:
    lines = []
    for name, title in MEASURES.items():
        codes = ", ".join(check.code for check in CHECKS if name in check.measures)
        lines.append(
            f"| `{name}` | {title.vi} | {title.en} | {codes or 'no check yet: reported as unknown'} |\n"
        )
    return (
        "\n## Quality measures / Tiêu chí chất lượng\n\n"
        "Each is the share of the rows read in which none of its checks found anything, 0 to 1. A check that is not\n"
        "applicable or was not run is left out; a measure of which none ran is unknown. `xac_thuc` stands beside the\n"
        "six: the share of the land users whom the population database found ([results](population.md)). `du` is what is there\n"
        "of what the land statistics expect, parcels or area, and may be more than 1; without such figures it is unknown\n"
        "([completeness](groups.md#completeness)). `thong_tin` says whether the rows that are there are filled in.\n\n"
        "| measure | | | checks |\n| --- | --- | --- | --- |\n" + "".join(lines)
    )


def _policy(policy: Policy) -> str:
    tolerances = policy.tolerances
    required = ", ".join(f"`{rule.column}` (from {rule.valid_from})" for rule in policy.required)
    since = policy.national_id.error_from
    until = f" until {policy.valid_to}" if policy.valid_to else ""
    dates = "a draft, in force on no day" if policy.draft else f"in force from {policy.valid_from}{until}"
    return (
        f"\n## Policy {policy.name}\n\n{policy.title['vi']} / {policy.title['en']}; {dates}.\n\n"
        + _groups(policy)
        + f"\n- Rehearsal: more than {_share(policy.rehearsal.agreed_share)} of the communes in another group, and "
        "somebody must agree first.\n"
        f"- A registered area may differ by {_share(tolerances.area_share)} of itself, and in any case by "
        f"{tolerances.area_m2} m² (ATT-AREA).\n"
        f"- The cell of a national id may lie {tolerances.id_distance_m} m from its parcel (IDN-OUTSIDE).\n"
        f"- Required attributes (ATT-REQUIRED): {required or 'none'}.\n"
        f"- A missing national id is {'an error from ' + str(since) if since else 'a warning'} "
        "(IDN-NATIONAL-MISSING).\n"
        f"- A commune is incomplete with less than {_share(policy.completeness.incomplete_below)} of the parcels or of the area "
        "that the land statistics expect, and has more than it should above "
        f"{_share(policy.completeness.more_above)}.\n"
        f"- A fault of at least {_share(policy.condense.share)} of a commune's rows, and at least {policy.condense.rows}, is "
        f"told once, of the commune, and stays so down to {_share(policy.condense.until)}: "
        f"{', '.join(check.code for check in CHECKS if check.condenses)}.\n"
        f"- A sheet number has at most {policy.numbers.longest} characters and one of the {len(policy.numbers.sheet)} forms "
        f"(IDN-SHEET-FORM), a parcel number one of the {len(policy.numbers.parcel)} forms (IDN-NUMBER-FORM) that "
        "`[numbers]` of the policy file lists.\n" + _placeholders(policy) + _brakes(policy.brake)
    )


def _brakes(brake: BrakeRules) -> str:
    """What holds a commune: limits by measure."""
    lines = [
        "\nBrakes: a commune is held when a delivery would do more than this to it; in the last "
        f"{brake.days} days together; or, from {brake.province_parcels} parcels of a province on, to all its communes together "
        "(then those are held of which more changes than that). EARLIER, SHUFFLED and DUPLICATED are shares of the rows that "
        "differ, NEIGHBOUR of the rows looked at.\n\n"
        "| measure | one delivery | at least | lately | at least | province |\n| --- | ---: | ---: | ---: | ---: | ---: |\n"
    ]
    for name, limit in brake.limits.items():
        measure, _, group = name.partition("-")
        half = "" if limit.half is None else f", or {_share(limit.half)}"
        lately = ("", "") if limit.lately is None else (_share(limit.lately), str(limit.lately_parcels))
        province = "" if limit.province is None else _share(limit.province)
        cells = (
            measure.upper() + (f" of {group}" if group else ""),
            _share(limit.share) + half,
            str(limit.parcels),
            *lately,
            province,
        )
        lines.append("| " + " | ".join(cells) + " |\n")
    return "".join(lines)


def _placeholders(policy: Policy) -> str:
    """What counts as not filled, and where."""
    rules = policy.placeholders
    lines = [
        f"- What counts as not filled: signs without a letter or digit; the words {', '.join(rules.words)}; the days "
        f"{', '.join(rules.dates)}; and, where zeros say nothing, whatever is made of zeros and signs alone. A profile adds "
        "to these or keeps one (`[placeholders.<column>]`). By column:\n"
    ]
    for column, kinds in rules.columns.items():
        said = [*kinds, *(f"`{text}`" for text in rules.also.get(column, ()))]
        lines.append(f"  - `{column}`: {', '.join(said)}\n")
    return "".join(lines)


def _groups(policy: Policy) -> str:
    """The scheme: number, code, title, meaning, and the rules that must all hold."""
    lines = []
    for number, each in enumerate(policy.groups, start=1):
        rules = [condition(rule) for rule in each.rules] or [REST]
        lines.append(
            f"| {number} | {each.code} | {each.title.vi} / {each.title.en} | {each.meaning.vi} / {each.meaning.en} "
            f"| {'; '.join(rule.vi for rule in rules)} | {'; '.join(rule.en for rule in rules)} |\n"
        )
    return (
        "A commune belongs to the first group whose rules all hold ([how a group comes about](groups.md)). Shares are\n"
        "of the rows read, measures of what they state; what nobody knows yet, such as the authentication of land\n"
        "users before the first results, fails nothing and is said.\n\n"
        "| no. | code | group | meaning | nhóm khi | when |\n| --- | --- | --- | --- | --- | --- |\n"
        + "".join(lines)
    )


def _share(share: object) -> str:
    return f"{float(str(share)) * 100:g} %"
