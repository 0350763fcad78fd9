"""Which tables of which files a delivery consists of, and in which coordinate system each one is.

`delivery.toml` says it; where it is silent the province's profile does; where both are, the file may name the
layer or the CRS itself if there is only one answer. A CRS is never guessed from coordinates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from parcels import admin_units, crs
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.conform.detective.suggest import in_degrees, suggest
from sync.declared.delivery import AttributeList, Axes, CommuneCodes, Part
from sync.declared.profile import PartDefaults, Profile
from sync.declared.tomlfile import after, nearest
from sync.folder.delivery import DeliveryRecord
from sync.folder.reasons import Reason
from sync.intake.sources import Layer, Source, read_options, source_of
from sync.intake.sources.base import NO_GEOMETRY
from sync.intake.sources.guard import probe_source


@dataclass(frozen=True, slots=True)
class ReadPart:
    """One table to read.

    epsg    the CRS in which its coordinates are taken
    held    why nothing of it may go live without a person; None where declared and file agree
    archive the delivered archive in which the file came; None for one that came as it is
    commune_codes  whether its commune codes are old or new, as the delivery states; None where it does not
    encoding       as the delivery or the profile declares it; None where neither does: then it is found by column
    """

    part_no: int
    path: Path
    file: str
    source: Source
    layer: Layer
    epsg: int
    old_province: str | None
    held: Reason | None
    axes: Axes = "east-north"
    archive: str | None = None
    commune_codes: CommuneCodes | None = None
    encoding: str | None = None


def resolve_parts(record: DeliveryRecord, profile: Profile) -> list[ReadPart]:
    """Every table of the delivery, in its order, each checked to be whole. Raises DeliveryRejected."""
    found: list[ReadPart] = []
    for part in record.parts:
        path = record.path_of(part.file)
        source = source_of(path)
        defaults = profile.defaults_for(part.old_province, part.layer)
        encoding = part.encoding or (defaults.encoding if defaults else None)
        options = read_options(source, profile.read.get(source.kind, {}))
        layers = probe_source(source, path, encoding, options)
        for layer in _layers(part, defaults, profile, source, layers):
            if layer.geometry_type == NO_GEOMETRY:
                raise _a_list(part.file, layer.name)
            said = defaults or profile.defaults_for(part.old_province, layer.name)
            epsg, held = _coordinates(part, said, profile, layer)
            if epsg is None:
                seems = suggest(record, profile, source, path, layer, part.axes)
                degrees = in_degrees(source, path, layer)
                raise _undeclared(part.file, layer.name, seems, _zones(profile, degrees=degrees))
            if any(other.path == path and other.layer.name == layer.name for other in found):
                raise _twice(part.file, layer.name)
            found.append(
                ReadPart(
                    len(found),
                    path,
                    part.file,
                    source,
                    layer,
                    epsg,
                    part.old_province,
                    held,
                    part.axes,
                    archive=record.archive_of(part.file),
                    commune_codes=part.commune_codes or record.commune_codes,
                    encoding=encoding,
                )
            )
    return found


def list_layer(
    record: DeliveryRecord, profile: Profile, said: AttributeList, parts: list[ReadPart], part_no: int
) -> ReadPart:
    """The table of a list of attributes, as a part without coordinates of its own. Raises DeliveryRejected."""
    path = record.path_of(said.file)
    source = source_of(path)
    told = profile.lists.read.get(source.kind, {}) if profile.lists else {}
    if "geometry" in source.options.model_fields:
        told = {"geometry": ""} | told  # a CSV may do without here
    layers = probe_source(source, path, said.encoding, read_options(source, told))
    (layer,) = _layers(Part(file=said.file, layer=said.layer), None, profile, source, layers)
    return ReadPart(
        part_no,
        path,
        said.file,
        source,
        layer,
        parts[0].epsg,
        None,
        None,
        archive=record.archive_of(said.file),
        commune_codes=record.commune_codes,
        encoding=said.encoding,
    )


def _layers(
    part: Part, defaults: PartDefaults | None, profile: Profile, source: Source, layers: tuple[Layer, ...]
) -> Iterator[Layer]:
    """The layers that a part means: named, or by the profile's names, or the only one."""
    by_name = {layer.name: layer for layer in layers}
    if part.layer is not None:
        yield _named(part.layer, part.file, by_name)
        return
    if source.single_layer:
        yield from layers
        return
    if defaults is not None and defaults.layer in by_name:
        yield by_name[defaults.layer]
        return
    known = dict.fromkeys(item.layer for item in profile.parts if item.layer in by_name)
    if known:
        yield from (by_name[name] for name in known if name is not None)
    elif len(layers) == 1:
        yield layers[0]
    else:
        raise _ambiguous(part.file, by_name)


def _named(name: str, file: str, layers: dict[str, Layer]) -> Layer:
    if name in layers:
        return layers[name]
    present = ", ".join(layers) or "-"
    like = after(nearest(name, layers))
    raise DeliveryRejected(
        "DLV-LAYER-MISSING",
        Bilingual(
            f"Tệp «{file}» không có lớp «{name}». Các lớp có trong tệp: {present}.{like.vi}",
            f"The file “{file}” has no layer “{name}”. It has: {present}.{like.en}",
        ),
        Bilingual(
            "Hãy sửa tên lớp trong delivery.toml hoặc trong hồ sơ tỉnh.",
            "Correct the layer's name in delivery.toml or in the province's profile.",
        ),
    )


def _ambiguous(file: str, layers: dict[str, Layer]) -> DeliveryRejected:
    present = ", ".join(layers) or "-"
    return DeliveryRejected(
        "DLV-LAYER-UNKNOWN",
        Bilingual(
            f"Không rõ lớp nào của tệp «{file}» chứa thửa đất. Các lớp có trong tệp: {present}.",
            f"It is not clear which layer of the file “{file}” holds the parcels. It has: {present}.",
        ),
        Bilingual(
            "Hãy ghi tên lớp trong delivery.toml hoặc trong hồ sơ tỉnh.",
            "Name the layer in delivery.toml or in the province's profile.",
        ),
    )


def _a_list(file: str, layer: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-LIST-ALONE",
        Bilingual(
            f"Tệp «{file}», trang «{layer}», là danh sách thuộc tính, không có hình thửa đất.",
            f"The file “{file}”, sheet “{layer}”, is a list of attributes without any geometry.",
        ),
        Bilingual(
            "Hãy gửi kèm tệp bản đồ, ghi tệp bản đồ trong [[parts]] và danh sách này trong [[lists]] của delivery.toml.",
            "Send it with the file of the map: name the map in [[parts]] and this list in [[lists]] of delivery.toml.",
        ),
    )


def _coordinates(
    part: Part, said: PartDefaults | None, profile: Profile, layer: Layer
) -> tuple[int | None, Reason | None]:
    """The part's EPSG code (None: nobody says it), and the reason to hold it when the file contradicts it."""
    declared = part.epsg or (said.epsg if said else None) or _by_reference(part, profile)
    if declared is None and part.old_province is None:
        declared = _by_the_file(profile, layer)
    if declared is None:
        return None, None
    _refuse_foreign(declared, profile, part.file)
    if layer.crs is None or crs.same_crs(declared, layer.crs) == "same":
        return declared, None
    stated = layer.crs if len(layer.crs) < 40 else layer.crs.split('"')[1] if '"' in layer.crs else "?"
    return declared, Reason.of(
        "CRS-MISMATCH",
        Bilingual(
            f"Hệ tọa độ khai báo EPSG:{declared} khác hệ tọa độ ghi trong tệp «{part.file}» "
            f"lớp «{layer.name}» ({stated}).",
            f"The declared CRS EPSG:{declared} is not the one stated in the file “{part.file}”, "
            f"layer “{layer.name}” ({stated}).",
        ),
    )


def _by_reference(part: Part, profile: Profile) -> int | None:
    """The cadastral zone of the old province that the part covers, by the nation's own table."""
    if part.old_province is None:
        return None
    old = admin_units.old_province(part.old_province)
    return old.epsg if old is not None and old.province_code == profile.province else None


def _by_the_file(profile: Profile, layer: Layer) -> int | None:
    """The one zone among the profile's that the file itself states."""
    if layer.crs is None:
        return None
    candidates = {item.epsg for item in profile.parts if item.epsg is not None}
    agreeing = [epsg for epsg in candidates if crs.same_crs(epsg, layer.crs) == "same"]
    return agreeing[0] if len(agreeing) == 1 else None


def _refuse_foreign(epsg: int, profile: Profile, file: str) -> None:
    """Refuse a code that PROJ does not know, a withdrawn zone and, for a province, what is not Vietnam's."""
    crs.refuse_deprecated(epsg)
    if crs.is_storable(epsg):
        return
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = bool(CRS.from_epsg(epsg))
    except CRSError:
        known = False
    if profile.foreign and known:
        return
    raise DeliveryRejected(
        "DLV-CRS",
        Bilingual(
            f"EPSG:{epsg}, khai cho tệp «{file}», không phải múi chiếu VN-2000 hay WGS 84.",
            f"EPSG:{epsg}, declared for the file “{file}”, is neither a VN-2000 zone nor WGS 84.",
        ),
        Bilingual(
            f"Hãy khai lại hệ tọa độ của phần này. {_zones(profile, degrees=False).vi}",
            f"Declare the CRS of the part again. {_zones(profile, degrees=False).en}",
        ),
    )


def _twice(file: str, layer: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TWICE",
        Bilingual(
            f"Lớp «{layer}» của tệp «{file}» được khai hai lần: mọi thửa đất sẽ bị đọc hai lần.",
            f"Layer “{layer}” of the file “{file}” is listed twice: every parcel would be read twice.",
        ),
        Bilingual(
            "Hãy ghi mỗi lớp một lần trong [[parts]] của delivery.toml.",
            "List each layer once in [[parts]] of delivery.toml.",
        ),
    )


def _zones(profile: Profile, *, degrees: bool) -> Bilingual:
    """What can be declared for coordinates like these, in this province."""
    if degrees:
        return Bilingual(
            f"Tọa độ tính bằng độ: trong delivery.toml hãy ghi epsg = {crs.VN2000} nếu là VN-2000, epsg = {crs.WGS84} nếu là "
            "WGS 84. Không ghi múi chiếu: múi chiếu là của tọa độ tính bằng mét.",
            f"The coordinates are degrees: write epsg = {crs.VN2000} in delivery.toml if they are VN-2000, epsg = {crs.WGS84} if "
            "they are WGS 84. No zone: zones are of coordinates in metres.",
        )
    zones = ", ".join(
        f"epsg = {old.epsg} ({old.name})" for old in admin_units.old_provinces(profile.province)
    )
    if not zones:
        return Bilingual(
            "Hãy ghi epsg của phần này trong delivery.toml.", "State the part's epsg in delivery.toml."
        )
    return Bilingual(
        f"Hãy ghi trong delivery.toml múi chiếu VN-2000 của tỉnh cũ đã đo vẽ: {zones}; hoặc ghi tỉnh cũ (old_province).",
        f"Write the VN-2000 zone of the old province that surveyed it in delivery.toml: {zones}; or its old_province.",
    )


def _undeclared(file: str, layer: str, seems: Bilingual | None, zones: Bilingual) -> DeliveryRejected:
    more = Bilingual("", "") if seems is None else Bilingual(f" {seems.vi}", f" {seems.en}")
    return DeliveryRejected(
        "DLV-CRS-UNDECLARED",
        Bilingual(
            f"Chưa khai hệ tọa độ của tệp «{file}» lớp «{layer}».{more.vi}",
            f"The CRS of the file “{file}”, layer “{layer}”, is not declared.{more.en}",
        ),
        Bilingual(f"Hãy khai hệ tọa độ của phần này. {zones.vi}", f"Declare the CRS of the part. {zones.en}"),
    )
