"""The demo's shop: another site, under another origin, that carries our widget."""

from __future__ import annotations

from csp.constants import HEADER
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from channels_in.webchat.payload import KIND
from portal.origins import host_of, own_origin, shop_origin
from tickets.models import Inbox

DESK_HOST = "127.0.0.1"


@require_safe
def shop_page(request: HttpRequest) -> HttpResponse:
    """Moves itself to the other origin first, so that the widget works under true conditions."""
    if not settings.DEMO:
        raise Http404
    name, port = host_of(request)
    if name == DESK_HOST:
        return HttpResponseRedirect(f"{shop_origin(request)}{request.get_full_path()}")
    inbox = Inbox.objects.filter(kind=KIND, is_active=True).order_by("id").first()
    desk = f"{request.scheme}://{DESK_HOST}{f':{port}' if port else ''}" if name == "localhost" else own_origin(request)
    response = render(request, "portal/shop.html", {"inbox": inbox, "desk": desk})
    response[HEADER] = (
        f"default-src 'none'; script-src {desk} 'self'; style-src 'self'; img-src 'self' data:; "
        f"frame-src {desk}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response
