"""Signing an inbox in to its mail server: the apps there are, the way to the provider, and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_in.base import ChannelError
from channels_in.email.oauth import flow
from channels_in.email.oauth.provider_form import ProviderForm
from channels_in.email.services import grants
from channels_in.models import MailGrant, OAuthProvider, SignInFlow
from core.errors import Invalid, NotFound
from people.policy import require
from tickets.models import Inbox
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of
from workspace.guard import AgentRequest, agent_page

_REMEMBERED = "mail_sign_in"


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def sign_in_page(request: AgentRequest, inbox_id: int) -> HttpResponse:
    """The apps that may sign in; posting registers one more."""
    inbox = _inbox(request, inbox_id)
    form = ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        grants.save_provider(**form.values())
        messages.success(request, "The app is registered. Now sign in with it.")
        return HttpResponseRedirect(request.path)
    context = {
        "row": inbox,
        "channel": channel_of(inbox.kind),
        "form": form,
        "providers": OAuthProvider.objects.all(),
        "grant": MailGrant.objects.select_related("provider").filter(inbox=inbox).first(),
        "redirect_uri": _return_address(),
        "here": "inboxes",
    }
    return render(request, "workspace/settings/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def sign_in_action(request: AgentRequest, inbox_id: int, provider_id: int) -> HttpResponse:
    """Send the person to the provider; an app that signs in by itself needs nobody to go there."""
    inbox, provider = _inbox(request, inbox_id), _provider(provider_id)
    if provider.flow == SignInFlow.CLIENT:
        return _told(request, inbox, lambda: flow.grant_to_app(inbox, provider))
    errand, address = flow.begin(inbox, provider, redirect_uri=_return_address(), at=int(time.time()))
    target = urlsplit(address)
    if target.scheme not in ("https", "http"):
        raise Invalid("The provider's sign-in address is no web address.")
    request.session[_REMEMBERED] = errand.stored()
    # By a link: our policy lets no form lead to other sites.
    context = {"row": inbox, "provider": provider, "address": address, "host": target.hostname, "here": "inboxes"}
    return render(request, "workspace/settings/sign_in_leave.html", context)


@require_safe
@agent_page
def sign_in_return_page(request: AgentRequest) -> HttpResponse:
    """Where the provider sends the person back to; believed only with the state that their session remembers."""
    require(request.user, "manage_secrets")
    errand = flow.remembered(
        request.session.pop(_REMEMBERED, None), state=request.GET.get("state", ""), at=int(time.time())
    )
    inbox, provider = _inbox(request, errand.inbox_id), _provider(errand.provider_id)
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, f"{provider.name} did not let the desk in.")
        return _back(inbox)
    return _told(
        request, inbox, lambda: flow.finish(inbox, provider, errand, code=code, redirect_uri=_return_address())
    )


def _told(request: AgentRequest, inbox: Inbox, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except ChannelError as error:
        messages.error(request, error.reason)
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Signed in. Mail of this inbox goes by it from now on.")
    return _back(inbox)


def _back(inbox: Inbox) -> HttpResponse:
    return HttpResponseRedirect(reverse("workspace:settings-inbox-sign-in", args=[inbox.pk]))


def _inbox(request: AgentRequest, inbox_id: int) -> Inbox:
    require(request.user, "manage_secrets")
    inbox = inboxes_visible_to(request.user).filter(pk=inbox_id).first()
    if inbox is None:
        raise NotFound("There is no such inbox.")
    return inbox


def _provider(provider_id: int) -> OAuthProvider:
    provider = OAuthProvider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise NotFound("This app is gone.")
    return provider


def _return_address() -> str:
    return f"{settings.SITE_URL}{reverse('workspace:settings-sign-in-return')}"
