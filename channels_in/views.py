"""The one door of all webhooks: the genuine are stored and heard with 200, all others leave nothing behind."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels_in.base import Adapter, ChannelError, Verdict
from channels_in.figures import HOOKS_ACCEPTED, HOOKS_REFUSED
from channels_in.registry import adapter_for
from channels_in.selectors.hooks import inbox_of_hook
from channels_in.services.accept import accept
from core.limits import Limit, is_within
from core.peer import client_address
from tickets.models import Inbox

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 10
_STATUS = {Verdict.UNSIGNED: 401, Verdict.STALE: 401, Verdict.FORGED: 403}
_REFUSED = Limit(name="hook-refused", times=60, seconds=60)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hook_page(request: HttpRequest, token: str) -> HttpResponse:
    """Never 5xx for what the caller did wrong; 503 only while we cannot store, so that the provider tries again."""
    try:
        return _answer(request, token)
    except (OperationalError, InterfaceError):
        logger.warning("A webhook was sent back to its provider: the database is away")
        return _plain("Try again later.", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    except ChannelError as error:
        logger.warning("A webhook was sent back to its provider: %s", error.reason)
        return _plain("Try again later.", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    inbox = inbox_of_hook(token)
    if inbox is None:
        return _refused(request, "unknown", "no_such_inbox", 404)
    adapter = adapter_for(inbox.kind)
    if not adapter.takes_webhooks(inbox):
        return _refused(request, inbox.kind, "no_webhook", 404)
    most = adapter.most_webhook_bytes(inbox)
    # Read by ourselves: Django's own limit is for forms of people.
    body = b"" if _stated_length(request) > most else request.read(most + 1)
    if len(body) > most or _stated_length(request) > most:
        return _too_large(inbox.kind, most)
    if answer := adapter.handshake(inbox, request.GET, body):
        return HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)
    if request.method == "HEAD":
        return _plain("ok", 200)  # some look whether anybody is here before they call
    if request.method != "POST":
        return _plain("POST here.", 405, {"Allow": "POST"})
    headers = {name.lower(): value for name, value in request.headers.items()}
    verdict = adapter.verify(inbox, headers, body)
    if verdict is not Verdict.GENUINE:
        return _refused(request, inbox.kind, verdict.value, _STATUS[verdict])
    return _store(adapter, inbox, headers, body)


def _store(adapter: Adapter, inbox: Inbox, headers: dict[str, str], body: bytes) -> HttpResponse:
    accepted = accept(
        inbox,
        adapter.delivery_key(inbox, headers, body),
        body,
        adapter.stored_headers(inbox, headers),
        lane=adapter.lane(inbox, headers, body),
        bundle=adapter.bundle(inbox, headers, body),
    )
    HOOKS_ACCEPTED.labels(inbox.kind, "yes" if accepted.is_duplicate else "no").inc()
    return _plain("ok", 200)


def _refused(request: HttpRequest, channel: str, reason: str, status: int) -> HttpResponse:
    HOOKS_REFUSED.labels(channel, reason).inc()
    peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    if not is_within(_REFUSED, client_address(peer, forwarded, settings.TRUSTED_PROXIES)):
        return _plain("Too many refused calls.", 429, {"Retry-After": str(_REFUSED.seconds)})
    return _plain("Refused.", status)


def _too_large(channel: str, most: int) -> HttpResponse:
    HOOKS_REFUSED.labels(channel, "too_large").inc()
    return _plain(f"At most {most:,} bytes.", 413)


def _stated_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(text + "\n", content_type="text/plain", status=status, headers=headers)
