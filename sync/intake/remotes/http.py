"""One polite, distrustful HTTP client: answers of limited size, redirects on the same host only, certificates verified.

What goes wrong becomes a sentence: what, where, what to do. A login travels in a header and is never in an address.
"""

import json
import logging
import ssl
import time
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

import httpx

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, DeliveryRejected, LandsyncError, TransientError
from sync.declared.connection import OgcApi, Wfs
from sync.intake.remotes.base import cleaned, down, no_login, timed_out
from sync.intake.remotes.secrets import Secret

_CONNECT_SECONDS = 15
_CHUNK = 1 << 16
_REDIRECTS = 3

# httpx tells every address at INFO; the run's log should hold ours alone.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Http:
    """A client for one service."""

    def __init__(self, said: Wfs | OgcApi, secret: Secret | None) -> None:
        self.said = said
        self.secret = secret
        self.limit = said.page_megabytes << 20
        self.where = urlunsplit(urlsplit(said.url)._replace(query="", fragment=""))
        trusted = (
            ssl.create_default_context()
        )  # what the system trusts: offices have authorities of their own
        self._client = httpx.Client(
            timeout=httpx.Timeout(said.timeout_minutes * 60, connect=_CONNECT_SECONDS),
            verify=trusted,
            transport=httpx.HTTPTransport(verify=trusted, retries=2),  # of connecting only
            headers={"User-Agent": "landsync", **_authorization(secret)},
            follow_redirects=False,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def get(self, url: str, parameters: dict[str, str] | None = None) -> tuple[bytes, httpx.Headers]:
        """The answer's body and headers. Raises LandsyncError for anything but a whole 200."""
        address = with_query(url, parameters or {})
        self.refuse_elsewhere(address)
        for _ in range(_REDIRECTS + 1):
            answer = self._ask(address)
            if isinstance(answer, str):
                address = urljoin(address, answer)
                self.refuse_elsewhere(address)
                continue
            return answer
        raise down(self.where, f"> {_REDIRECTS} redirects")

    def refuse_elsewhere(self, address: str) -> None:
        """Refuse an address on another host, or less protected, than the one that the profile names."""
        ours, theirs = urlsplit(self.said.url), urlsplit(address)
        allowed = {ours.scheme, "https"}
        same = theirs.hostname == ours.hostname and theirs.scheme in allowed
        if same and (_port(theirs) == _port(ours) or theirs.scheme != ours.scheme):
            return
        raise DeliveryRejected(
            "DLV-SERVICE-ELSEWHERE",
            Bilingual(
                f"Dịch vụ {self.where} dẫn sang máy chủ khác: {theirs.scheme}://{theirs.netloc.rpartition('@')[2]}.",
                f"The service {self.where} leads to another server: {theirs.scheme}://{theirs.netloc.rpartition('@')[2]}.",
            ),
            Bilingual(
                "Nếu đúng là máy chủ của tỉnh, hãy ghi địa chỉ đó vào url của [connection]; nếu không, báo đơn vị quản trị nguồn.",
                "If that is the province's server, write it into url of [connection]; if not, tell who runs the source.",
            ),
        )

    def _ask(self, address: str) -> tuple[bytes, httpx.Headers] | str:
        """The answer, or where it is said to be."""
        ends = time.monotonic() + self.said.timeout_minutes * 60
        try:
            with self._client.stream("GET", address) as response:
                if response.is_redirect:
                    return str(response.headers["location"])
                body = bytearray()
                for chunk in response.iter_bytes(_CHUNK):
                    body += chunk
                    if len(body) > self.limit:
                        raise self._too_large()
                    if time.monotonic() > ends:
                        raise timed_out(self.where, self.said.timeout_minutes)
                if response.status_code != httpx.codes.OK:
                    raise self._refused(response.status_code, bytes(body))
                return bytes(body), response.headers
        except httpx.TimeoutException as failure:
            if isinstance(failure, httpx.ConnectTimeout):
                raise down(self.where, type(failure).__name__) from None
            raise timed_out(self.where, self.said.timeout_minutes) from None
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise down(self.where, cleaned(failure, self.secret)) from None

    def _refused(self, status: int, body: bytes) -> LandsyncError:
        if status in (401, 403):
            return no_login(self.where, self.said.name)
        if status == 404:
            return not_found(self.where, f"HTTP {status}")
        from sync.intake.remotes.xml import exception_of

        if status < 500 and status not in (408, 429):
            code, text = exception_of(body) or ("", _described(body))
            return service_exception(self.where, code or f"HTTP {status}", text)
        return down(self.where, f"HTTP {status}")

    def _too_large(self) -> DeliveryRejected:
        return DeliveryRejected(
            "DLV-SERVICE-TOO-LARGE",
            Bilingual(
                f"Một trang của dịch vụ {self.where} lớn hơn {self.said.page_megabytes} MB.",
                f"A page of the service {self.where} is larger than {self.said.page_megabytes} MB.",
            ),
            Bilingual(
                "Hãy giảm page_size hoặc tăng page_megabytes trong [connection].",
                "Lower page_size or raise page_megabytes in [connection].",
            ),
        )


def not_found(where: str, what: str) -> ComponentMissing:
    """The address, or something at it, is not there."""
    return ComponentMissing(
        "CON-NOT-FOUND",
        Bilingual(f"Dịch vụ {where} không có: {what}.", f"The service {where} does not have: {what}."),
        Bilingual(
            "Hãy kiểm tra url, typename hoặc collection trong [connection] của hồ sơ tỉnh.",
            "Check url, typename or collection in [connection] of the province's profile.",
        ),
    )


def service_exception(where: str, code: str, text: str) -> LandsyncError:
    """What a service says in an exception report: its own trouble may pass, a wrong request will not."""
    said = f"{code}: {text}" if text else code
    vi = f"Dịch vụ {where} trả về báo lỗi: {said}."
    en = f"The service {where} answers with an exception: {said}."
    if code in ("NoApplicableCode", "OperationProcessingFailed", "ServerBusy", ""):
        return TransientError(
            "CON-SERVICE-FAILED",
            Bilingual(vi, en),
            Bilingual(
                "Lỗi nằm ở máy chủ nguồn; lần chạy sau sẽ thử lại. Nếu còn lỗi, báo đơn vị quản trị nguồn.",
                "The trouble is the source's server; the next run tries again. If it stays, tell who runs the source.",
            ),
        )
    return ComponentMissing(
        "CON-SERVICE-EXCEPTION",
        Bilingual(vi, en),
        Bilingual(
            "Hãy sửa [connection] trong hồ sơ tỉnh (typename, key, srid, format) rồi chạy lại.",
            "Correct [connection] in the province's profile (typename, key, srid, format), then run again.",
        ),
    )


def changed_meanwhile(where: str, reason: Bilingual) -> TransientError:
    """The source changed while its pages were read, so that they do not fit together."""
    return TransientError(
        "DLV-SERVICE-CHANGED",
        Bilingual(
            f"Dữ liệu của dịch vụ {where} thay đổi trong lúc đọc: {reason.vi}.",
            f"The data of the service {where} changed while it was read: {reason.en}.",
        ),
        Bilingual(
            "Không có gì được nhận; lần chạy sau sẽ đọc lại từ đầu. Nên đọc lúc nguồn không biên tập và khai cột key.",
            "Nothing was taken; the next run reads it from the beginning. Read while nobody edits, and state the key column.",
        ),
    )


def _described(body: bytes) -> str:
    """What an OGC API says of its refusal; empty where it says nothing that can be read."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    text = said.get("description") or said.get("detail") if isinstance(said, dict) else ""
    return " ".join(str(text or "").split())[:300].rstrip(" .")


def with_query(url: str, parameters: dict[str, str]) -> str:
    """The address with parameters added to its own, which they replace whatever their letter case."""
    parts = urlsplit(url)
    names = {name.lower() for name in parameters}
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in names
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()]), fragment=""))


def _authorization(secret: Secret | None) -> dict[str, str]:
    """The header for `user:password`, `Bearer token`, or a URI with a login, as Airflow keeps them."""
    if secret is None:
        return {}
    value = secret.reveal()
    if value.lower().startswith("bearer "):
        return {"Authorization": value}
    if "://" in value:
        parts = urlsplit(value)
        value = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + b64encode(value.encode()).decode()}


def _port(parts: Any) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
