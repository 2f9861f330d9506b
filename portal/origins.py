"""Which sites may show the chat: what the inbox allows, and in the demo the shop beside the desk."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from channels_in.webchat.origins import is_origin
from tickets.models import Inbox

SHOP_HOST = "localhost"


def host_of(request: HttpRequest) -> tuple[str, str]:
    """The name and the port ("" when it is the usual one) that the browser asked for."""
    name, _, port = request.get_host().rpartition(":")
    return (name, port) if name and port.isdigit() else (request.get_host(), "")


def own_origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def shop_origin(request: HttpRequest) -> str:
    """Where the demo's shop lives: the same port under another name is another origin."""
    _, port = host_of(request)
    return f"{request.scheme}://{SHOP_HOST}{f':{port}' if port else ''}"


def embedding_origins(inbox: Inbox, request: HttpRequest) -> list[str]:
    """The origins that may frame this widget's chat; none unless an admin named some."""
    named = [origin for origin in inbox.config.get("allowed_origins") or [] if is_origin(str(origin))]
    if settings.DEMO:
        named += [shop_origin(request), own_origin(request)]
    return list(dict.fromkeys(named))
