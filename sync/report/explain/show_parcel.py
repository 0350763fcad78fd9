"""What `landsync explain` says to a person of one parcel, or of the several that a name may mean."""

from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from parcels import admin_units
from parcels.bilingual import Bilingual, Lang
from sync.clock import VIETNAM
from sync.report.explain.parcel import DECISIONS, HANDLES
from sync.report.explain.tables import table
from sync.report.words import EVENT_STATES, EVENTS, SEVERITIES

_LIVE = {
    "live": Bilingual("đang có hiệu lực", "live"),
    "stale": Bilingual("đang có hiệu lực nhưng đã cũ từ {since}", "live, but stale since {since}"),
    "not_live": Bilingual("không có trong dữ liệu đang có hiệu lực", "not live"),
}
_BESIDE = {
    "certificates": Bilingual("Giấy chứng nhận", "certificates"),
    "rights": Bilingual("quyền", "rights"),
    "restrictions": Bilingual("hạn chế quyền", "restrictions"),
    "transferees": Bilingual("người nhận chuyển quyền chưa đăng ký", "transferees who are not registered"),
}
_HANDLE_NAMES = {
    "source_key": Bilingual("khóa nguồn", "source key"),
    "national_id": Bilingual("mã định danh", "national id"),
    "old_commune_code": Bilingual("xã cũ", "old commune"),
    "map_set": Bilingual("bộ bản đồ", "map set"),
    "map_scale": Bilingual("tỷ lệ", "scale"),
    "sheet_no": Bilingual("tờ", "sheet"),
    "parcel_no": Bilingual("thửa", "parcel"),
}


def parcel(document: dict[str, Any], lang: Lang) -> RenderableType:
    """A parcel: what became of it, what was found, and what of it counts."""
    handles = ", ".join(
        f"{_HANDLE_NAMES[name].say(lang)} {_named(name, document[name])}"
        for name in HANDLES
        if document[name]
    )
    head = Text(handles or f"row:{document['row_no']}", style="bold")
    place = Bilingual("xã", "commune").say(lang)
    head.append(f"  ({place} {document['commune']} {document['commune_name'] or ''})", style="dim")
    parts: list[RenderableType] = [head]
    if document["file_row"] is not None:
        row = Bilingual("Dòng", "Row").say(lang)
        parts.append(Text(f"{row} {document['file_row']} {document['file'] or ''}".rstrip(), style="dim"))
    if document["decision"] is None:
        said = Bilingual("Không có trong lần giao nộp gần nhất.", "It is not in the last delivery.")
    elif document["waits"]:
        said = Bilingual("Đạt kiểm tra, nhưng xã đang tạm giữ.", "Passed, but its commune is held.")
    else:
        decided = DECISIONS[document["decision"]]
        said = Bilingual(f"Trong lần giao nộp: {decided.vi}.", f"As delivered: {decided.en}.")
    parts.append(Text(said.say(lang)))
    if document["live"] is not None:
        live = _LIVE[document["live"]["state"]]
        since = document["live"].get("stale_since")
        text = live.format(since=f"{since.astimezone(VIETNAM):%d/%m/%Y}" if since else "")
        parts.append(Text(f"{Bilingual('Trạng thái', 'State').say(lang)}: {text.say(lang)}."))
        if (people := document["live"].get("people")) is not None:
            parts.append(Text(_people(people).say(lang)))
        parts += [Text(_withheld(each).say(lang)) for each in document["live"].get("withheld", ())]
        parts += [Text(_event(each).say(lang)) for each in document["live"].get("lineage", ())]
    parts.append(Text(_counts_for(document).say(lang)))
    if document["findings"]:
        listed = table(
            lang,
            ("Mã", "Code"),
            ("Mức độ", "Severity"),
            ("Phát hiện", "Found"),
            ("Cách sửa", "What to do"),
            ("", ""),
        )
        for each in document["findings"]:
            listed.add_row(
                each["code"],
                SEVERITIES[each["severity"]].say(lang),
                escape(each[lang]),
                escape(each["advice"][lang]),
                _marks(each, lang),
            )
        parts += ["", listed]
    else:
        parts.append(Text(Bilingual("Không có lỗi nào.", "Nothing was found.").say(lang)))
    return Stack(*parts)


def _people(counts: dict[str, int]) -> Bilingual:
    """How much is known of persons beside the parcel; who they are stands in no answer."""
    said = [Bilingual(f"{counts['land_users']} người sử dụng đất", f"{counts['land_users']} land users")]
    if counts["erased"]:
        said[0] = Bilingual(
            f"{said[0].vi} ({counts['erased']} đã xóa thông tin theo luật)",
            f"{said[0].en} ({counts['erased']} erased by law)",
        )
    said += [
        Bilingual(f"{counts[name]} {words.vi}", f"{counts[name]} {words.en}")
        for name, words in _BESIDE.items()
        if counts[name]
    ]
    vi, en = ", ".join(each.vi for each in said), ", ".join(each.en for each in said)
    return Bilingual(f"Kèm theo: {vi}.", f"With it: {en}.")


def _withheld(told: dict[str, Any]) -> Bilingual:
    """That it waits for its id, or that a parcel of another province waits for the one it has: it may be passing there."""
    since = f"{told['withheld_since'].astimezone(VIETNAM):%d/%m/%Y}"
    named, other, code = told["national_id"], told["other"], told["other_province_code"]
    if not told["waits"]:
        return Bilingual(
            f"Thửa {other} của tỉnh {code} chờ mã {named} của thửa này từ {since}: thửa có thể đang chuyển sang tỉnh đó.",
            f"Parcel {other} of province {code} waits for this parcel's id {named} since {since}: it may be passing to that province.",
        )
    if other is None:
        return Bilingual(
            f"Công bố không kèm mã {named} từ {since}: mã đã tự do, thửa nhận mã ở lần giao nộp tới.",
            f"Published without its id {named} since {since}: the id is free, the next delivery gets it.",
        )
    return Bilingual(
        f"Công bố không kèm mã {named} từ {since}: thửa {other} của tỉnh {code} đang giữ mã.",
        f"Published without its id {named} since {since}: parcel {other} of province {code} holds it.",
    )


def _event(event: dict[str, Any]) -> Bilingual:
    kind, state = EVENTS[event["kind"]], EVENT_STATES[event["state"]]
    parcels, at = ", ".join(event["parcels"]), f"{event['recorded_at'].astimezone(VIETNAM):%d/%m/%Y}"
    decision = _decision(event)
    if event["direction"] == "from":
        return Bilingual(
            f"Có đất từ: {parcels} ({kind.vi}, {state.vi}, ghi nhận {at}{decision.vi}).",
            f"Land came from: {parcels} ({kind.en}, {state.en}, recorded {at}{decision.en}).",
        )
    return Bilingual(
        f"Đất chuyển sang: {parcels} ({kind.vi}, {state.vi}, ghi nhận {at}{decision.vi}).",
        f"Land went to: {parcels} ({kind.en}, {state.en}, recorded {at}{decision.en}).",
    )


def _decision(event: dict[str, Any]) -> Bilingual:
    """By whom, on which document and from when: of an event that a person decided; otherwise nothing."""
    if not event.get("decided_by"):
        return Bilingual("", "")
    vi, en = f"; {event['decided_by']}", f"; by {event['decided_by']}"
    if event["document"]:
        vi, en = f"{vi}, văn bản {event['document']}", f"{en}, document {event['document']}"
    if event["legal_date"]:
        day = f"{event['legal_date']:%d/%m/%Y}"
        vi, en = f"{vi}, hiệu lực từ {day}", f"{en}, in force from {day}"
    return Bilingual(vi, en)


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


def _named(name: str, value: str) -> str:
    return admin_units.old_commune_name(value) if name == "old_commune_code" else value


def _marks(finding: dict[str, Any], lang: Lang) -> str:
    marks = []
    if finding["excused"]:
        marks.append(Bilingual("đã chấp nhận ngoại lệ", "excused").say(lang))
    if finding["quarantines"]:
        marks.append(Bilingual("cách ly", "quarantines").say(lang))
    if finding["mend_first"]:
        marks.append(Bilingual("nên sửa trước", "mend first").say(lang))
    return ", ".join(marks)


def candidates(document: dict[str, Any], lang: Lang) -> RenderableType:
    """The parcels that a name may mean."""
    said = Bilingual(
        "Tên này có thể là nhiều thửa. Hãy nêu rõ hơn, ví dụ row:SỐ_DÒNG hoặc xã/tờ/thửa.",
        "The name may mean several parcels. Say which one, by row:NUMBER or commune/sheet/number.",
    )
    listed = table(
        lang,
        ("Dòng", "Row"),
        ("Xã", "Commune"),
        ("Khóa nguồn", "Source key"),
        ("Mã định danh", "National id"),
        ("Xã cũ", "Old commune"),
        ("Bộ bản đồ", "Map set"),
        ("Tỷ lệ", "Scale"),
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
            each["old_commune_code"],
            each["map_set"],
            each["map_scale"],
            each["sheet_no"],
        )
        listed.add_row(
            *(escape("" if value is None else str(value)) for value in (*values, each["parcel_no"])),
            decision.say(lang) if decision else "",
        )
    more = [Text(f"+ {document['more']}")] if document["more"] else []
    return Stack(Text(said.say(lang), "yellow"), listed, *more)
