"""The draft as a profile: TOML that loads as it is, with the reason of every line and what is left to decide."""

import json
from datetime import date

from parcels.columns import by_name, delivered_columns
from parcels.encodings import BYTES
from parcels.provinces import old_provinces, provinces
from sync.declared.profile import FOREIGN
from sync.draft.draft import ENOUGH, Draft

SURE = 0.95


def profile_text(draft: Draft, province: str, made_on: date) -> str:
    """The profile of `province`, as text."""
    blocks = [
        _head(draft, province, made_on),
        _columns(draft),
        _missing(draft),
        _unused(draft),
        _parts(draft, province),
    ]
    return "\n".join(block for block in blocks if block)


def _head(draft: Draft, province: str, made_on: date) -> str:
    name = provinces()[province].name if province in provinces() else "?"
    system = draft.system[0] if draft.system else "unknown"
    lines = [
        f"# {name}: bản nháp hồ sơ, lập ngày {made_on:%d/%m/%Y} từ {draft.rows_seen} dòng đầu của tệp {_safe(draft.file.name)}.",
        "# Máy đoán từng dòng dưới đây; lý do ghi bên cạnh. Hãy kiểm tra, sửa, rồi chạy: landsync profile test HỒ_SƠ TỆP",
        "# A draft. Each line is a guess with its reason: check it, correct it, then run landsync profile test PROFILE FILE.",
        f'province = "{province}"',
    ]
    if draft.system:
        said = f"{draft.system[1]}/{draft.system[2]} cột của hệ thống này có trong tệp · of its columns are in the file"
        lines.append(f'system = "{system}"  # {said}')
    else:
        lines.append(
            'system = "unknown"  # tên hệ thống nguồn: chữ thường không dấu · name of the source system'
        )
    if province == FOREIGN:
        lines.append("foreign = true")
    return "\n".join(lines) + "\n"


def _columns(draft: Draft) -> str:
    lines = ["[columns]  # cột chuẩn = cột trong tệp · canonical = delivered"]
    for guess in draft.guesses:
        sure = "" if guess.score >= SURE else "CẦN XEM LẠI · TO BE CHECKED: "
        vi = "; ".join(reason.vi for reason in guess.reasons)
        en = "; ".join(reason.en for reason in guess.reasons)
        lines.append(f"{guess.canonical} = {_quoted(guess.delivered)}  # {sure}{_safe(vi)} · {_safe(en)}")
    return "\n".join(lines) + "\n"


def _missing(draft: Draft) -> str:
    found = {guess.canonical for guess in draft.guesses}
    lacking = [column for column in delivered_columns() if column.name not in found]
    if not lacking:
        return ""
    lines = [f"# Chưa tìm thấy cột nào (điểm dưới {ENOUGH:g}) cho · nothing was found for:"]
    lines += [f'# {column.name} = ""  # {column.vi} · {column.en}' for column in lacking]
    return "\n".join(lines) + "\n"


def _unused(draft: Draft) -> str:
    if not draft.unused:
        return ""
    lines = ["# Cột có trong tệp mà chưa dùng (vẫn nằm trong kho tiếp nhận) · not used, kept in landing:"]
    return "\n".join([*lines, *(f"#   {_safe(name)}" for name in draft.unused)]) + "\n"


def _parts(draft: Draft, province: str) -> str:
    lines = ["[[parts]]"]
    if not draft.source.single_layer:
        lines.append(f"layer = {_quoted(draft.layer.name)}")
    if draft.epsg is not None:
        lines.append(f"epsg = {draft.epsg}  # tệp tự ghi · as the file states")
    else:
        zones = (
            ", ".join(f"{old.epsg} ({old.name})" for old in old_provinces(province))
            if province != FOREIGN
            else "?"
        )
        lines.append(f"# epsg =   # tệp không ghi múi VN-2000 nào · the file states no VN-2000 zone; {zones}")
    if draft.source.single_layer and draft.layer.encoding == BYTES:
        lines.append(
            '# encoding = ""  # tìm theo từng cột; nếu biết, hãy ghi · found column by column; state it if known'
        )
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _safe(text: str) -> str:
    """Text of a file inside a comment: no control character ends the line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def vietnamese(canonical: str) -> str:
    """What a canonical column is called in Vietnamese."""
    return by_name()[canonical].vi
