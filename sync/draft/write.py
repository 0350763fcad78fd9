"""The draft as a profile: TOML that loads as it is, with the reason of every line and what is left to decide."""

import json
from datetime import date

from parcels.columns import by_name, delivered_columns
from parcels.encodings import BYTES
from parcels.provinces import old_provinces, provinces
from sync.declared.profile import FOREIGN
from sync.draft.draft import Draft
from sync.draft.foreign import not_applicable
from sync.draft.guess import Guess
from sync.draft.place import commune_name_for

TO_CHECK = "CẦN XEM LẠI · TO BE CHECKED: "


def profile_text(draft: Draft, province: str, made_on: date) -> str:
    """The profile of `province`, as text."""
    blocks = [
        _head(draft, province, made_on),
        _columns(draft),
        _missing(draft),
        _unused(draft),
        _constants(draft, province),
        _parts(draft, province),
        _not_applicable(draft, province),
    ]
    return "\n".join(block for block in blocks if block)


def _head(draft: Draft, province: str, made_on: date) -> str:
    name = provinces()[province].name if province in provinces() else "Dữ liệu nước ngoài · foreign data"
    lines = [
        f"# {name}: bản nháp hồ sơ, lập ngày {made_on:%d/%m/%Y} từ {draft.rows_seen} dòng đầu của tệp {_safe(draft.file.name)}.",
        "# Máy đoán từng dòng dưới đây; lý do ghi bên cạnh. Hãy kiểm tra, sửa, rồi chạy: landsync profile test HỒ_SƠ TỆP",
        "# A draft. Each line is a guess with its reason: check it, correct it, then run landsync profile test PROFILE FILE.",
        f'province = "{province}"',
        _system(draft),
    ]
    if province == FOREIGN:
        lines.append(
            "foreign = true  # ngoài lãnh thổ Việt Nam: chỉ để thử, không lưu · outside Vietnam: judged, never stored"
        )
        if draft.place.measured_in is not None:
            lines.append(
                f"measured_in = {draft.place.measured_in}  # tọa độ tính bằng độ: hệ tọa độ mét để đo · degrees: the metric CRS to measure in"
            )
    else:
        lines += _era(draft)
    return "\n".join(lines) + "\n"


def _system(draft: Draft) -> str:
    if draft.system is None:
        return 'system = "unknown"  # tên hệ thống nguồn: chữ thường không dấu · name of the source system'
    found = draft.system
    said = f"{found.there}/{found.of} cột của hệ thống này có trong tệp · of its columns are in the file"
    return f'system = "{found.system}"  # {said}'


def _era(draft: Draft) -> list[str]:
    """Whether commune codes are those of before 1 July 2025, where the data show it or leave it open."""
    era = draft.codes.era
    if era is None:
        return []
    if era.unclear:
        return [
            f'# commune_codes = ""  # {TO_CHECK}"old": mã trước 01/7/2025, "new": mã mới; mã xã trong tệp không cho biết · the codes do not tell'
        ]
    if era.codes == "old":
        return [
            'commune_codes = "old"  # mã xã trước 01/7/2025, theo các mã trong tệp · codes of before 1 July 2025, as the file shows'
        ]
    return []


def _columns(draft: Draft) -> str:
    lines = ["[columns]  # cột chuẩn = cột trong tệp · canonical = delivered"]
    lines += [f"{guess.canonical} = {_quoted(guess.delivered)}  # {_why(guess)}" for guess in draft.guesses]
    return "\n".join(lines) + "\n"


def _why(guess: Guess) -> str:
    vi = "; ".join(reason.vi for reason in guess.reasons)
    en = "; ".join(reason.en for reason in guess.reasons)
    if guess.also:
        others = ", ".join(f"«{name}»" for name in guess.also)
        vi, en = f"{vi}; cũng có thể là {others}", f"{en}; it may also be {others}"
    return f"{TO_CHECK if guess.to_check else ''}{_safe(vi)} · {_safe(en)}"


def _missing(draft: Draft) -> str:
    found = {guess.canonical for guess in draft.guesses}
    lacking = [column for column in delivered_columns() if column.name not in found]
    if not lacking:
        return ""
    beside: dict[str, list[Guess]] = {}
    for guess in draft.beside:
        beside.setdefault(guess.canonical, []).append(guess)
    lines = [
        "# Chưa tìm thấy cột nào cho các cột chuẩn sau; cột nêu tên chưa được dùng, nếu đúng thì bỏ dấu # · nothing was found for these; a column named here is not used: if it is right, take the # away:"
    ]
    for column in lacking:
        maybe = beside.get(column.name, [])
        lines += [f"# {column.name} = {_quoted(guess.delivered)}  # {_why(guess)}" for guess in maybe]
        if not maybe:
            lines.append(f'# {column.name} = ""  # {column.vi} · {column.en}')
    return "\n".join(lines) + "\n"


def _unused(draft: Draft) -> str:
    if not draft.unused:
        return ""
    lines = ["# Cột có trong tệp mà chưa dùng (vẫn nằm trong kho tiếp nhận) · not used, kept in landing:"]
    return "\n".join([*lines, *(f"#   {_safe(name)}" for name in draft.unused)]) + "\n"


def _constants(draft: Draft, province: str) -> str:
    """What no column holds: taken where a row could not be used without it, else named."""
    lines = []
    if draft.guess("commune_code") is None and province == FOREIGN:
        lines.append(
            f"commune_code = {_quoted(commune_name_for(draft.file))}  # tự đặt: tệp là một «xã» · made up: the file counts as one commune"
        )
    elif draft.guess("commune_code") is None and draft.shown.commune_code is not None:
        lines.append(
            f'commune_code = "{draft.shown.commune_code}"  # {TO_CHECK}theo tên tệp · as the name of the file says'
        )
    if draft.guess("map_scale") is None and province != FOREIGN:
        if draft.shown.map_scale is not None:
            lines.append(
                f'map_scale = "{draft.shown.map_scale}"  # {TO_CHECK}theo tên tệp · as the name of the file says'
            )
        else:
            lines.append(
                '# map_scale = ""  # mẫu số tỷ lệ, nếu cả tệp cùng một tỷ lệ, ví dụ "1000" · if the whole file has one scale'
            )
    return "\n".join(["[constants]  # giá trị chung cho mọi dòng · the same for every row", *lines]) + "\n"


def _parts(draft: Draft, province: str) -> str:
    lines = ["[[parts]]"]
    if draft.codes.old_province is not None:
        lines.append(
            f"old_province = {_quoted(draft.codes.old_province.name)}  # các xã trong tệp thuộc tỉnh cũ này · the communes lie in this old province"
        )
    if not draft.source.single_layer:
        lines.append(f"layer = {_quoted(draft.layer.name)}")
    if draft.place.crs.epsg is not None:
        lines.append(f"epsg = {draft.place.crs.epsg}  # tệp tự ghi · as the file states")
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


def _not_applicable(draft: Draft, province: str) -> str:
    if province != FOREIGN:
        return ""
    codes = not_applicable({guess.canonical for guess in draft.guesses})
    lines = [f"{code} = {_quoted(f'{reason.vi} · {reason.en}')}" for code, reason in codes.items()]
    return "\n".join(["[not_applicable]  # mã kiểm tra = lý do · check code = why", *lines]) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _safe(text: str) -> str:
    """Text of a file inside a comment: no control character ends the line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def vietnamese(canonical: str) -> str:
    """What a canonical column is called in Vietnamese."""
    return by_name()[canonical].vi
