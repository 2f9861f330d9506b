"""Settings of the agent: profile and own canned responses."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import NotFound
from people.policy import may
from people.services.agents import set_preferences
from people.services.profile import update_profile
from tickets.selectors.wording import canned_responses
from tickets.services.wording import delete_canned, save_canned
from workspace.forms import CannedForm, ProfileForm
from workspace.guard import AgentRequest, agent_page


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def profile_page(request: AgentRequest) -> HttpResponse:
    agent = request.user
    initial = {
        "name": agent.name,
        "time_zone": agent.time_zone,
        "signature": agent.signature,
        "undo_seconds": agent.undo_seconds,
        "mails_when_away": agent.mails_when_away,
        "shortcuts": agent.preferences.get("shortcuts") != "off",
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        shortcuts = "" if values.pop("shortcuts") else "off"
        update_profile(agent, **values)
        set_preferences(agent, values={"shortcuts": shortcuts})
        messages.success(request, "Saved.")
        return HttpResponseRedirect(request.path)
    context = {"form": form, "agent": agent, "here": "profile"}
    return render(request, "workspace/settings/profile.html", context, status=422 if form.errors else 200)


@require_safe
@agent_page
def canned_list_page(request: AgentRequest) -> HttpResponse:
    rows = canned_responses(request.user).select_related("owner")
    return render(request, "workspace/settings/canned_list.html", {"rows": rows, "here": "canned"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def canned_edit_page(request: AgentRequest, canned_id: int | None = None) -> HttpResponse:
    row = canned_responses(request.user).filter(pk=canned_id).first() if canned_id else None
    if canned_id and row is None:
        raise NotFound("This canned response is gone.")
    initial = (
        {"title": row.title, "shortcut": row.shortcut, "text": row.text, "for_all": not row.owner_id} if row else {}
    )
    form = CannedForm(request.POST or None, initial=initial)
    may_share = may(request.user, "manage_desk")
    if not may_share:
        del form.fields["for_all"]
    if request.method == "POST" and form.is_valid():
        save_canned(row, **{"for_all": False, **form.cleaned_data}, agent=request.user)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("workspace:settings-canned"))
    is_locked = row is not None and row.owner_id is None and not may_share
    context = {"form": form, "row": row, "here": "canned", "is_locked": is_locked}
    return render(request, "workspace/settings/canned.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def canned_delete_action(request: AgentRequest, canned_id: int) -> HttpResponse:
    row = canned_responses(request.user).filter(pk=canned_id).first()
    if row is None:
        raise NotFound("This canned response is gone.")
    delete_canned(row, agent=request.user)
    messages.success(request, "Deleted.")
    return HttpResponseRedirect(reverse("workspace:settings-canned"))
