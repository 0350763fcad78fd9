"""The documentation is held to the truth: commands, options, links, files and targets exist as they are written."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from typer.main import get_command

from sync.cli.app import app
from tests.conftest import ROOT
from validators.catalogue import BY_CODE
from validators.groups import ShareRule
from validators.policy import policy_at
from validators.rulings import vi

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    key=lambda page: page.as_posix(),
)
ADR = ROOT / "docs" / "adr"
WORD = re.compile(r"[a-z][a-z-]*")
FILE = re.compile(r"`((?:dags|docker|docs|parcels|sql|sync|tests|validators)/[^`\s<]*)`")
RECIPE_LINES = 12
# Commands that do not exist are named in one place, which says so.
NOT_YET = "## Commands that are planned and not there yet"


def pages(*, commands: bool = False) -> list[object]:
    chosen = [page for page in PAGES if not commands or page.parent != ADR]
    return [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in chosen]


def code_of(text: str) -> Iterator[str]:
    """Every line of code of a page: lines of fenced blocks without their comments, and spans in the text."""
    fence = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    for block in fence.findall(text):
        yield from (line.split(" #", 1)[0].strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", fence.sub("", text))


def calls_of(text: str) -> Iterator[list[str]]:
    """The words after each `landsync` that is called in a page's code."""
    for line in code_of(text):
        for part in re.split(r"&&|\|\||;|\|", line):
            words = part.split()
            while words and ("=" in words[0] or words[0] in {"sudo", "$"}):
                del words[0]  # variables set for one command
            if words and re.fullmatch(r"(\S*[/\\])?landsync", words[0]):
                yield words[1:]


def wrong_with(words: list[str]) -> str | None:
    """What does not exist in a call of `landsync`; None when all of it does."""
    command = get_command(app)
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    for position, word in enumerate(words):
        if word.startswith("--"):
            name = word.split("=")[0]
            if name not in options | {name for p in command.params for name in p.secondary_opts}:
                return f"no option {name}"
            continue
        known = getattr(command, "commands", None)
        if known is None or not WORD.fullmatch(word) or words[position - 1] == "--lang":
            continue
        if word not in known:
            return f"no command {word}"
        command = known[word]
        options |= {name for parameter in command.params for name in parameter.opts}
    return None


def slug(heading: str) -> str:
    """The anchor that a forge gives a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower().replace("`", "")
    kept = [mark for mark in plain if mark in " -_" or unicodedata.category(mark)[0] in "LNM"]
    return "".join(kept).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", pages(commands=True))
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8").split(NOT_YET)[0]
    wrong = {" ".join(words): problem for words in calls_of(text) if (problem := wrong_with(words))}
    assert not wrong


@pytest.mark.parametrize("page", pages())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    broken = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", pages())
def test_every_file_of_the_program_that_is_named_exists(page: Path) -> None:
    named = set(FILE.findall(page.read_text(encoding="utf-8")))
    assert {
        name for name in named if not (ROOT / name).exists() and "NN" not in name and "*" not in name
    } == set()


def recipes() -> list[str]:
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    return re.split(r"^## ", page, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.partition("\n")[0])
def test_a_recipe_is_short_and_names_tests_that_exist(recipe: str) -> None:
    files = [name for name in FILE.findall(recipe) if name.startswith("tests/") and name.endswith(".py")]
    defined = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    named = re.findall(r"`(test_\w+)`", recipe)
    assert named
    assert [name for name in named if f"def {name}(" not in defined] == []
    assert len(recipe.split("\n\n", 1)[1].strip().splitlines()) <= RECIPE_LINES + 1  # with a blank one


@pytest.mark.parametrize("page", pages())
def test_every_make_target_shown_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    shown = {
        target
        for line in code_of(page.read_text(encoding="utf-8"))
        for target in re.findall(r"(?:^|&& )make ([a-z-]+)", line)
    }
    assert shown <= targets


@pytest.mark.parametrize("language", ["", ".vi"])
def test_every_make_target_is_told(language: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in (f"README{language}.md", f"docs/using{language}.md")
    )
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert targets
    assert [target for target in targets if not re.search(rf"\bmake {target}(?![a-z-])", told)] == []


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_a_readme_names_what_ci_runs(name: str) -> None:
    run = re.findall(r"\bmake ([a-z-]+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert run
    assert {f"make {target}" for target in run} <= set(code_of((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["using.md", "using.vi.md"])
def test_every_page_is_in_the_list_of_pages(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md") if not page.name.startswith("using")}
    assert pages - set(re.findall(r"\]\(([^)#]+)", text)) == set()


def every_command(group: click.Command, before: str = "landsync") -> Iterator[tuple[str, click.Command]]:
    for name, command in getattr(group, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from every_command(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


@pytest.mark.parametrize(("call", "command"), every_command(get_command(app)))
def test_every_command_is_told_and_speaks_to_programs(call: str, command: click.Command) -> None:
    told = "\n".join(page.read_text(encoding="utf-8") for page in PAGES if page.parent == ROOT / "docs")
    assert re.search(rf"\b{call}\b", told)
    assert any("--json" in parameter.opts for parameter in command.params)
    assert re.search("[ạ-ỹđươ]", command.help or "")  # its help is in Vietnamese, too


def test_the_offices_page_says_by_which_limits_a_commune_falls() -> None:
    page = (ROOT / "docs" / "runbook-office.vi.md").read_text(encoding="utf-8")
    groups = policy_at(date.today()).groups  # the page tells what is in force
    # Of the first group its own row tells; who misses the second is in the third.
    limits = [
        (told_in, rule.at_most)
        for told_in, each in (("1", groups[0]), ("3", groups[1]))
        for rule in each.rules
        if isinstance(rule, ShareRule)
    ]
    assert len(limits) >= 3
    for told_in, at_most in limits:
        (row,) = re.findall(rf"^\| {told_in}: .*$", page, re.MULTILINE)
        assert (vi(at_most) if at_most else "không có thửa nào") in row


def test_the_offices_page_says_what_each_check_asks_for() -> None:
    page = (ROOT / "docs" / "runbook-office.vi.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(checks\.md#([a-z-]+)\)", page)) == {code.lower() for code in BY_CODE}


def test_every_error_code_shown_is_one_that_the_program_says() -> None:
    program = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("parcels", "sync", "validators")
        for path in (ROOT / folder).rglob("*.py")
    )
    shown = {
        code
        for page in PAGES
        for code in re.findall(
            r"`((?:CRS|DB|DLV|GEN|INBOX|LND|PLATFORM|PRF)-[A-Z-]+)`", page.read_text("utf-8")
        )
    }
    assert shown
    assert {code for code in shown if f'"{code}"' not in program} == set()


@pytest.mark.parametrize("name", ["README", "docs/using", "docs/runbook-centre"])
def test_both_languages_have_the_same_sections_and_commands(name: str) -> None:
    english, vietnamese = (
        (ROOT / f"{name}{language}.md").read_text(encoding="utf-8") for language in ("", ".vi")
    )
    for text_of in (
        lambda text: re.findall(r"^(#+ \d*)", text, re.MULTILINE),
        lambda text: [[word for word in words if not word.startswith('"')][:3] for words in calls_of(text)],
    ):
        assert text_of(english) == text_of(vietnamese)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("sync --province 08 nation/08 --dry-run", None),
        ("--lang en receipt show RUN --json", None),
        ("up --no-airflow", None),
        ("receipt print RUN", "no command print"),
        ("sync --dryrun", "no option --dryrun"),
        ("backup", "no command backup"),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(words: str, problem: str | None) -> None:
    assert wrong_with(words.split()) == problem


def test_commands_are_found_in_blocks_and_in_text() -> None:
    text = "Run `landsync up`.\n\n```sh\nLANDSYNC_LANG=en .venv/bin/landsync status  # all\ncd x && landsync down\n```\n"
    assert list(calls_of(text)) == [["status"], ["down"], ["up"]]
