"""Sources that are no files: databases and services. What is pulled from one becomes a delivery of files, like any other.

A connection is named in the installation's own profile of a province, never in a delivery; its password only by name.
To add a kind: its settings in `connection.py`, a module with a class that satisfies `Session`, a line here.
"""

from sync.declared.connection import Connection, OgcApi, PostGis, Sql, Wfs
from sync.intake.remotes.base import Offer, Session, Watermark
from sync.intake.remotes.secrets import secret_of

__all__ = ["Connection", "Offer", "Session", "Watermark", "session_of"]


def session_of(connection: Connection, since: Watermark | None = None) -> Session:
    """A session of one read, not opened yet. `since`: only rows changed from there on. Raises ComponentMissing."""
    secret = secret_of(connection)
    match connection:  # what the kinds need is imported by whom it concerns
        case PostGis():
            from sync.intake.remotes.postgis import PostGisSession

            return PostGisSession(connection, secret, since)
        case Sql():
            from sync.intake.remotes.sql import SqlSession

            return SqlSession(connection, secret, since)
        case Wfs():
            from sync.intake.remotes.wfs import WfsSession

            return WfsSession(connection, secret)
        case OgcApi():
            from sync.intake.remotes.ogcapi import OgcApiSession

            return OgcApiSession(connection, secret)
