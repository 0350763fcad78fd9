"""Run folders written by older versions stay readable, and nothing of what they say is lost.

`tests/fixtures/documents_v1` holds documents of every kind as they were written before documents stated a version, with
every field and form of value that occurred; `run_v1` is the folder of a whole run, with what was said of it then.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parcels.errors import ComponentMissing
from sync.folder.conform import Conformed
from sync.folder.contents import CONTENTS
from sync.folder.document import Document
from sync.folder.gate import Gated
from sync.folder.judgement import Judged, load_findings, load_rows
from sync.folder.loaded import Loaded
from sync.report.explain.commune import _POLICY_GONE, explain_commune
from sync.report.explain.judged import ReportedVerdicts, from_folder
from sync.report.material import gather
from sync.report.summary import summary_of
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures"
KINDS: dict[str, type[Document]] = {
    Path(kind.FILE).stem: kind for _, _, documents, _ in CONTENTS for kind in documents
} | {"verdicts": ReportedVerdicts}
OLD = sorted((FIXTURES / "documents_v1").rglob("*.json"))


def leaves(value: object) -> Iterator[object]:
    """What a document says, without the names."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None:
        yield round(value, 9) if isinstance(value, float) else value


def placed(tmp_path: Path, kind: type[Document], text: str) -> Path:
    path = tmp_path / kind.FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path


def test_there_are_old_documents_of_every_kind() -> None:
    assert {path.parent.name for path in OLD} == set(KINDS) - {"pulled", "basis", "unchanged", "costs"}


@pytest.mark.parametrize("path", OLD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_old_document_is_read_and_says_what_it_said(path: Path, tmp_path: Path) -> None:
    text, kind = path.read_text(encoding="utf-8"), KINDS[path.parent.name]
    read = kind.load(placed(tmp_path, kind, text))
    read.save(tmp_path)
    assert kind.load(tmp_path) == read
    written = json.loads((tmp_path / kind.FILE).read_text(encoding="utf-8"))
    assert written["version"] == kind.version()
    said = {name: value for name, value in json.loads(text).items() if name != "version"}
    lost = {str(leaf).replace("T", " ").replace("Z", "+00:00") for leaf in leaves(said)} - {
        str(leaf).replace("T", " ").replace("Z", "+00:00") for leaf in leaves(written)
    }
    assert lost == set()


def test_a_whole_run_of_before_is_told_as_it_was_then() -> None:
    run = FIXTURES / "run_v1"
    then = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    for commune in then["communes"]:
        commune |= {"measures": _named_as_today(commune["measures"]), "completeness": UNKNOWN}
        commune["fixes"] = commune["fixes"] and commune["fixes"] | {"deliver": False}
    assert summary_of(gather(run)).as_dict() == then | {"lists": []}
    explained = json.loads((run / "explained.json").read_text(encoding="utf-8"))
    now = json.loads(json.dumps(explain_commune(from_folder(run), explained["code"]), default=str))
    assert [note["vi"] for note in now["notes"]] == [_POLICY_GONE.vi]  # its policy has another version since
    for checks in (
        now["checks"],
        explained["checks"],
    ):  # their words may be others, and errors come first since
        checks.sort(key=lambda check: check["code"])
        for check in checks:
            del check["title"]
    assert now.pop("completeness")["state"] == "unknown"
    now["measures"] = _as_before_they_had_their_names(now["measures"])
    for rules in (now["groups"], explained["groups"]):
        for group in rules:  # a rule on completeness joined them, and decided nothing
            group["rules"] = [rule for rule in group["rules"] if "thống kê đất đai" not in rule["rule"]["vi"]]
    explained["fixes"]["deliver"] = False
    for measure, then_said in zip(now["measures"], explained["measures"], strict=True):
        known = {check["code"] for check in then_said["checks"]}  # others came since
        measure["checks"] = [check for check in measure["checks"] if check["code"] in known]
        for said in (measure, then_said):
            said["checks"].sort(key=lambda check: check["code"])
    changed = {"source": None, "notes": [], "policy": None}
    assert now | changed == explained | changed
    assert load_rows(run).num_rows == then["read"]
    assert load_findings(run).num_rows > 0


UNKNOWN = {"state": "unknown", "figures": []}


def _named_as_today(measures: dict[str, Any]) -> dict[str, Any]:
    """What was called đủ said whether rows are filled in; whether all parcels are there nobody knew."""
    return measures | {"du": None, "thong_tin": measures["du"]}


def _as_before_they_had_their_names(measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The explained measures with that of filled-in rows in place of đủ, under the name of then."""
    by_name = {measure["name"]: measure for measure in measures}
    assert (by_name["du"]["share"], by_name["du"]["of"]) == (None, None)
    filled = by_name.pop("thong_tin") | {"name": "du", "title": by_name["du"]["title"]}
    filled["checks"] = sorted([*filled["checks"], *by_name["du"]["checks"]], key=lambda each: each["code"])
    return [filled if name == "du" else measure for name, measure in by_name.items()]


def test_a_verdict_of_the_load_keeps_its_reasons_apart(tmp_path: Path) -> None:
    """Before, `reasons` were those of the decision: of the hold where it was held, else of the group."""
    seen = set()
    for path in (FIXTURES / "documents_v1" / "load").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        old = {line["commune_code"]: line for line in json.loads(text)["communes"]}
        for verdict in Loaded.load(placed(tmp_path, Loaded, text)).communes:
            line = old[verdict.code]
            assert [said._asdict() for said in verdict.reasons] == line["group_reasons"]
            held = [reason.model_dump(mode="json") for reason in verdict.hold_reasons]
            held = without(("rows", "shown", "against"), held)  # rows were no witnesses of their own then
            assert held == (line["reasons"] if line["decision"] == "hold" else [])
            assert (verdict.read, verdict.group) == (line["rows_read"], line["usability_group"])
            seen.add(line["decision"])
    assert seen == {"accept", "hold"}


def without(names: tuple[str, ...], value: Any) -> Any:
    """A document as it was before there were these fields."""
    if isinstance(value, dict):
        return {name: without(names, inner) for name, inner in value.items() if name not in names}
    return [without(names, inner) for inner in value] if isinstance(value, list) else value


def test_fields_that_came_later_are_empty_where_a_document_has_none(tmp_path: Path) -> None:
    conform = next(path for path in OLD if path.parent.name == "conform").read_text(encoding="utf-8")
    later = (
        "version_kind",
        "lists",
        "crs",
        "notes",
        "assumed",
        "archive",
        "conversion",
        "commune_codes",
        "texts",
    )
    older = without(later, json.loads(conform))
    older["parts"] = [part | {"crs": "stated"} for part in older["parts"]]
    read = Conformed.load(placed(tmp_path, Conformed, json.dumps(older)))
    assert (read.version_kind, read.lists, read.crs) == (None, (), {})
    assert {part.notes.curves for part in read.parts} == {0}
    datasets = (FIXTURES / "run_v1" / "judgement" / "datasets.json").read_text(encoding="utf-8")
    older = without(
        ("measured", "group_code", "group_title", "fixes", "excused", "findings"), json.loads(datasets)
    )
    verdicts = Judged.load(placed(tmp_path, Judged, json.dumps(older))).communes
    assert {(len(verdict.measured), verdict.group_code, verdict.excused) for verdict in verdicts} == {
        (0, None, 0)
    }
    assert [verdict.group for verdict in verdicts] == [e["group"] for e in json.loads(datasets)["communes"]]


def test_a_document_of_a_later_version_says_what_to_do(tmp_path: Path) -> None:
    Gated(decision="accept", communes={}).save(tmp_path)
    content = json.loads((tmp_path / Gated.FILE).read_text(encoding="utf-8"))
    (tmp_path / Gated.FILE).write_text(json.dumps(content | {"version": 99}), encoding="utf-8")
    with pytest.raises(ComponentMissing) as caught:
        Gated.load(tmp_path)
    assert caught.value.code == "FOLDER-VERSION"
    assert "99" in caught.value.message.vi


@pytest.mark.parametrize(
    "content", ['{"decision": "perhaps", "communes": {}}', '{"communes": {}}', "[]", "{", ""]
)
def test_a_document_that_is_damaged_is_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / Gated.FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ComponentMissing) as caught:
        Gated.load(tmp_path)
    assert caught.value.code == "FOLDER-DAMAGED"


def test_a_document_that_is_not_there_is_a_stage_that_did_not_run(tmp_path: Path) -> None:
    assert Gated.find(tmp_path) is None
    with pytest.raises(FileNotFoundError):
        Gated.load(tmp_path)
