"""Settings: the API tokens of an agent's programs; made once, shown once, revoked at once."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import now
from people.selectors.tokens import token_by_id, tokens_visible_to
from people.services.api_tokens import create_api_token, revoke
from workspace.forms_people import TokenForm
from workspace.guard import AgentRequest, agent_page

_PAGE = "workspace/settings/tokens.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@agent_page
def tokens_page(request: AgentRequest) -> HttpResponse:
    """The answer to the form shows the token; a reload, or the list later, cannot."""
    form, plain = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        _, plain = create_api_token(
            request.user,
            scopes=form.cleaned_data["scopes"],
            name=form.cleaned_data["name"],
            expires_at=now() + timedelta(days=days) if days else None,
        )
        form = TokenForm()
    context = {"form": form, "plain": plain, "rows": tokens_visible_to(request.user), "at": now(), "here": "tokens"}
    return render(request, _PAGE, context, status=422 if form.errors else 200)


@require_POST
@agent_page
def revoke_action(request: AgentRequest, token_id: int) -> HttpResponse:
    revoke(token_by_id(request.user, token_id))
    messages.success(request, "Revoked. Whatever used it is refused from now on.")
    return HttpResponseRedirect(reverse("workspace:settings-tokens"))
