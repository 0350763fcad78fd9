"""A province with the marked persons in it, and everything that is told of it: what went well, was held, refused, or broke."""

import io
import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import xlsxwriter
from typer.testing import CliRunner

from sync.cli.app import app
from sync.lab.generate import Options, generate
from sync.platform.databases import administer
from tests.support.database import Database
from tests.support.deliveries import PROVINCE, copy_of, rewrite
from tests.support.markers import CANARY, PEOPLE, plant

COMMUNES = 2
# Folders and files of a run that hold persons, and say so: nobody but the pipeline's own account may read them.
PRIVATE = (
    "snapshot/",
    "people/",
    "people_rows.parquet",
    "list_rows.parquet",
    "unpacked/",
    "pulled/",
    "landing/",
)
MARKED_FILE = f"{CANARY}.gpkg"
# What an administrator of the server, or a column that grew, may do to the tables that a run writes to.
SABOTAGE = {
    "too long": "ALTER TABLE %s ALTER COLUMN land_user_name TYPE varchar(8)",
    "wrong type": "ALTER TABLE %s ALTER COLUMN land_user_name TYPE integer USING NULL",
    "constraint": "ALTER TABLE %s ADD CHECK (land_user_name NOT LIKE ''Đoàn%%'')",
    "unique": "CREATE UNIQUE INDEX ON %s (left(land_user_name, 20))",
}


# The system's own names of what tables of people hold (sync/declared/provinces/base/vbdlis.toml).
_TABLES = {
    "users": ["nguoiSuDungId", "hoTen", "soDinhDanh", "namSinh", "banGhi"],
    "certificates": ["giayChungNhanId", "soPhatHanh", "ngayCap"],
    "rights": ["thuaDatId", "nguoiSuDungId", "giayChungNhanId", "loaiChu"],
    "restrictions": ["thuaDatId", "loaiHanChe", "ngayBatDau"],
}


@dataclass
class Story:
    """What was told so far.

    told     kind of output → name → content
    ran      the commands that were run, `landsync` left out
    """

    home: Path
    folder: Path
    database: Database
    told: dict[str, dict[str, bytes]] = field(default_factory=dict)
    ran: set[tuple[str, ...]] = field(default_factory=set)

    def tell(self, kind: str, name: str, content: bytes | str) -> None:
        """Keep an output."""
        kept = self.told.setdefault(kind, {})
        octets = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        kept[f"{len(kept):03d} {name}"] = octets

    def run(self, *arguments: object) -> tuple[int, str]:
        """A command: exit status and standard output. A Python exception is what the terminal would show of it."""
        words = [str(each) for each in arguments]
        family = 2 if words[0] in FAMILIES else 1
        self.ran.add(tuple(words[:family]))
        done = CliRunner().invoke(app, words)
        shown = done.output  # both streams
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            shown += "".join(traceback.format_exception(done.exception))
            self.tell("exceptions", " ".join(words[:family]), shown)
        self.tell("commands", " ".join(words[:family]), shown)
        return done.exit_code, done.stdout

    def both(self, *arguments: object) -> None:
        """The command as people and as programs call it."""
        self.run(*arguments)
        self.run(*arguments, "--json")

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows, as the loader reads them."""
        return self.database.query(text, *values)

    def sync(self, delivery: Path, *more: object) -> str:
        """Synchronise it; the run's id."""
        self.run("sync", "--province", PROVINCE, delivery, *more)
        ((run,),) = self.query("SELECT run_id FROM ledger.run ORDER BY started_at DESC LIMIT 1")
        return str(run)


FAMILIES = {
    "profile", "db", "receipt", "boundaries", "expected", "context", "population", "findings", "lineage", "deciders",
    "report", "measure", "keys", "people",
}  # fmt: skip


@contextmanager
def logs(story: Story) -> Iterator[None]:
    """Whatever any module logs, down to its details, with the traces; and what it warns of."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        story.tell("logs", "root", stream.getvalue())
        story.tell("logs", "warnings", "\n".join(str(each.message) for each in warned))


def marked(folder: Path) -> Path:
    """The delivery of a made-up province, the persons in it, and a file with the canary's name."""
    options = Options(
        parcels=300, provinces=(PROVINCE,), communes_per_province=COMMUNES, defects=0.03, seed=5
    )
    generate(options, folder)
    delivery = folder / PROVINCE
    plant(delivery)
    first = min(path.name for path in delivery.glob("*.gpkg"))
    (delivery / first).rename(delivery / MARKED_FILE)
    restate(delivery, re.escape(first), MARKED_FILE)
    return delivery


def restate(delivery: Path, pattern: str, text: str) -> None:
    """Change what the delivery.toml says."""
    path = delivery / "delivery.toml"
    said = path.read_text(encoding="utf-8")
    assert re.search(pattern, said)
    path.write_text(re.sub(pattern, text, said), encoding="utf-8")


def each_layer(delivery: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Change every file of the delivery."""
    for path in sorted(delivery.glob("*.gpkg")):
        rewrite(delivery, path.name, change)


def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Everybody in the next parcel's place."""
    columns = ["tenChu", "soDinhDanh", "namSinh", "chuSuDungId", "soPhatHanhGCN", "ngayCapGCN"]
    frame[columns] = frame[columns].shift(1).bfill().infer_objects()
    return frame


def emptied(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Nobody left, but for the first."""
    for column in ("tenChu", "soDinhDanh", "soPhatHanhGCN"):
        frame.loc[frame.index[1:], column] = None
    return frame


def renamed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three of them under a longer name."""
    frame.loc[frame.index[1:4], "tenChu"] += " Ngoẵng"
    return frame


def with_list(delivery: Path) -> None:
    """A list of persons beside the map: of parcels it has, and of none."""
    frame = pyogrio.read_dataframe(delivery / MARKED_FILE)
    with xlsxwriter.Workbook(str(delivery / "pl3.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [
            "Mã ĐVHC cấp xã", "Số hiệu tờ bản đồ địa chính", "Số thứ tự thửa đất", "Tên người sử dụng đất",
            "Số định danh", "Số phát hành GCN",
        ])  # fmt: skip
        for at, (person, row) in enumerate(zip(PEOPLE, frame.itertuples(), strict=False), 1):
            number = f"9{row.soThuTuThua}" if at % 2 else row.soThuTuThua
            said = [row.maXa, row.soHieuToBanDo, number, person.name, person.number, person.certificate]
            sheet.write_row(at, 0, said)
    with (delivery / "delivery.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[lists]]\nfile = "pl3.xlsx"\n')


def with_tables(delivery: Path) -> None:
    """Tables of the persons beside the map, under the names of the system: some contradict, some lead nowhere, some have too much."""
    parcels = pyogrio.read_dataframe(delivery / MARKED_FILE)["thuaDatId"].tolist()
    said: dict[str, list[tuple[object, ...]]] = {name: [] for name in _TABLES}
    for at, (person, parcel) in enumerate(zip(PEOPLE, parcels, strict=False)):
        for name in (person.name, f"{person.name} khác")[: 1 + (at % 5 == 0)]:
            said["users"].append((person.key, name, person.number, "2977" if at % 4 else "1977", "DC_CaNhan"))
        said["certificates"].append((person.certificate, person.certificate, "02/04/2010"))
        where = parcel if at % 7 else f"{person.key}?"
        said["rights"].append(
            (where, person.key, person.certificate if at % 3 else person.number, person.name)
        )
        said["restrictions"].append((where, person.name if at % 2 else "thế chấp", "01/02/2020"))
    for name, columns in _TABLES.items():
        frame = pd.DataFrame(said[name], columns=columns, dtype="string")
        pyogrio.write_dataframe(frame, delivery / MARKED_FILE, layer=name, append=True)


def as_text(delivery: Path, name: str, spoil: Callable[[list[str]], list[str]]) -> Path:
    """A delivery of one CSV file with the marked rows, spoilt."""
    folder = delivery.parent / name
    folder.mkdir()
    frame = pyogrio.read_dataframe(delivery / MARKED_FILE)
    frame["wkt"] = frame.geometry.to_wkt()
    lines = frame.drop(columns="geometry").to_csv(sep=";", index=False).splitlines()
    (folder / "thua.csv").write_text("\n".join(spoil(lines)) + "\n", encoding="utf-8")
    (folder / "delivery.toml").write_text(
        f'province = "{PROVINCE}"\nextracted_at = 2026-11-20T22:00:00+07:00\ncommune_codes = "new"\n'
        '[[parts]]\nfile = "thua.csv"\nepsg = 9209\nencoding = "UTF-8"\n',
        encoding="utf-8",
    )
    return folder


@contextmanager
def sabotaged(database: Database, how: str) -> Iterator[None]:
    """Every table that a run makes for land users is changed as soon as it is made."""
    with administer(database.superuser_dsn) as cursor:
        cursor.execute(
            f"""CREATE FUNCTION public.sabotage() RETURNS event_trigger LANGUAGE plpgsql AS $$
            DECLARE made record;
            BEGIN
                FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands()
                            WHERE object_identity LIKE 'staging.%land_user' AND command_tag = 'CREATE TABLE AS' LOOP
                    EXECUTE format('{SABOTAGE[how]}', made.object_identity);
                END LOOP;
            END $$;
            CREATE EVENT TRIGGER sabotage ON ddl_command_end WHEN TAG IN ('CREATE TABLE AS')
                EXECUTE FUNCTION public.sabotage()"""
        )
        try:
            yield
        finally:
            cursor.execute("DROP EVENT TRIGGER sabotage; DROP FUNCTION public.sabotage()")


@contextmanager
def when_written(database: Database, does: str) -> Iterator[None]:
    """Something happens as soon as a land user is about to go live."""
    with administer(database.superuser_dsn) as cursor:
        cursor.execute(
            f"""CREATE FUNCTION public.interrupted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN {does}; RETURN NEW; END $$;
            CREATE TRIGGER interrupted BEFORE INSERT OR UPDATE ON land_private.land_user_{PROVINCE}
                FOR EACH ROW EXECUTE FUNCTION public.interrupted()"""
        )
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION public.interrupted() CASCADE")


def cut(delivery: Path, name: str) -> Path:
    """A copy of the delivery whose marked file ends in its middle."""
    folder = copy_of(delivery, name, hours=9)
    path = folder / MARKED_FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return folder
