"""Settings: an agent's own macros, and those of teams and of everybody for managers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Invalid, NotFound
from people.models import Agent
from people.policy import may, require
from routing.actions.wording import PLACEHOLDERS
from routing.models import Macro
from routing.selectors.rules import own_macros, shared_macros
from routing.services import macros as service
from routing.services.action_lists import described, reaching_outside
from routing.services.macros import MacroDraft, save_macro
from tickets.capabilities import capabilities_for
from tickets.models import Inbox
from workspace.forms_rules import MacroForm, edited_rows, rows_from, rows_of
from workspace.guard import AgentRequest, agent_page
from workspace.languages import language_choices

SPARE_TEXTS = 1
MOST_TEXTS = 40


@require_safe
@agent_page
def macros_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "reply")
    manages = may(request.user, "manage_desk")
    context = {
        "own": [_told(macro) for macro in own_macros(request.user)],
        "shared": [_told(macro) for macro in shared_macros()] if manages else [],
        "archived": [_told(macro) for macro in shared_macros(archived=True)] if manages else [],
        "manages": manages,
        "here": "macros",
    }
    return render(request, "workspace/settings/macros.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def macro_page(request: AgentRequest, macro_id: int | None = None) -> HttpResponse:
    """The editor; a post with a step ("do") only redraws it."""
    require(request.user, "reply")
    macro = _macro_of(request.user, macro_id) if macro_id else None
    manages = may(request.user, "manage_desk")
    if request.method != "POST":
        form = MacroForm(initial=_values(macro, manages=manages), may_share=manages)
        actions = rows_of(macro.actions if macro else [], sends=False)
        return _editor(request, macro, form, actions, macro.texts if macro else [])
    step, texts = request.POST.get("do", ""), _texts(request)
    if step:
        rows = edited_rows(rows_from(request.POST, sends=False, is_checked=False), step, sends=False)
        return _editor(request, macro, MacroForm(initial=request.POST.dict(), may_share=manages), rows, texts)
    form = MacroForm(request.POST, may_share=manages)
    actions = rows_from(request.POST, sends=False)
    if all([form.is_valid(), *(row.is_valid() for row in actions)]):
        items = [item for item in (row.item() for row in actions) if item]
        try:
            save_macro(
                MacroDraft(**form.draft_values(_owner(macro, request.user)), actions=items, texts=texts),
                macro=macro,
                by=request.user,
            )
        except Invalid as problem:
            form.add_error(None, next(iter(problem.fields.values()), problem.message))
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-macros"))
    return _editor(request, macro, form, actions, texts, status=422)


@require_POST
@agent_page
def macro_action(request: AgentRequest, macro_id: int, verb: str) -> HttpResponse:
    macro = _macro_of(request.user, macro_id)
    verbs = {"archive": service.archive_macro, "restore": service.restore_macro, "delete": service.delete_macro}
    if verb not in verbs:
        raise NotFound("There is no such action.")
    verbs[verb](macro, by=request.user)
    messages.success(request, f"{macro.name}: {verb}d.")
    return HttpResponseRedirect(reverse("workspace:settings-macros"))


def _macro_of(agent: Agent, macro_id: int) -> Macro:
    """The agent's own macro, or anybody's shared one for managers."""
    found = Macro.objects.filter(pk=macro_id).first()
    if found is None or (found.owner_id != agent.pk and (found.owner_id or not may(agent, "manage_desk"))):
        raise NotFound("This macro is gone.")
    return found


def _owner(macro: Macro | None, agent: Agent) -> Agent:
    return macro.owner if macro and macro.owner else agent


def _told(macro: Macro) -> dict[str, Any]:
    return {"macro": macro, "does": described(macro.actions), "reaches": reaching_outside(macro.actions)}


def _values(macro: Macro | None, *, manages: bool) -> dict[str, Any]:
    if macro is None:
        return {"position": 100, "is_active": True, "scope": "all" if manages else "me"}
    scope = "me" if macro.owner_id else str(macro.team_id or "all")
    return {**{name: getattr(macro, name) for name in ("name", "description", "position", "is_active")}, "scope": scope}


def _texts(request: HttpRequest) -> list[dict[str, str]]:
    names = [name for name in request.POST if name.startswith("t") and name.endswith("-text")][:MOST_TEXTS]
    rows = [(name.removesuffix("-text"), request.POST[name]) for name in names]
    return [
        {
            "language": request.POST.get(f"{row}-language", ""),
            "channel": request.POST.get(f"{row}-channel", ""),
            "text": text,
        }
        for row, text in rows
    ]


def _editor(
    request: AgentRequest, macro: Macro | None, form: MacroForm, actions: Any, texts: Any, *, status: int = 200
) -> HttpResponse:
    kinds = Inbox.objects.order_by("kind").values_list("kind", flat=True).distinct()
    kept = [text for text in texts if text["text"].strip()]
    empty = [{"language": "", "channel": "", "text": ""}] * SPARE_TEXTS
    context = {
        "form": form,
        "actions": actions,
        "texts": [*kept, *empty],
        "languages": language_choices(text["language"] for text in kept),
        "placeholders": ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS),
        "channels": [(kind, capabilities_for(kind).label) for kind in kinds],
        "row": macro,
        "reaches": reaching_outside(macro.actions) if macro and macro.owner_id is None else [],
        "sends": False,
        "here": "macros",
    }
    return render(request, "workspace/settings/macro.html", context, status=status)
