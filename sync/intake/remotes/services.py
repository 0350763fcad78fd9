"""What the two kinds of services share: a session, names of CRS, and what is refused."""

import re
from types import TracebackType
from typing import Self

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.declared.connection import OgcApi, Wfs
from sync.intake.remotes.http import Http
from sync.intake.remotes.pages import Pages
from sync.intake.remotes.secrets import Secret

_EPSG = re.compile(r"EPSG(?:\.xml#|::?|:[^:/]*:|/[^/]*/)(\d{4,6})$", re.IGNORECASE)
CRS84 = "CRS84"
GEOMETRY = "geometry"  # what the pages call it, whatever the service does


class ServiceSession:
    """What sessions with a service share: its address as people may see it, its connection, its pages until the end."""

    def __init__(self, connection: Wfs | OgcApi, secret: Secret | None, what: str) -> None:
        self.http = Http(connection, secret)
        self.where = f"{self.http.where} ({what})"

    def __enter__(self) -> Self:
        self._pages = Pages(GEOMETRY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pages.close()
        self.http.close()


def epsg_of(name: str) -> int | None:
    """The code in `EPSG:5899`, `urn:ogc:def:crs:EPSG::5899` or `http://www.opengis.net/def/crs/EPSG/0/5899`."""
    found = _EPSG.search(name.strip())
    return int(found.group(1)) if found else None


def no_count(where: str) -> DeliveryRejected:
    """A service that does not say how many features it has: nobody could tell that some are missing."""
    return DeliveryRejected(
        "DLV-SERVICE-NO-COUNT",
        Bilingual(
            f"Dịch vụ {where} không cho biết có bao nhiêu đối tượng (numberMatched): không thể biết có bị thiếu hay không.",
            f"The service {where} does not say how many features it has (numberMatched): nobody could tell that some are missing.",
        ),
        Bilingual(
            "Hãy bật việc đếm trong cấu hình dịch vụ, hoặc nhận dữ liệu qua cơ sở dữ liệu hay tệp.",
            "Switch counting on in the service, or take the data from the database or as a file.",
        ),
    )
