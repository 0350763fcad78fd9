"""`[connection]` of a profile: where a province's parcels are read from when they do not come as files.

Only names of secrets stand here: an environment variable, or a connection that Airflow keeps. A profile is copied into
every run's folder, so what is written in it is not secret.
"""

import re
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.tomlfile import WrongValue

Text = Annotated[str, Field(min_length=1)]
Axes = Literal["east-north", "north-east"]
_SECRET_KEYS = re.compile(r"pass|pwd|token|secret|key|auth|login|user|sig", re.IGNORECASE)


class _Connection(BaseModel):
    """What every kind has.

    name                what the pulled file is called: one part of the delivery
    srid                EPSG code that the profile declares; it is held against what the source states
    key                 the column that names a row for good: rows come in its order
    complete            the source holds every parcel of every commune it shows, so that what it no longer shows has ended
    old_province, axes  as in [[parts]] of a delivery.toml
    timeout_minutes     the longest that one statement, or one page, may take
    dsn_env             an environment variable with the DSN, or, for a service, `user:password` or `Bearer …`
    airflow_connection  a connection of Airflow, for the DAG
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = "thua_dat"
    srid: Annotated[int, Field(gt=0)] | None = None
    key: Text | None = None
    complete: bool = False
    old_province: Text | None = None
    axes: Axes | None = None
    timeout_minutes: Annotated[int, Field(gt=0, le=24 * 60)] = 60
    dsn_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] | None = None
    airflow_connection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,200}$")] | None = None


class _Database(_Connection):
    """A table or a query of a database.

    table             `table`, or `schema.table`; a name that has a point itself needs a query
    query             one SELECT instead of a table
    geometry          the column that holds the geometry
    mode              "full", or "since": rows changed since the last accepted pull, as a change set
    watermark         the column that says when, or as which number, a row was last changed
    overlap           how far "since" reaches back behind the watermark, in minutes (or in its units, for a number):
                      a transaction may commit later than the time it wrote
    full_every_days   "since" sees no row that was deleted: after so many days everything is pulled again
    """

    table: Text | None = None
    query: Text | None = None
    geometry: Text
    mode: Literal["full", "since"] = "full"
    watermark: Text | None = None
    overlap: Annotated[int, Field(ge=0)] = 60
    full_every_days: Annotated[int, Field(gt=0)] = 7
    batch_rows: Annotated[int, Field(gt=0, le=200_000)] = 20_000

    @field_validator("query")
    @classmethod
    def _one_statement(cls, value: str | None) -> str | None:
        if value is not None and ";" in value:
            raise WrongValue(
                Bilingual("chỉ được một câu SELECT, không có dấu «;»", "must be one SELECT without “;”")
            )
        return value

    @model_validator(mode="after")
    def _whole(self) -> "_Database":
        if (self.table is None) == (self.query is None):
            raise WrongValue(Bilingual("cần table hoặc query", "needs either table or query"))
        if self.dsn_env is None and self.airflow_connection is None:
            raise WrongValue(
                Bilingual("cần dsn_env hoặc airflow_connection", "needs dsn_env or airflow_connection")
            )
        if self.mode == "since" and self.watermark is None:
            raise WrongValue(
                Bilingual('mode = "since" cần cột watermark', 'mode = "since" needs a watermark column')
            )
        return self


class PostGis(_Database):
    """A PostgreSQL database with PostGIS; `geometry` is a column of type geometry (or geography)."""

    kind: Literal["postgis"]


class Sql(_Database):
    """Any database that SQLAlchemy speaks with; `geometry` holds WKB or WKT."""

    kind: Literal["sql"]
    geometry_as: Literal["wkb", "wkt"] = "wkb"


class _Service(_Connection):
    """A service over HTTP(S)."""

    url: Text
    page_size: Annotated[int, Field(gt=1, le=100_000)] = 1_000
    page_megabytes: Annotated[int, Field(gt=0, le=1_024)] = 64

    @field_validator("url")
    @classmethod
    def _without_secrets(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WrongValue(
                Bilingual("phải bắt đầu bằng https:// hoặc http://", "must begin with https:// or http://")
            )
        if (
            parts.username
            or parts.password
            or any(_SECRET_KEYS.search(name) for name, _ in parse_qsl(parts.query))
        ):
            raise WrongValue(
                Bilingual(
                    "không được chứa tên đăng nhập, mật khẩu hay khóa: hãy dùng dsn_env hoặc airflow_connection",
                    "must hold no login, password or key: use dsn_env or airflow_connection",
                )
            )
        return value


class Wfs(_Service):
    """A WFS 2.0. `format`: auto asks for GeoJSON where the service offers it, else for GML 3.2."""

    kind: Literal["wfs"]
    typename: Text
    format: Literal["auto", "json", "gml"] = "auto"


class OgcApi(_Service):
    """An OGC API Features; `url` is its landing page."""

    kind: Literal["ogcapi"]
    collection: Text


Connection = PostGis | Sql | Wfs | OgcApi
AnyConnection = Annotated[Connection, Field(discriminator="kind")]


def _one_or_several(value: Any) -> Any:
    """`[connection]` and `[[connection]]` are both right: a province of three old ones may have three databases."""
    return [value] if isinstance(value, dict) else value


Connections = Annotated[tuple[AnyConnection, ...], BeforeValidator(_one_or_several)]


def refuse_same_names(connections: tuple[Connection, ...]) -> None:
    """Two connections under one name would write one file. Raises WrongValue."""
    names = [connection.name for connection in connections]
    if len(set(names)) < len(names):
        raise WrongValue(
            Bilingual(
                "mỗi [[connection]] phải có một tên (name) riêng",
                "every [[connection]] needs a name of its own",
            )
        )


def no_connection(province: str) -> UsageError:
    """Somebody wants to pull from a province that only delivers files."""
    return UsageError(
        "CON-NONE",
        Bilingual(
            f"Hồ sơ của tỉnh {province} không có [connection]: không có nguồn nào để kéo dữ liệu.",
            f"The profile of province {province} has no [connection]: there is no source to pull from.",
        ),
        Bilingual(
            "Hãy chỉ một tệp hoặc thư mục, hoặc thêm [connection] vào hồ sơ tỉnh (docs/connections.md).",
            "Name a file or a folder, or add a [connection] to the province's profile (docs/connections.md).",
        ),
    )
