"""The one way out to strangers' web servers: guarded against reaching our own network, bounded in time and size.

The host is resolved once, every address of it must be public (or allowed in OUTGOING_HTTP_ALLOWED), and the connection
goes to exactly that address, so that a second look-up cannot lead elsewhere. Redirects are not followed, proxies of the
environment are not used, and nothing of an answer but its status and body reaches the caller.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import httpcore
import httpx

from core.addresses import Forbidden, checked_addresses
from core.crashpoints import crashpoint

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
TOTAL_SECONDS = 30.0
MAX_ANSWER_BYTES = 5 * 1024 * 1024

SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class HttpError(Exception):
    """No usable answer. The text is for people and names no secret."""


class NotReached(HttpError):
    """The request did not arrive: trying again is safe."""


class NotAllowedThere(HttpError):
    """The address is not one that we may talk to; trying again changes nothing."""


class NoAnswer(HttpError):
    """The request may have arrived, but no whole answer came back."""


class AnswerTooLarge(HttpError):
    """The answer is larger than the caller takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Raises ValueError when the body is no JSON."""
        return httpx.Response(self.status, content=self.body).json()


def get(url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
    return send(_request("GET", url, headers=dict(headers or {})), max_bytes=max_bytes)


def post_json(url: str, payload: Any, *, headers: Mapping[str, str] | None = None) -> Answer:
    return send(_request("POST", url, json=payload, headers=dict(headers or {})))


def post_body(
    url: str, body: bytes, *, headers: Mapping[str, str] | None = None, max_bytes: int = MAX_ANSWER_BYTES
) -> Answer:
    """These very bytes: what was signed is what is sent."""
    return send(_request("POST", url, content=body, headers=dict(headers or {})), max_bytes=max_bytes)


def post_form(
    url: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]], *, seconds: float = TOTAL_SECONDS
) -> Answer:
    """A multipart form; each file is (name, content, content type)."""
    return send(_request("POST", url, data=dict(fields), files=dict(files)), seconds=seconds)


def _request(method: str, url: str, **rest: Any) -> httpx.Request:
    """Some names pass every form and are none: xn--a, letters that look like others."""
    try:
        return httpx.Request(method, url, **rest)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NotAllowedThere("This is no address that can be called.") from error


def send(request: httpx.Request, *, max_bytes: int = MAX_ANSWER_BYTES, seconds: float = TOTAL_SECONDS) -> Answer:
    """The answer of any status. Raises NotReached, NotAllowedThere, NoAnswer or AnswerTooLarge."""
    if request.url.scheme not in ("http", "https"):
        raise NotAllowedThere("Only http and https addresses can be called.")
    # An answer that is never unpacked cannot unpack to gigabytes.
    request.headers["Accept-Encoding"] = "identity"
    request.headers.setdefault("User-Agent", "Helpdesk")
    backend = _GuardedBackend(deadline=time.monotonic() + seconds)
    crashpoint("http.before_request")
    with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool:
        try:
            answer = _exchange(pool, request, max_bytes)
        except Forbidden as error:
            raise NotAllowedThere(str(error)) from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise NotReached("The server could not be reached.") from error
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise NoAnswer("The server did not answer in time.") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise NoAnswer("The server broke off or gave no proper answer.") from error
    crashpoint("http.after_answer")
    return answer


def _exchange(pool: httpcore.ConnectionPool, request: httpx.Request, max_bytes: int) -> Answer:
    timeouts = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": CONNECT_SECONDS}
    url = httpcore.URL(
        scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
    )
    with pool.stream(
        request.method, url, headers=request.headers.raw, content=request.read(), extensions={"timeout": timeouts}
    ) as response:
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > max_bytes:
                raise AnswerTooLarge(f"The answer is larger than {max_bytes:,} bytes.")
        return Answer(status=response.status, headers=httpx.Headers(cast(Any, response.headers)), body=bytes(body))


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and hands out streams that know when the whole exchange must be over."""

    def __init__(self, *, deadline: float) -> None:
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception | None = None
        for address in checked_addresses(host, port):
            try:
                stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _TimedStream(stream, self._deadline)
        raise httpcore.ConnectError("no address answered") from problem


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends with the deadline of the whole exchange: a server cannot hold us by dripping."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout, httpcore.ConnectTimeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None, over: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise over("the exchange took too long")
        return left if timeout is None else min(left, timeout)
