"""Lets only our own pages open the agents' socket: a browser sends its cookies along from any site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class SameOriginOnly:
    """Refuses (403) a handshake whose Origin is not the host that it asks for, or which names none."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        application = self.application if is_same_origin(scope["headers"]) else WebsocketDenier()
        return await application(scope, receive, send)


def is_same_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    """The exact host and port, or a trusted origin of the settings; stricter than allowed hosts with any port."""
    given = {name: value.decode("latin-1") for name, value in headers if name in (b"origin", b"host")}
    origin, host = given.get(b"origin", ""), given.get(b"host", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return bool(host) and urlsplit(origin).netloc == host and is_our_host(host)


def is_our_host(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
