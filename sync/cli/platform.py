"""`landsync up` and `landsync down`: the private PostGIS and Airflow of this checkout."""

from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from sync import console
from sync.cli import guarded
from sync.settings import settings

Json = Annotated[bool, typer.Option("--json", help="Kết quả dạng JSON. One JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up")(up)
    app.command("down")(down)


def up(
    airflow: Annotated[
        bool, typer.Option("--airflow/--no-airflow", help="Có hay không có Airflow. With or without Airflow.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Khởi động PostGIS và Airflow riêng của thư mục này. Start this checkout's private PostGIS and Airflow.

    Chạy bao nhiêu lần cũng được. LANDSYNC_DSN và LANDSYNC_AIRFLOW_DSN chỉ đến máy chủ riêng: khi đó không khởi động
    máy chủ ấy mà chỉ cập nhật cơ sở dữ liệu. May be run again at any time; LANDSYNC_DSN and LANDSYNC_AIRFLOW_DSN
    name servers of your own, which are then migrated, not started.
    """
    with guarded(as_json=as_json):
        from sync.platform import show
        from sync.platform.steps import Steps
        from sync.platform.up import up as bring_up

        with Steps() as steps:
            done = bring_up(settings(), say=steps.say, with_airflow=airflow)
        if as_json:
            console.emit_json(show.document(settings(), done))
            return
        person = console.out.is_terminal
        for line in show.lines(settings(), done, console.language(), for_a_person=person):
            console.out.print(line, markup=False, soft_wrap=True)


def down(as_json: Json = False) -> None:
    """Dừng những gì `landsync up` đã khởi động; dữ liệu được giữ nguyên. Stop what `landsync up` started; data stay."""
    with guarded(as_json=as_json):
        from sync.platform.steps import Steps
        from sync.platform.up import down as bring_down

        with Steps() as steps:
            ended = bring_down(settings(), say=steps.say)
        if as_json:
            console.emit_json({"postgresql": ended.postgresql, "airflow": ended.airflow})
        elif ended.postgresql or ended.airflow:
            console.say(Bilingual("Đã dừng. Dữ liệu vẫn còn nguyên.", "Stopped. Data are kept."))
        else:
            console.say(Bilingual("Không có gì đang chạy.", "Nothing was running."))
