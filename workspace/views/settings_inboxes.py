"""Settings of the inboxes, for managers and admins: their list, their pages, and the checks that try them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_in.base import ConfigForm, Section
from channels_in.email.oauth import is_by_oauth
from channels_in.registry import adapter_for, kinds
from channels_in.selectors.checks import CheckLine, checklist
from channels_in.selectors.fetching import fetch_line, fetch_lines, is_signed_in
from channels_in.services import checking, connecting
from core.errors import NotFound
from people.models import Agent
from people.policy import may, require
from tickets.models import Inbox
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of
from tickets.services import inboxes
from tickets.services.brands import give_brand
from workspace.forms import InboxForm
from workspace.guard import AgentRequest, agent_page, wants_fragment


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A card of the page: a heading and the fields under it."""

    title: str
    help: str
    fields: list[BoundField]


@require_safe
@agent_page
def inboxes_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    visible = list(inboxes_visible_to(request.user).select_related("default_team"))
    fetched = fetch_lines(visible)
    rows = [{"row": inbox, "channel": channel_of(inbox.kind), "fetch": fetched.get(inbox.pk)} for inbox in visible]
    offered = [{"kind": kind, "channel": channel_of(kind)} for kind in kinds()]
    return render(request, "workspace/settings/inboxes.html", {"rows": rows, "kinds": offered, "here": "inboxes"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def new_inbox_page(request: AgentRequest, kind: str) -> HttpResponse:
    require(request.user, "manage_secrets")
    if kind not in kinds():
        raise NotFound("There is no such channel.")
    common = InboxForm(request.POST or None, prefix="inbox", initial={"is_active": True})
    own = adapter_for(kind).Config(request.POST or None, prefix="channel")
    if request.method == "POST" and common.is_valid() and own.is_valid():
        inbox = inboxes.open_inbox(
            kind=kind, name=common.cleaned_data["name"], config=own.config(), secrets=own.secrets()
        )
        _describe(inbox, common, request.user)
        if own.secrets():
            connecting.ask_to_connect(inbox)
        messages.success(request, "The inbox is there. Copy what the other side needs from below.")
        return HttpResponseRedirect(reverse("workspace:settings-inbox", args=[inbox.pk]))
    return _inbox_form(request, kind, None, common, own)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def inbox_page(request: AgentRequest, inbox_id: int) -> HttpResponse:
    inbox = _inbox(request, inbox_id)
    values = {
        name: getattr(inbox, name) for name in ("name", "address", "default_team", "brand", "weight", "is_active")
    }
    common = InboxForm(request.POST or None, prefix="inbox", initial=values)
    own = adapter_for(inbox.kind).Config(request.POST or None, prefix="channel", initial=_shown(inbox))
    if not may(request.user, "manage_secrets"):
        own.keep_to_admins()
    if request.method == "POST" and common.is_valid() and own.is_valid():
        inboxes.configure(inbox, config=own.config(), secrets=own.secrets())
        _describe(inbox, common, request.user)
        if own.secrets():
            connecting.ask_to_connect(inbox)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(request.path)
    return _inbox_form(request, inbox.kind, inbox, common, own)


@require_safe
@agent_page
def checks_page(request: AgentRequest, inbox_id: int) -> HttpResponse:
    """The checklist as a piece of the page, asked for again while something runs."""
    inbox = _inbox(request, inbox_id)
    return render(request, "workspace/settings/_checks.html", {"row": inbox, **_checks(inbox)})


@require_POST
@agent_page
def check_action(request: AgentRequest, inbox_id: int) -> HttpResponse:
    """Try out one thing, or all of them."""
    inbox = _inbox(request, inbox_id)
    checking.ask_for_checks(inbox, name=request.POST.get("name", ""))
    if wants_fragment(request):
        return render(request, "workspace/settings/_checks.html", {"row": inbox, **_checks(inbox)})
    return HttpResponseRedirect(reverse("workspace:settings-inbox", args=[inbox.pk]))


def _inbox(request: AgentRequest, inbox_id: int) -> Inbox:
    require(request.user, "manage_desk")
    inbox = inboxes_visible_to(request.user).filter(pk=inbox_id).first()
    if inbox is None:
        raise NotFound("There is no such inbox.")
    return inbox


def _describe(inbox: Inbox, common: InboxForm, agent: Agent) -> None:
    """What every inbox has; the form of a desk without brands has no brand."""
    values = dict(common.cleaned_data)
    if "brand" in values:
        give_brand(inbox, values.pop("brand"), by=agent)
    inboxes.describe(inbox, **values)


def _inbox_form(
    request: AgentRequest, kind: str, inbox: Inbox | None, common: InboxForm, own: ConfigForm
) -> HttpResponse:
    context = {
        "row": inbox,
        "channel": channel_of(kind),
        "common": common,
        "own": own,
        "sections": _sections(own, channel_of(kind).label),
        "kept_secrets": _kept(inbox, own),
        "steps": adapter_for(kind).setup_steps(inbox, settings.SITE_URL) if inbox else [],
        "here": "inboxes",
        **(_mailbox(request, inbox) if inbox else {}),
        **(_checks(inbox) if inbox else {"checks": []}),
    }
    status = 422 if common.errors or own.errors else 200
    return render(request, "workspace/settings/inbox.html", context, status=status)


def _kept(inbox: Inbox | None, own: ConfigForm) -> list[str]:
    """The stored secrets by the names that people know them by."""
    names = sorted(inbox.secrets) if inbox else []
    return [str(own.fields[name].label or name) if name in own.fields else name.replace("_", " ") for name in names]


def _sections(own: ConfigForm, label: str) -> list[ShownSection]:
    """The form's fields under their headings; a section whose fields are all kept to admins is left out."""
    named = {name for section in own.sections for name in section.fields}
    rest = tuple(name for name in own.fields if name not in named)
    sections = [*([Section(label, "", rest)] if rest else []), *own.sections]
    shown = [
        ShownSection(section.title, section.help, [own[name] for name in section.fields if name in own.fields])
        for section in sections
    ]
    return [section for section in shown if section.fields]


def _mailbox(request: AgentRequest, inbox: Inbox) -> dict[str, Any]:
    """How the fetching fares, and the way to the sign-in for those who may sign in."""
    return {
        "fetch": fetch_line(inbox),
        "signs_in": is_by_oauth(inbox) and may(request.user, "manage_secrets"),
        "is_signed_in": is_signed_in(inbox),
    }


def _checks(inbox: Inbox) -> dict[str, Any]:
    lines: list[CheckLine] = checklist(inbox)
    return {"checks": lines, "is_checking": any(line.is_running for line in lines)}


def _shown(inbox: Inbox) -> dict[str, Any]:
    """Stored settings as a form shows them: lists one a line."""
    return {name: "\n".join(value) if isinstance(value, list) else value for name, value in inbox.config.items()}
