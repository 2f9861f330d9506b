"""The way of anymail's requests to the world: through the desk's own guarded client."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from core import http

SECONDS = 45.0


class GuardedAdapter(BaseAdapter):
    """Reaches only public addresses and those that the operator allows, within a time for the whole exchange."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        sent = httpx.Request(
            str(request.method), str(request.url), headers=_text_headers(request), content=_content(request.body)
        )
        try:
            answer = http.send(sent, seconds=SECONDS)
        except http.NotReached as error:
            raise requests.ConnectTimeout(str(error), request=request) from error
        except http.NotAllowedThere as error:
            raise requests.exceptions.InvalidURL(str(error), request=request) from error
        except http.HttpError as error:
            raise requests.ReadTimeout(str(error), request=request) from error
        return _response(answer, request)

    def close(self) -> None:
        """Every request has a connection of its own."""


def _text_headers(request: requests.PreparedRequest) -> dict[str, str]:
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in request.headers.items()
    }


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _response(answer: http.Answer, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(dict(answer.headers))
    response.url = str(request.url)
    response.request = request
    response.raw = BytesIO(answer.body)
    response.encoding = "utf-8"
    return response
