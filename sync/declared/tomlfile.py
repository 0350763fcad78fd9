"""Reading a TOML file that a person wrote: what is wrong becomes a sentence that names the file and the key."""

import difflib
import re
import stat
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from parcels.bilingual import Bilingual
from parcels.errors import TerminalError

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 1_000_000  # a text written by a person, not data
_DEEPEST = 16  # tables and lists in each other, and names of a dotted key
_LONGEST_NUMBER = 40  # digits
_SHOWN, _LONGEST_SHOWN = 10, 80  # problems of one file, and characters of a key
# What brackets, dots and digits do not count in: strings and comments. Whatever is not closed ends with its line or the
# text, and nothing is tried twice: the time is linear in the text.
_QUIET = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|'
    r"'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
_DOTTED = re.compile(rf"(?<![\w\-\x00])(?:[\w\-\x00]++\s*+\.\s*+){{{_DEEPEST},}}")
_NUMBER = re.compile(rf"[0-9A-Fa-f_]{{{_LONGEST_NUMBER},}}")

_EXPECTED: dict[str, Bilingual] = {
    "string_type": Bilingual("phải là văn bản đặt trong dấu ngoặc kép", "must be text in quotes"),
    "int_type": Bilingual("phải là số nguyên", "must be a whole number"),
    "int_parsing": Bilingual("phải là số nguyên", "must be a whole number"),
    "bool_type": Bilingual("phải là true hoặc false", "must be true or false"),
    "list_type": Bilingual("phải là danh sách [...]", "must be a list [...]"),
    "tuple_type": Bilingual("phải là danh sách [...]", "must be a list [...]"),
    "dict_type": Bilingual("phải là một mục [...] gồm các khóa", "must be a table of keys"),
    "model_type": Bilingual("phải là một mục [...] gồm các khóa", "must be a table of keys"),
    "datetime_type": Bilingual("phải là ngày giờ", "must be a date and time"),
    "datetime_parsing": Bilingual("phải là ngày giờ", "must be a date and time"),
    "string_pattern_mismatch": Bilingual("sai dạng", "is malformed"),
    "greater_than": Bilingual("quá nhỏ", "is too small"),
    "string_too_short": Bilingual("không được để trống", "must not be empty"),
}


_BRACKETS = re.compile(r"[\[\]{}]")
_TOO_DEEP = Bilingual(
    f"các mục lồng nhau quá {_DEEPEST} cấp", f"tables or lists are nested more than {_DEEPEST} levels deep"
)


class WrongValue(ValueError):
    """Raised by a model's validator: the sentence says what is wrong with the value."""

    def __init__(self, sentence: Bilingual) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


def load_toml(
    path: Path,
    model: type[M],
    error: type[TerminalError],
    code: str,
    extend: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> M:
    """The file as `model`; raises `error` with `code` when it is no TOML or does not fit the model.

    extend  what is done to the document before it is held against the model; may raise WrongValue
    """
    try:
        return model.model_validate(extend(read_document(path)))
    except ValidationError as failure:
        problems = [_sentence(item, model) for item in failure.errors(include_url=False)[:_SHOWN]]
        if failure.error_count() > _SHOWN:
            more = failure.error_count() - _SHOWN
            problems.append(Bilingual(f"và {more} lỗi nữa", f"and {more} more"))
        raise _error(
            error, code, path, Bilingual(*("; ".join(side) for side in zip(*problems, strict=True)))
        ) from failure
    except tomllib.TOMLDecodeError as failure:
        broken = _not_toml(failure)
        raise _error(error, code, path, broken) from failure
    except UnicodeDecodeError as failure:
        broken = Bilingual("tệp không phải UTF-8", "the file is not UTF-8")
        raise _error(error, code, path, broken) from failure
    except WrongValue as failure:
        raise _error(error, code, path, failure.sentence) from failure


def read_document(path: Path) -> dict[str, Any]:
    """The file's tables and keys as they are. Raises WrongValue, TOMLDecodeError or UnicodeDecodeError."""
    text = read_text(path)
    refuse_beyond_measure(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (RecursionError, ValueError) as failure:  # a number or a depth that no bound foresaw
        raise WrongValue(_TOO_DEEP) from failure


def read_text(path: Path) -> str:
    """An ordinary file of a bounded size as text. Raises WrongValue, UnicodeDecodeError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would be read for ever
            raise WrongValue(Bilingual("không phải là tệp thường", "it is not an ordinary file"))
        with path.open("rb") as file:
            octets = file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise WrongValue(Bilingual("không đọc được tệp", "the file cannot be read")) from failure
    if len(octets) > MAX_BYTES:
        raise WrongValue(Bilingual("tệp quá lớn", "the file is too large"))
    return octets.decode("utf-8-sig").replace("\r\n", "\n")


def refuse_beyond_measure(text: str) -> None:
    """Refuse a TOML text deeper than any that a person writes, before a parser follows it. Raises WrongValue."""
    bare = _QUIET.sub("\x00", text)
    depth = deepest = 0
    for mark in _BRACKETS.findall(bare):
        depth = depth + 1 if mark in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    if deepest > _DEEPEST or _DOTTED.search(bare):
        raise WrongValue(_TOO_DEEP)
    if _NUMBER.search(bare):
        raise WrongValue(
            Bilingual(
                f"có số hoặc tên dài hơn {_LONGEST_NUMBER} chữ số",
                f"it has a number or a name of more than {_LONGEST_NUMBER} digits",
            )
        )


def _not_toml(failure: tomllib.TOMLDecodeError) -> Bilingual:
    aside = Bilingual("", "")
    if any(mark in str(failure) for mark in ("\\", "hex value")):  # a path as Windows writes it
        aside = Bilingual("; trong đường dẫn hãy viết / thay cho \\", "; in a path write / instead of \\")
    return Bilingual(f"sai cú pháp TOML ({failure}){aside.vi}", f"it is not valid TOML ({failure}){aside.en}")


def _error(error: type[TerminalError], code: str, path: Path, problem: Bilingual) -> TerminalError:
    return error(
        code,
        Bilingual(
            f"Tệp «{path.name}» có lỗi: {problem.vi}.", f"The file “{path.name}” is wrong: {problem.en}."
        ),
        Bilingual(f"Hãy sửa tệp {path} rồi chạy lại.", f"Correct {path} and run again."),
    )


def _sentence(item: Any, model: type[BaseModel]) -> Bilingual:
    key = _key(item["loc"])
    kind = str(item["type"])
    if kind == "missing":
        return Bilingual(f"thiếu khóa «{key}»", f"the key “{key}” is missing")
    if kind == "extra_forbidden":
        like = aside(nearest(str(item["loc"][-1])[:_LONGEST_SHOWN], _known_keys(model)))
        return Bilingual(f"không có khóa «{key}»{like.vi}", f"there is no key “{key}”{like.en}")
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, WrongValue):
        said = cause.sentence
        return Bilingual(f"khóa «{key}»: {said.vi}", f"key “{key}”: {said.en}") if key else said
    said = _EXPECTED.get(kind, Bilingual("có giá trị không hợp lệ", "has a value that is not allowed"))
    if kind == "literal_error":
        expected = item["ctx"]["expected"].replace(" or ", ", ")
        said = Bilingual(f"phải là một trong: {expected}", f"must be one of: {expected}")
    return Bilingual(f"khóa «{key}» {said.vi}", f"key “{key}” {said.en}")


def _key(location: tuple[Any, ...]) -> str:
    """Where in the file, as its writer would say it: `parts[2].epsg`, counted from 1."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            text += f".{step}" if text else str(step)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _known_keys(model: type[BaseModel]) -> set[str]:
    """Keys of the model and of the models within it: enough to guess what was meant."""
    known = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in getattr(field.annotation, "__args__", ()):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                known |= set(inner.model_fields)
    return known


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a given one, whatever its case; None when none is like it."""
    by_fold = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return by_fold[found[0]] if found else None


def aside(near: str | None) -> Bilingual:
    """What the nearest name is, inside a sentence; nothing where there is none."""
    if near is None:
        return Bilingual("", "")
    return Bilingual(f" (gần giống nhất: «{near}»)", f" (nearest: “{near}”)")


def after(near: str | None) -> Bilingual:
    """The same as a sentence of its own."""
    return (
        Bilingual("", "")
        if near is None
        else Bilingual(f" Gần giống nhất: «{near}».", f" Nearest: “{near}”.")
    )
