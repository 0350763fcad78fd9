"""Checks of what is said about a parcel (ATT-…): required attributes, land-use codes, registered area."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import land_use
from parcels.bilingual import Bilingual
from validators.base import Check, Faults, Subject, where
from validators.echo import echo
from validators.missing_values import lacking, saying
from validators.shape import shape_of


def required(subject: Subject) -> Faults:
    """Rows without an attribute that the policy requires at the date; the detail names the columns.

    A column whose value was delivered and could not be read is named with a mark of its own.
    """
    names = subject.context.policy.required_at(subject.context.as_of)
    if not names:
        return Faults(np.empty(0, np.int64))
    masks = [pc.is_null(subject.dataset.column(name)).combine_chunks() for name in names]
    matrix = np.stack([np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool) for mask in masks])
    rows = where(np.asarray(matrix.any(axis=0)))
    return Faults(rows, detail=lacking(subject, names, rows))


@dataclass(frozen=True, slots=True)
class _Uses:
    """Land uses of a dataset: (n,) which of the distinct values a row has; the parts of these and their status."""

    value: pa.Array
    parts: pa.Table  # PARTS_SCHEMA of the distinct values
    status: NDArray[np.object_]


def uses(subject: Subject) -> _Uses:
    """The land uses, looked up once per distinct value. Use as a fact."""
    encoded = subject.text("land_use").dictionary_encode()
    parts = land_use.explode(encoded.dictionary)
    status = land_use.status(parts["land_use_code"], subject.context.as_of)
    return _Uses(encoded.indices, parts, status)


def unknown_use(subject: Subject) -> Faults:
    """Rows with a land use that is none at the date, zones of a plan included; the detail is the codes."""
    return _with_status(subject, "unknown", "zone")


def legacy_use(subject: Subject) -> Faults:
    """Rows with a land use of earlier rules; the detail is the codes."""
    return _with_status(subject, "legacy")


def _with_status(subject: Subject, *wanted: str) -> Faults:
    found = subject.fact(uses)
    chosen = found.parts.filter(pa.array(np.isin(found.status, wanted)))
    shown = pa.table({"value": chosen["row"], "code": echo(chosen["land_use_code"].combine_chunks())})
    per_value = shown.group_by("value", use_threads=False).aggregate([("code", "list")])
    place = pc.index_in(found.value, value_set=per_value["value"].cast(found.value.type), skip_nulls=True)
    rows = where(np.asarray(pc.is_valid(place).to_numpy(zero_copy_only=False), dtype=bool))
    said = pc.binary_join(per_value["code_list"].combine_chunks(), ", ")
    return Faults(rows, detail=said.take(place.take(pa.array(rows))))


def area(subject: Subject) -> Faults:
    """Rows whose registered area is not the computed one, by both tolerances; measured in m².

    The share is of the registered area. Judged where there is a valid polygon and a registered area that can be one.
    """
    tolerances = subject.context.policy.tolerances
    legal = subject.dataset.numpy("area_legal_m2").astype(np.float64)
    computed = subject.dataset.numpy("area_m2").astype(np.float64)
    difference = np.abs(legal - computed)
    far = difference > np.maximum(float(tolerances.area_share) * legal, float(tolerances.area_m2))
    rows = where(far & (legal >= 0) & subject.fact(shape_of).usable)
    at = pa.array(rows)
    legal_text, computed_text = (
        pc.round(subject.dataset.column(name).combine_chunks().take(at), 1)
        .cast(pa.decimal128(18, 1))
        .cast(pa.string())
        for name in ("area_legal_m2", "area_m2")
    )
    return Faults(
        rows, measure=difference[rows], detail=pc.binary_join_element_wise(legal_text, computed_text, " / ")
    )


def negative_area(subject: Subject) -> Faults:
    """Rows with a registered area below zero; measured in m²."""
    legal = subject.dataset.numpy("area_legal_m2").astype(np.float64)
    rows = where(legal < 0)
    return Faults(rows, measure=legal[rows])


_CODES = Bilingual(
    "Ghi mã loại đất theo danh mục đang có hiệu lực; nhiều loại đất thì nối bằng dấu + (ví dụ ONT+CLN).",
    "Give codes of the list in force; join several by + (such as ONT+CLN).",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "ATT-REQUIRED",
        "error",
        quarantines=False,
        title=Bilingual("Thiếu thuộc tính bắt buộc", "Required attribute missing"),
        message=Bilingual("Thửa đất thiếu thuộc tính bắt buộc: {detail}.", "The parcel lacks: {detail}."),
        advice=Bilingual("Bổ sung thuộc tính từ hồ sơ địa chính.", "Add it from the cadastral file."),
        find=required,
        condenses=True,
        measures=("thong_tin",),
        say_detail=saying(),
    ),
    Check(
        "ATT-LAND-USE",
        "error",
        quarantines=False,
        title=Bilingual("Mã loại đất không có trong danh mục", "Land-use code unknown"),
        message=Bilingual(
            "Mã loại đất {detail} không có trong danh mục loại đất.",
            "{detail} is not in the list of land uses.",
        ),
        advice=_CODES,
        find=unknown_use,
        condenses=True,
        measures=("dung", "thong_nhat"),
    ),
    Check(
        "ATT-LAND-USE-LEGACY",
        "warning",
        quarantines=False,
        title=Bilingual("Mã loại đất cũ", "Land-use code of earlier rules"),
        message=Bilingual(
            "Mã loại đất {detail} theo quy định trước đây, nay không còn dùng.",
            "{detail} is a land-use code of earlier rules, no longer in use.",
        ),
        advice=_CODES,
        find=legacy_use,
        condenses=True,
        measures=("thong_nhat",),
    ),
    Check(
        "ATT-AREA",
        "error",
        quarantines=False,
        title=Bilingual("Diện tích pháp lý khác diện tích tính được", "Registered area differs"),
        message=Bilingual(
            "Diện tích pháp lý lệch {measure} m² so với diện tích tính từ ranh giới (pháp lý / tính toán: {detail}).",
            "The registered area is {measure} m² off the one computed from the boundary "
            "(registered / computed: {detail}).",
        ),
        advice=Bilingual(
            "Kiểm tra múi chiếu, ranh giới và diện tích trên Giấy chứng nhận; sửa bên sai.",
            "Check zone, boundary and the area on the certificate; correct whichever is wrong.",
        ),
        find=area,
        measures=("dung", "thong_nhat"),
        unit="m²",
        numeric_detail=True,
    ),
    Check(
        "ATT-AREA-NEGATIVE",
        "error",
        quarantines=False,
        title=Bilingual("Diện tích pháp lý âm", "Registered area below zero"),
        message=Bilingual(
            "Diện tích pháp lý là {measure} m²: diện tích không thể âm.",
            "The registered area is {measure} m²: no area is below zero.",
        ),
        advice=Bilingual(
            "Ghi lại diện tích theo Giấy chứng nhận; nếu chưa biết thì để trống.",
            "Give the area of the certificate; leave it empty where it is not known.",
        ),
        find=negative_area,
        measures=("dung",),
        unit="m²",
    ),
)
