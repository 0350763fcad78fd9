"""Which file and layer a draft looks at."""

from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.declared.delivery import DELIVERY_FILE, DeliveryToml
from sync.declared.profile import FOREIGN, Profile
from sync.declared.tomlfile import load_toml
from sync.draft.draft import Draft, draft
from sync.folder.delivery import DeliveryRecord
from sync.intake.fetch import fetch
from sync.intake.sources import source_of
from sync.intake.sources.guard import probe_source


def draft_of(path: Path, layer: str | None, run_dir: Path) -> Draft:
    """The draft from a file or a delivery: from the layer named, else the one with the most rows.

    run_dir  a working folder
    """
    fetch(path, _any_profile(path), run_dir)
    record = DeliveryRecord.load(run_dir)
    candidates = []
    for part in record.parts:
        file = record.path_of(part.file)
        source = source_of(file)
        candidates += [(file, source, found) for found in probe_source(source, file, part.encoding, None)]
    chosen = [item for item in candidates if layer is None or item[2].name == layer]
    if not chosen:
        present = ", ".join(item[2].name for item in candidates) or "-"
        raise DeliveryRejected(
            "DLV-LAYER-MISSING",
            Bilingual(
                f"Không có lớp «{layer}». Các lớp: {present}.",
                f"There is no layer “{layer}”. It has: {present}.",
            ),
            Bilingual("Hãy chọn lớp bằng --layer.", "Choose a layer with --layer."),
        )
    file, source, found = max(chosen, key=lambda item: item[2].rows)
    return draft(file, source, found)


def _any_profile(path: Path) -> Profile:
    """A profile that maps nothing, for the province that a delivery.toml names."""
    toml, province = path / DELIVERY_FILE, FOREIGN
    if toml.is_file():
        province = load_toml(toml, DeliveryToml, DeliveryRejected, "DLV-TOML").province
    return Profile(province=province, system="unknown", foreign=province == FOREIGN, columns={})
