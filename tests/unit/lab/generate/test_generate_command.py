"""`landsync generate` as a person or a machine calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli.app import app

runner = CliRunner()
SMALL = ["--parcels", "200", "--provinces", "01,51", "--communes-per-province", "2"]


def run(*arguments: str) -> tuple[int, str, str]:
    result = runner.invoke(app, ["generate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_it_writes_a_nation_and_prints_one_json_object(tmp_path: Path) -> None:
    status, out, _ = run("--out", str(tmp_path / "n"), *SMALL, "--json")
    assert status == 0
    document = json.loads(out)
    assert document["totals"]["parcels"] == 200
    assert [line["format"] for line in document["provinces"]] == ["gpkg", "shapefile"]
    written = json.loads((tmp_path / "n" / "nation.json").read_text(encoding="utf-8"))
    assert written == {key: document[key] for key in written}


@pytest.mark.parametrize(("lang", "word"), [("vi", "thửa"), ("en", "parcels")])
def test_it_says_what_it_wrote_in_the_chosen_language(
    tmp_path: Path, lang: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_LANG", lang)
    status, out, said = run("--out", str(tmp_path / "n"), *SMALL)
    assert status == 0
    assert word in said
    assert not out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--parcels", "200", "--provinces", "1"], "GEN-PROVINCE"),
        ([*SMALL, "--fault", "null_geometry"], "GEN-FAULT"),
        ([*SMALL, "--fault", "no_such=1"], "GEN-FAULT"),
        ([*SMALL, "--fault", "user_said_twice=1"], "GEN-FAULT"),
        ([*SMALL, "--people", "both"], "GEN-PEOPLE"),
        ([*SMALL, "--extracted-at", "yesterday"], "GEN-TIME"),
        ([*SMALL, "--extracted-at", "2025-06-30"], "GEN-DATE"),
        (["--parcels", "7", "--provinces", "01"], "GEN-TOO-FEW"),
    ],
)
def test_a_mistake_is_a_sentence_with_a_code_and_status_2(
    tmp_path: Path, arguments: list[str], code: str
) -> None:
    status, out, said = run("--out", str(tmp_path / "n"), *arguments, "--json")
    assert status == 2
    assert json.loads(out)["error"]["code"] == code
    assert code in said
    assert not (tmp_path / "n").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / "real.gpkg").write_text("theirs")
    status, _, said = run("--out", str(tmp_path), *SMALL)
    assert status == 2
    assert "GEN-OUT" in said
    assert (tmp_path / "01" / "real.gpkg").read_text() == "theirs"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, said = run("--out", str(tmp_path / "file" / "n"), *SMALL)
    assert status == 2
    assert "GEN-WRITE" in said


def test_the_generator_needs_neither_a_database_nor_airflow_nor_the_checks() -> None:
    code = (
        "import sys, sync.lab.generate;"
        "print([m for m in ('psycopg2', 'sqlalchemy', 'airflow', 'validators') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
