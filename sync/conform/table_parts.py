"""Which tables of people a delivery brings, and where: those that delivery.toml names, else those that the profile knows by name."""

from dataclasses import dataclass

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.conform.columns import Found, present_name
from sync.conform.parts import ReadPart
from sync.declared.delivery import PeopleTableFile
from sync.declared.mapped import Joined
from sync.declared.profile import Profile
from sync.declared.tables import KEYS, Holds, TableMap
from sync.declared.tomlfile import after, nearest
from sync.folder.delivery import DeliveryRecord
from sync.intake.sources import Layer, Source, read_options, source_of
from sync.intake.sources.delimited import Delimited
from sync.intake.sources.guard import tables_beside, tables_of


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table of people to read.

    found     canonical name → the file's names
    declared  delivery.toml names it, or a file has a name that somebody confirmed
    """

    holds: Holds
    part: ReadPart
    said: TableMap
    found: Found
    declared: bool

    @property
    def guessed(self) -> bool:
        """Nobody said that it is one: what is wrong with it is told, and refuses nothing."""
        return self.said.assumed and not self.declared

    @property
    def name(self) -> str:
        """By which it is told."""
        return f"{self.part.file}/{self.part.layer.name}"


def table_parts(
    record: DeliveryRecord, profile: Profile, parts: list[ReadPart], first_no: int
) -> tuple[list[TablePart], list[str]]:
    """The tables of a delivery, each checked to be whole, and the names of those that are left out.

    Raises DeliveryRejected, or UsageError for a profile that says nothing of a table that the delivery names.
    """
    maps = profile.tables.said()
    tables: list[TablePart] = []
    for item in record.tables:
        said = maps.get(item.holds)
        if said is None:
            raise _no_map(item.holds, item.file)
        source, layer = _declared(record, profile, item, said)
        part = _part(record, parts, first_no + len(tables), item.file, source, layer, item.encoding)
        tables.append(TablePart(item.holds, part, said, _columns(item.holds, said, part), declared=True))
    if record.tables:
        return tables, []
    return _found(record, profile, parts, first_no)


def _found(
    record: DeliveryRecord, profile: Profile, parts: list[ReadPart], first_no: int
) -> tuple[list[TablePart], list[str]]:
    """The tables beside the parcels that the profile knows by name, and the names of those that are left out."""
    maps = profile.tables.said()
    tables: list[TablePart] = []
    by_layer = {said.layer: holds for holds, said in maps.items() if said.layer is not None}
    not_read = []
    for of in {part.path: part for part in parts}.values():
        for layer in tables_beside(of.source, of.path, of.layer, list(by_layer)):
            holds = by_layer.get(layer.name)
            part = _part(record, parts, first_no + len(tables), of.file, of.source, layer, of.encoding)
            found = None if holds is None else _if_they_fit(holds, maps[holds], part)
            if holds is None or found is None:
                not_read.append(f"{of.file}/{layer.name}")
                continue
            tables.append(TablePart(holds, part, maps[holds], found, declared=False))
    return tables, not_read


def _part(
    record: DeliveryRecord,
    parts: list[ReadPart],
    part_no: int,
    file: str,
    source: Source,
    layer: Layer,
    encoding: str | None,
) -> ReadPart:
    path, archive = record.path_of(file), record.archive_of(file)
    return ReadPart(
        part_no, path, file, source, layer, parts[0].epsg, None, None, archive=archive, encoding=encoding
    )


def _declared(
    record: DeliveryRecord, profile: Profile, item: PeopleTableFile, said: TableMap
) -> tuple[Source, Layer]:
    """The layer that a table of delivery.toml means: named there, or by the profile, or the only one."""
    path = record.path_of(item.file)
    source = source_of(path)
    told = dict(profile.read.get(source.kind, {}))
    if isinstance(source, Delimited):
        told["geometry"] = ""  # a CSV may do without here
    options = read_options(source, told | said.read.get(source.kind, {}))
    layers = {layer.name: layer for layer in tables_of(source, path, item.encoding, options)}
    wanted = item.layer if item.layer is not None else said.layer
    if wanted in layers:
        return source, layers[wanted]
    if len(layers) == 1 and (item.layer is None or source.single_layer):
        return source, next(iter(layers.values()))
    raise _no_layer(item, layers)


def _columns(holds: Holds, said: TableMap, part: ReadPart) -> Found:
    """Canonical name → the file's own names for it. Raises DeliveryRejected (DLV-TABLE-COLUMN)."""
    found: Found = {}
    for canonical, rule in said.columns.items():
        wanted = rule.join if isinstance(rule, Joined) else (rule,)
        optional = isinstance(rule, Joined) and rule.optional
        names = []
        for name in wanted:
            there = present_name(name, part.layer.columns, cut_names=part.source.cut_names)
            if there is not None:
                names.append(there)
            elif not optional or canonical == KEYS[holds]:
                raise _no_column(holds, canonical, name, part)
        if names:
            found[canonical] = tuple(names)
    return found


def _if_they_fit(holds: Holds, said: TableMap, part: ReadPart) -> Found | None:
    """The columns, of a table that was only found; None where the layer lacks one of those that nobody confirmed."""
    try:
        return _columns(holds, said, part)
    except DeliveryRejected:
        if said.assumed:
            return None
        raise


def _no_map(holds: Holds, file: str) -> UsageError:
    return UsageError(
        "PRF-TABLES",
        Bilingual(
            f"delivery.toml ghi bảng {holds} «{file}» trong [[tables]], nhưng hồ sơ tỉnh chưa nói các cột của bảng đó.",
            f"delivery.toml names the table of {holds} “{file}” in [[tables]], but the province's profile does not say what "
            "its columns are.",
        ),
        Bilingual(
            f"Hãy thêm vào hồ sơ tỉnh mục [tables.{holds}.columns], với cột cho {KEYS[holds]}.",
            f"Add [tables.{holds}.columns] to the province's profile, with a column for {KEYS[holds]}.",
        ),
    )


def _no_layer(item: PeopleTableFile, layers: dict[str, Layer]) -> DeliveryRejected:
    present = ", ".join(list(layers)[:20]) or "-"
    like = after(nearest(item.layer, layers)) if item.layer is not None else Bilingual("", "")
    return DeliveryRejected(
        "DLV-TABLE-LAYER",
        Bilingual(
            f"Không rõ lớp hay trang nào của tệp «{item.file}» là bảng {item.holds}. Các lớp có trong tệp: {present}.{like.vi}",
            f"It is not clear which layer or sheet of the file “{item.file}” is the table of {item.holds}. It has: "
            f"{present}.{like.en}",
        ),
        Bilingual(
            "Hãy ghi đúng tên lớp (layer) trong [[tables]] của delivery.toml.",
            "Name the layer in [[tables]] of delivery.toml.",
        ),
    )


def _no_column(holds: Holds, canonical: str, wanted: str, part: ReadPart) -> DeliveryRejected:
    near = nearest(wanted, part.layer.columns)
    like = after(near)
    return DeliveryRejected(
        "DLV-TABLE-COLUMN",
        Bilingual(
            f"Bảng {holds} «{part.layer.name}» của tệp «{part.file}» không có cột «{wanted}» (ứng với {canonical} trong hồ sơ "
            f"tỉnh).{like.vi}",
            f"The table of {holds} “{part.layer.name}” of the file “{part.file}” has no column “{wanted}” ({canonical} in the "
            f"province's profile).{like.en}",
        ),
        Bilingual(
            f"Hãy xuất lại đủ cột, hoặc sửa [tables.{holds}.columns] trong hồ sơ tỉnh.",
            f"Export all columns, or correct [tables.{holds}.columns] in the province's profile.",
        ),
        column=wanted,
        nearest=near,
    )
