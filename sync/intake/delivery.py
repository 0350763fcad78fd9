"""What a province hands over at one time: its files, and what its `delivery.toml` makes of them.

This module reads names and the small text file beside the data, never the data. Without a `delivery.toml`
every source file is a part, nothing is complete, and somebody has to state when it was extracted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.declared.changes import check_span
from sync.declared.delivery import DELIVERY_FILE, DeliveryToml, Part, PeopleTableFile
from sync.declared.names import PresentNames, name_key
from sync.declared.profile import Profile
from sync.declared.tomlfile import load_toml
from sync.intake.archives import is_archive, refuse_other_archives
from sync.intake.listing import Listing, sources_among, walk
from sync.intake.sources.refusals import missing_file

_ONE_TABLE = (".csv", ".tsv", ".xlsx", ".xlsm")  # files that a table of people is known by


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it lies on disk.

    listing   its files as they were handed over
    declared  whether a delivery.toml speaks for it
    unlisted  data files that lie there but that delivery.toml does not name: not read, and reported
    """

    listing: Listing
    says: DeliveryToml
    declared: bool
    unlisted: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The folder that the names in `files` are relative to."""
        return self.listing.root

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the delivery, sorted, forward slashes."""
        return self.listing.files


def read_listed(listing: Listing, profile: Profile, unpacked: Path | None = None) -> Delivery:
    """What a delivery says of itself.

    unpacked  the folder in which `sync.intake.archives.unpack_all` has put what its archives hold, if it has any

    A file in an archive is named as if the archive were a folder: `x.zip/thua.shp`. A delivery.toml in an archive
    speaks for the delivery where none lies beside the archive. Raises DeliveryRejected.
    """
    if listing.single is not None:
        says = DeliveryToml(province=profile.province, parts=(Part(file=listing.single),))
        return Delivery(listing, says, declared=False)
    archives = listing.archives
    files = [name for name in listing.files if name not in archives]
    if unpacked is not None:
        files += [name for name in walk(unpacked) if name.startswith(tuple(f"{a}/" for a in archives))]
    files.sort()
    sources = tuple(sources_among(files))
    toml = _delivery_file(files, sources)
    if toml is not None:
        where = (
            unpacked if unpacked is not None and toml.startswith(tuple(f"{a}/" for a in archives)) else None
        )
        says = load_toml((where or listing.root) / toml, DeliveryToml, DeliveryRejected, "DLV-TOML")
        _refuse_other_province(says.province, profile.province)
        check_span(says.kind, says.span, says.extracted_at, says.complete_for)
        says = _resolved(_under(says, toml[: -len(DELIVERY_FILE)]), files, (*sources, *archives))
    else:
        says = DeliveryToml(province=profile.province)
    if says.sheet_table is not None:
        if says.sheet_table not in files:
            raise missing_file(says.sheet_table)
        sources = tuple(name for name in sources if name != says.sheet_table)
    listed = {item.file for item in says.lists}
    for name in sorted(listed - set(files)):
        raise missing_file(name)
    sources = tuple(name for name in sources if name not in listed)
    says, sources = _with_tables(says, profile, files, sources)
    if not says.parts:
        says = says.model_copy(update={"parts": tuple(Part(file=name) for name in sources)})
    if not says.parts:
        refuse_other_archives(files)
        raise _no_data(listing)
    says = says.model_copy(
        update={"parts": tuple(part for said in says.parts for part in _within(said, files, sources))}
    )
    named = {part.file for part in says.parts}
    for name in sorted(named - set(files) - set(sources)):
        raise missing_file(name)
    unlisted = tuple(name for name in sources if name not in named)
    return Delivery(listing, says, toml is not None, unlisted)


def _with_tables(
    says: DeliveryToml, profile: Profile, files: list[str], sources: tuple[str, ...]
) -> tuple[DeliveryToml, tuple[str, ...]]:
    """Its tables of people, declared or known by their files' names, and the sources that are none of them alone.

    A file of several layers may hold parcels beside a table: it stays a source where nothing else would be one.
    """
    if not says.tables:
        found = tuple(
            PeopleTableFile(holds=holds, file=name)
            for holds, said in profile.tables.said().items()
            for name in sources
            if said.layer is not None and not said.assumed and _is_called(name, said.layer)
            if name not in _named(says)
        )
        says = says.model_copy(update={"tables": found})
    for name in sorted({item.file for item in says.tables} - set(files) - set(sources)):
        raise missing_file(name)
    alone = {item.file for item in says.tables} - {part.file for part in says.parts}
    left = tuple(name for name in sources if name not in alone)
    return says, left or (sources if not says.parts else left)


def _is_called(name: str, layer: str) -> bool:
    """Whether a file of one table has a layer's name."""
    path = PurePosixPath(name)
    return path.suffix.lower() in _ONE_TABLE and name_key(path.stem) == name_key(layer)


def _named(says: DeliveryToml) -> set[str]:
    return {part.file for part in says.parts} | {item.file for item in says.lists}


def _delivery_file(files: list[str], sources: tuple[str, ...]) -> str | None:
    """The delivery.toml that speaks for the delivery: on top, else the only one, with all data beside or below it."""
    on_top = PresentNames(files).find(DELIVERY_FILE)
    if on_top is not None:
        return on_top
    below = [name for name in files if name_key(name).endswith(f"/{DELIVERY_FILE}")]
    if not below:
        return None
    folder = below[0][: -len(DELIVERY_FILE)]
    if len(below) == 1 and all(name.startswith(folder) for name in sources):
        return below[0]
    raise DeliveryRejected(
        "DLV-TOML-PLACE",
        Bilingual(
            f"Không rõ delivery.toml nào có hiệu lực: {', '.join(below[:5])}.",
            f"It is not clear which delivery.toml speaks for the delivery: {', '.join(below[:5])}.",
        ),
        Bilingual(
            "Hãy đặt một delivery.toml ở ngoài cùng, bên cạnh các tệp, hoặc gửi từng gói riêng.",
            "Put one delivery.toml on top, beside the files, or send each part as a delivery of its own.",
        ),
    )


def _under(says: DeliveryToml, folder: str) -> DeliveryToml:
    """The same with names relative to the top of the delivery."""
    parts = tuple(part.model_copy(update={"file": folder + part.file}) for part in says.parts)
    lists = tuple(item.model_copy(update={"file": folder + item.file}) for item in says.lists)
    tables = tuple(item.model_copy(update={"file": folder + item.file}) for item in says.tables)
    table = says.sheet_table and folder + says.sheet_table
    return says.model_copy(update={"parts": parts, "lists": lists, "tables": tables, "sheet_table": table})


def _resolved(says: DeliveryToml, files: list[str], others: tuple[str, ...]) -> DeliveryToml:
    """The same with every file under the name that it has; a name that nothing fits stays, and is missed later.

    others  what is there beside files: folders that are a source, archives
    """
    folders = {str(up) for name in files for up in PurePosixPath(name).parents if is_archive(up.name)}
    present = PresentNames((*files, *others, *folders))

    def there(name: str) -> str:
        return present.find(name) or name

    parts = tuple(part.model_copy(update={"file": there(part.file)}) for part in says.parts)
    lists = tuple(item.model_copy(update={"file": there(item.file)}) for item in says.lists)
    tables = tuple(item.model_copy(update={"file": there(item.file)}) for item in says.tables)
    table = says.sheet_table and there(says.sheet_table)
    return says.model_copy(update={"parts": parts, "lists": lists, "tables": tables, "sheet_table": table})


def _within(part: Part, files: list[str], sources: tuple[str, ...]) -> Iterator[Part]:
    """A part that names an archive stands for every data file in it; any other for itself."""
    inside = [name for name in files if name.startswith(f"{part.file}/")]
    if part.file in sources or not inside or not is_archive(part.file):
        yield part
        return
    found = [name for name in sources if name in inside or name.startswith(f"{part.file}/")]
    if not found or (len(found) > 1 and part.layer is not None):
        raise _which(part.file, found)
    for name in found:
        yield part.model_copy(update={"file": name})


def _which(archive: str, found: list[str]) -> DeliveryRejected:
    listed = ", ".join(found[:10]) or "-"
    return DeliveryRejected(
        "DLV-ARCHIVE-WHICH",
        Bilingual(
            f"delivery.toml không nêu rõ tệp nào trong «{archive}». Các tệp dữ liệu có trong đó: {listed}.",
            f"delivery.toml does not say which file in “{archive}” is meant. It holds: {listed}.",
        ),
        Bilingual(
            'Hãy ghi đường dẫn đầy đủ, ví dụ file = "goi.zip/thua_dat.shp".',
            'Give the whole path, such as file = "pack.zip/thua_dat.shp".',
        ),
    )


def _no_data(listing: Listing) -> DeliveryRejected:
    name = listing.files[0] if len(listing.files) == 1 else listing.root.name
    return DeliveryRejected(
        "DLV-NO-DATA",
        Bilingual(
            f"«{name}» không có tệp dữ liệu nào đọc được.", f"“{name}” holds no data file that can be read."
        ),
        Bilingual(
            "Hãy đặt tệp GeoPackage hoặc shapefile vào thư mục hoặc tệp nén.",
            "Put a GeoPackage or a shapefile there.",
        ),
    )


def _refuse_other_province(said: str, asked: str) -> None:
    if said != asked:
        raise DeliveryRejected(
            "DLV-PROVINCE",
            Bilingual(
                f"delivery.toml ghi mã tỉnh {said}, nhưng đang nhận dữ liệu của tỉnh {asked}.",
                f"delivery.toml says province {said}, but this is a run of province {asked}.",
            ),
            Bilingual(
                "Hãy kiểm tra gói dữ liệu có đúng của tỉnh này không, rồi sửa mã tỉnh.",
                "Check whose delivery this is, then correct the province code.",
            ),
        )
