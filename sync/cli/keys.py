"""`landsync keys`: the key under which personal records are hashed."""

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, tell


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Khóa của bản cài · The installation's key")
    group.command("new", help=new.__doc__)(new)
    group.command("show", help=show.__doc__)(show)
    app.add_typer(group, name="keys")


def new(as_json: AsJson = False) -> None:
    """Tạo khóa cho bản cài chưa từng có · Make the key of an installation that never had one.

    `landsync up` tự làm việc này · `landsync up` does it by itself.
    """
    with guarded(as_json=as_json):
        from sync import keys
        from sync.settings import settings

        keys.create(settings())
    show(as_json)


def show(as_json: AsJson = False) -> None:
    """Cho biết khóa nằm ở đâu và dấu của nó, không bao giờ in khóa · Say where the key is and its fingerprint, never the key."""
    with guarded(as_json=as_json):
        from sync import keys
        from sync.settings import settings

        path, fingerprint = settings().private_key, keys.load(settings()).fingerprint
        if as_json:
            emit_json({"file": str(path), "fingerprint": fingerprint})
        else:
            tell(Bilingual(f"Khóa {path}, dấu {fingerprint}", f"Key {path}, fingerprint {fingerprint}"))
