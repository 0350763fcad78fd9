"""What `landsync explain` says to a person: a few tables and sentences, Vietnamese or English."""

from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from parcels.bilingual import Bilingual, Lang
from sync.explain.parcel import DECISIONS, HANDLES
from validators.catalogue import BY_CODE

_STATES = {
    "holds": Bilingual("đạt", "holds"),
    "fails": Bilingual("không đạt", "fails"),
    "not_run": Bilingual("chưa xét", "not run"),
    "not_applicable": Bilingual("không áp dụng", "not applicable"),
}
_STYLES = {"holds": "green", "fails": "bold red", "not_run": "yellow", "not_applicable": "dim"}
_LIVE = {
    "live": Bilingual("đang có hiệu lực", "live"),
    "stale": Bilingual("đang có hiệu lực nhưng đã cũ từ {since}", "live, but stale since {since}"),
    "not_live": Bilingual("không có trong dữ liệu đang có hiệu lực", "not live"),
}
_SEVERITIES = {
    "error": Bilingual("Lỗi", "Error"),
    "warning": Bilingual("Cảnh báo", "Warning"),
    "info": Bilingual("Thông tin", "Information"),
}
_HANDLE_NAMES = {
    "source_key": Bilingual("khóa nguồn", "source key"),
    "national_id": Bilingual("mã định danh", "national id"),
    "map_set": Bilingual("bộ bản đồ", "map set"),
    "map_scale": Bilingual("tỷ lệ", "scale"),
    "sheet_no": Bilingual("tờ", "sheet"),
    "parcel_no": Bilingual("thửa", "parcel"),
}


def shown(document: dict[str, Any], lang: Lang) -> RenderableType:
    """A document of `explain --json` as a person reads it."""
    kinds = {"commune": _commune, "parcel": _parcel, "candidates": _candidates}
    return kinds[document["kind"]](document, lang)


def _commune(document: dict[str, Any], lang: Lang) -> RenderableType:
    parts: list[RenderableType] = [_head(document, lang)]
    parts += [_line(reason[lang]) for reason in document["hold_reasons"]]
    parts += [_line(reason[lang]) for reason in document["reasons"]]
    parts += [_line(note[lang], "yellow") for note in document["notes"]]
    if document["provisional"] and document["assured_group"] not in (None, document["group"]):
        said = Bilingual(
            f"Tạm thời: nếu coi mọi phép kiểm tra chưa chạy là không đạt thì là nhóm số {document['assured_group']}.",
            f"Provisional: had every check that was not run failed, it would be group number {document['assured_group']}.",
        )
        parts.append(_line(said.say(lang), "yellow"))
    if document["groups"]:
        parts += ["", _rules(document, lang)]
    if document["measures"]:
        parts += ["", _measures(document, lang)]
    if document["checks"]:
        parts += ["", _checks(document, lang)]
    parts += _left_out(document, lang)
    parts += ["", *_fixes(document, lang)]
    return Stack(*parts)


def _head(document: dict[str, Any], lang: Lang) -> Text:
    name = document["name"] or ""
    title = (document["group_title"] or {}).get(lang)
    head = Text(f"{document['code']} {name}".strip(), style="bold")
    if document["group"] is None:
        head.append(Bilingual(": không xếp nhóm", ": in no group").say(lang))
    else:
        label = Bilingual("nhóm", "group").say(lang)
        head.append(f": {label} {document['group_code'] or document['group']}, {title or ''}".rstrip(", "))
    facts = [document["policy"], document["source"]["run"] or document["source"]["folder"]]
    head.append(f"  ({', '.join(str(fact) for fact in facts if fact)})", style="dim")
    counts = Bilingual(
        "\nĐọc {read}, nhận {accepted}, cách ly {quarantined}, không đọc được {unreadable}, có lỗi {rows_with_error}, "
        "ngoại lệ {excused}.",
        "\nRead {read}, accepted {accepted}, quarantined {quarantined}, unreadable {unreadable}, with errors "
        "{rows_with_error}, excused {excused}.",
    )
    known = {name: "–" if value is None else value for name, value in document.items()}
    head.append(counts.format(**known).say(lang), style="not bold")
    return head


def _rules(document: dict[str, Any], lang: Lang) -> Table:
    table = _table(lang, ("Nhóm", "Group"), ("Điều kiện", "Rule"), ("", ""), ("Số liệu", "Figures"))
    for each in document["groups"]:
        label = f"{each['code']} {each['title'][lang]}"
        style = "bold" if each["is_its_group"] else ""
        if not each["rules"]:
            rest = Bilingual("các trường hợp còn lại", "everything else").say(lang)
            table.add_row(Text(label, style=style), rest, "", "")
        for number, rule in enumerate(each["rules"]):
            table.add_row(
                Text(label if number == 0 else "", style=style),
                escape(rule["rule"][lang]),
                Text(_STATES[rule["state"]].say(lang), style=_STYLES[rule["state"]]),
                escape(rule[lang]),
            )
        table.add_section()
    return table


def _measures(document: dict[str, Any], lang: Lang) -> Table:
    table = _table(
        lang,
        ("Tiêu chí", "Measure"),
        ("Tỷ lệ", "Share"),
        ("Đạt / tổng", "Good / of"),
        ("Phép kiểm tra có phát hiện", "Checks that found something"),
    )
    for each in document["measures"]:
        found = [f"{check['code']} {check['parcels']}" for check in each["checks"] if check["parcels"]]
        waiting = sum(check["state"] == "not_run" for check in each["checks"])
        if waiting:
            found.append(Bilingual(f"({waiting} chưa chạy)", f"({waiting} not run)").say(lang))
        share = "–" if each["share"] is None else _percent(each["share"], lang)
        counted = "–" if each["of"] is None else f"{each['good']} / {each['of']}"
        table.add_row(each["title"][lang], share, counted, ", ".join(found))
    return table


def _checks(document: dict[str, Any], lang: Lang) -> Table:
    table = _table(
        lang,
        ("Mã", "Code"),
        ("Phát hiện", "Found"),
        ("Mức độ", "Severity"),
        ("Số lỗi", "Findings"),
        ("Số thửa", "Parcels"),
        ("Ngoại lệ", "Excused"),
    )
    rank = list(_SEVERITIES)
    for each in sorted(document["checks"], key=lambda one: (rank.index(one["severity"]), -one["findings"])):
        table.add_row(
            each["code"],
            escape(each["title"][lang]),
            _SEVERITIES[each["severity"]].say(lang),
            str(each["findings"]),
            str(each["parcels"]),
            str(each["excused"] or ""),
        )
    return table


def _left_out(document: dict[str, Any], lang: Lang) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if document["not_run"]:
        said = Bilingual("Chưa chạy: ", "Not run: ").say(lang)
        lines.append(_line(said + ", ".join(document["not_run"]), "yellow"))
    for code, why in document["not_applicable"].items():
        said = Bilingual("Không áp dụng: ", "Not applicable: ").say(lang)
        lines.append(_line(f"{said}{code} ({why})", "dim"))
    return ["", *lines] if lines else []


def _fixes(document: dict[str, Any], lang: Lang) -> list[RenderableType]:
    fixes = document["fixes"]
    if fixes is None:
        best = document["group"] == 1
        said = (
            Bilingual("Đã ở nhóm tốt nhất.", "It is in the best group.")
            if best
            else Bilingual(
                "Không có gì để sửa từ kết quả này.", "There is nothing to mend by this judgement."
            )
        )
        return [_line(said.say(lang))]
    head = Bilingual(
        "Để lên nhóm {target_code}, sửa {findings} lỗi ở {parcels} thửa là đủ (tập nhỏ, tìm theo cách tham lam).",
        "For group {target_code} it is enough to mend {findings} findings in {parcels} parcels (a small set, found greedily).",
    ).format(**fixes)
    parts: list[RenderableType] = [Text(head.say(lang), style="bold")]
    if fixes["land_users"]:
        users = Bilingual(
            f"Xác thực thêm {fixes['land_users']} người sử dụng đất.",
            f"Authenticate {fixes['land_users']} more land users.",
        )
        parts.append(_line(users.say(lang)))
    if fixes["checks"]:
        table = _table(
            lang, ("Mã", "Code"), ("Số lỗi", "Findings"), ("Số thửa", "Parcels"), ("Cách sửa", "What to do")
        )
        for each in fixes["checks"]:
            advice = BY_CODE[each["check"]].advice.say(lang) if each["check"] in BY_CODE else ""
            table.add_row(each["check"], str(each["findings"]), str(each["parcels"]), escape(advice))
        parts.append(table)
    return parts


def _parcel(document: dict[str, Any], lang: Lang) -> RenderableType:
    handles = ", ".join(
        f"{_HANDLE_NAMES[name].say(lang)} {document[name]}" for name in HANDLES if document[name]
    )
    head = Text(handles or f"row:{document['row_no']}", style="bold")
    place = Bilingual("xã", "commune").say(lang)
    head.append(f"  ({place} {document['commune']} {document['commune_name'] or ''})", style="dim")
    parts: list[RenderableType] = [head]
    if document["decision"] is None:
        said = Bilingual("Không có trong lần giao nộp gần nhất.", "It is not in the last delivery.")
    elif document["waits"]:
        said = Bilingual("Đạt kiểm tra, nhưng xã đang tạm giữ.", "Passed, but its commune is held.")
    else:
        decided = DECISIONS[document["decision"]]
        said = Bilingual(f"Trong lần giao nộp: {decided.vi}.", f"As delivered: {decided.en}.")
    parts.append(_line(said.say(lang)))
    if document["live"] is not None:
        live = _LIVE[document["live"]["state"]]
        since = document["live"].get("stale_since")
        text = live.format(since=f"{since:%d/%m/%Y}" if since else "")
        parts.append(_line(f"{Bilingual('Trạng thái', 'State').say(lang)}: {text.say(lang)}."))
    parts.append(_line(_counts_for(document).say(lang)))
    if document["findings"]:
        table = _table(
            lang,
            ("Mã", "Code"),
            ("Mức độ", "Severity"),
            ("Phát hiện", "Found"),
            ("Cách sửa", "What to do"),
            ("", ""),
        )
        for each in document["findings"]:
            table.add_row(
                each["code"],
                _SEVERITIES[each["severity"]].say(lang),
                escape(each[lang]),
                escape(each["advice"][lang]),
                _marks(each, lang),
            )
        parts += ["", table]
    else:
        parts.append(_line(Bilingual("Không có phát hiện nào.", "Nothing was found.").say(lang)))
    return Stack(*parts)


def _counts_for(document: dict[str, Any]) -> Bilingual:
    if document["counts_as_refused"]:
        return Bilingual(
            "Tính vào nhóm của xã như thửa bị cách ly hoặc không đọc được, và như thửa có lỗi.",
            "It counts against the commune's group as refused, and as one with an error.",
        )
    if document["counts_as_error"]:
        return Bilingual(
            "Tính vào nhóm của xã như thửa có lỗi.",
            "It counts against the commune's group as one with an error.",
        )
    return Bilingual(
        "Không làm giảm nhóm của xã.", "Nothing of it counts against the commune's group by errors."
    )


def _marks(finding: dict[str, Any], lang: Lang) -> str:
    marks = []
    if finding["excused"]:
        marks.append(Bilingual("đã chấp nhận ngoại lệ", "excused").say(lang))
    if finding["quarantines"]:
        marks.append(Bilingual("cách ly", "quarantines").say(lang))
    if finding["mend_first"]:
        marks.append(Bilingual("nên sửa trước", "mend first").say(lang))
    return ", ".join(marks)


def _candidates(document: dict[str, Any], lang: Lang) -> RenderableType:
    said = Bilingual(
        "Tên này có thể là nhiều thửa. Hãy nêu rõ hơn, ví dụ row:SỐ_DÒNG hoặc xã/tờ/thửa.",
        "The name may mean several parcels. Say which one, by row:NUMBER or commune/sheet/number.",
    )
    table = _table(
        lang,
        ("Dòng", "Row"),
        ("Xã", "Commune"),
        ("Khóa nguồn", "Source key"),
        ("Mã định danh", "National id"),
        ("Tờ", "Sheet"),
        ("Thửa", "Parcel"),
        ("", ""),
    )
    for each in document["candidates"]:
        decision = DECISIONS.get(each.get("decision") or "")
        values = (
            each.get("row_no"),
            each["dataset"],
            each["source_key"],
            each["national_id"],
            each["sheet_no"],
        )
        table.add_row(
            *(escape("" if value is None else str(value)) for value in (*values, each["parcel_no"])),
            decision.say(lang) if decision else "",
        )
    more = [_line(f"+ {document['more']}")] if document["more"] else []
    return Stack(_line(said.say(lang), "yellow"), table, *more)


def _table(lang: Lang, *titles: tuple[str, str]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    right = {"Số lỗi", "Số thửa", "Ngoại lệ", "Tỷ lệ", "Đạt / tổng", "Dòng"}
    for vi, en in titles:
        table.add_column(Bilingual(vi, en).say(lang), justify="right" if vi in right else "left")
    return table


def _line(text: str, style: str = "") -> Text:
    return Text(text, style=style)


def _percent(share: float, lang: Lang) -> str:
    """Never 100 % for less than all."""
    shown_share = min(round(share * 100, 2), 99.99) if share < 1 else 100.0
    text = f"{shown_share:g} %"
    return text.replace(".", ",") if lang == "vi" else text
