"""What `landsync explain` says to a person: a few tables and sentences, Vietnamese or English."""

from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from parcels.bilingual import Bilingual, Lang
from sync.report.explain.rows import rows
from sync.report.explain.show_parcel import candidates, parcel
from sync.report.explain.tables import table
from sync.report.words import SEVERITIES
from validators.catalogue import BY_CODE
from validators.rulings import REST

_STATES = {
    "holds": Bilingual("đạt", "holds"),
    "fails": Bilingual("không đạt", "fails"),
    "not_run": Bilingual("chưa xét", "not run"),
    "not_applicable": Bilingual("không áp dụng", "not applicable"),
}
_STYLES = {"holds": "green", "fails": "bold red", "not_run": "yellow", "not_applicable": "dim"}


def shown(document: dict[str, Any], lang: Lang) -> RenderableType:
    """A document of `explain --json` as a person reads it."""
    kinds = {"commune": _commune, "parcel": parcel, "candidates": candidates, "rows": rows}
    return kinds[document["kind"]](document, lang)


def _commune(document: dict[str, Any], lang: Lang) -> RenderableType:
    parts: list[RenderableType] = [_head(document, lang)]
    parts += [Text(reason[lang]) for reason in document["hold_reasons"]]
    parts += [Text(reason[lang]) for reason in document["reasons"]]
    parts += [Text(note[lang], "yellow") for note in document["notes"]]
    if document["provisional"] and document["assured_group"] not in (None, document["group"]):
        said = Bilingual(
            f"Tạm thời: nếu coi mọi phép kiểm tra chưa chạy là không đạt thì là nhóm số {document['assured_group']}.",
            f"Provisional: had every check that was not run failed, it would be group number {document['assured_group']}.",
        )
        parts.append(Text(said.say(lang), "yellow"))
    if document["completeness"]:
        parts.append(Text(document["completeness"][lang]))
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
    listed = table(lang, ("Nhóm", "Group"), ("Điều kiện", "Rule"), ("", ""), ("Số liệu", "Figures"))
    for each in document["groups"]:
        label = f"{each['code']} {each['title'][lang]}"
        style = "bold" if each["is_its_group"] else ""
        if not each["rules"]:
            listed.add_row(Text(label, style=style), REST.say(lang), "", "")
        for number, rule in enumerate(each["rules"]):
            listed.add_row(
                Text(label if number == 0 else "", style=style),
                escape(rule["rule"][lang]),
                Text(_STATES[rule["state"]].say(lang), style=_STYLES[rule["state"]]),
                escape(rule[lang]),
            )
        listed.add_section()
    return listed


def _measures(document: dict[str, Any], lang: Lang) -> Table:
    listed = table(
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
        listed.add_row(each["title"][lang], share, counted, ", ".join(found))
    return listed


def _checks(document: dict[str, Any], lang: Lang) -> Table:
    listed = table(
        lang,
        ("Mã", "Code"),
        ("Phát hiện", "Found"),
        ("Mức độ", "Severity"),
        ("Số lỗi", "Findings"),
        ("Số thửa", "Parcels"),
        ("Ngoại lệ", "Excused"),
    )
    rank = list(SEVERITIES)
    for each in sorted(document["checks"], key=lambda one: (rank.index(one["severity"]), -one["findings"])):
        listed.add_row(
            each["code"],
            escape(each["title"][lang]),
            SEVERITIES[each["severity"]].say(lang),
            str(each["findings"]),
            str(each["parcels"]),
            str(each["excused"] or ""),
        )
    return listed


def _left_out(document: dict[str, Any], lang: Lang) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if document["not_run"]:
        said = Bilingual("Chưa chạy: ", "Not run: ").say(lang)
        lines.append(Text(said + ", ".join(document["not_run"]), "yellow"))
    for code, why in document["not_applicable"].items():
        said = Bilingual("Không áp dụng: ", "Not applicable: ").say(lang)
        lines.append(Text(f"{said}{code} ({why})", "dim"))
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
        return [Text(said.say(lang))]
    head = Bilingual(
        "Để lên nhóm {target_code}, sửa {findings} lỗi ở {parcels} thửa là đủ (gợi ý: chọn dần việc sửa ít mà có ích nhất).",
        "For group {target_code} it is enough to mend {findings} findings in {parcels} parcels (a small set, found greedily).",
    ).format(**fixes)
    parts: list[RenderableType] = [Text(head.say(lang), style="bold")]
    if fixes.get("deliver"):
        said = Bilingual(
            "Giao nộp các thửa còn thiếu so với thống kê đất đai.",
            "Deliver the parcels that the land statistics expect and that are not there.",
        )
        parts.append(Text(said.say(lang)))
    if fixes["land_users"]:
        users = Bilingual(
            f"Xác thực thêm {fixes['land_users']} người sử dụng đất.",
            f"Authenticate {fixes['land_users']} more land users.",
        )
        parts.append(Text(users.say(lang)))
    if fixes["checks"]:
        listed = table(
            lang, ("Mã", "Code"), ("Số lỗi", "Findings"), ("Số thửa", "Parcels"), ("Cách sửa", "What to do")
        )
        for each in fixes["checks"]:
            advice = BY_CODE[each["check"]].advice.say(lang) if each["check"] in BY_CODE else ""
            listed.add_row(each["check"], str(each["findings"]), str(each["parcels"]), escape(advice))
        parts.append(listed)
    return parts


def _percent(share: float, lang: Lang) -> str:
    """A share as people read it, never 100 % for less than all, nor for more."""
    rounded = round(share * 100, 2)
    if share != 1:
        rounded = min(rounded, 99.99) if share < 1 else max(rounded, 100.01)
    text = f"{rounded:g} %"
    return text.replace(".", ",") if lang == "vi" else text
