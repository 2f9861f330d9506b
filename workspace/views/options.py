"""What the pickers and the palette choose from, and the canned responses with their blanks filled in."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from core.errors import NotFound
from people.selectors.agents import active_agents, active_teams
from routing.selectors.macros import macros_for, text_for
from routing.services.action_lists import described, wait_for_send
from tickets.models import Priority, Status
from tickets.selectors.access import ticket_for
from tickets.selectors.lists import BUILT_IN_VIEWS
from tickets.selectors.reach import reach
from tickets.selectors.rows import PRIORITY_ICONS, STATUS_ICONS
from tickets.selectors.views import saved_views
from tickets.selectors.wording import canned_responses, known_tags
from workspace.canned import filled
from workspace.guard import AgentRequest, agent_page
from workspace.views_of import VIEW_ICONS


@require_GET
@agent_page
def options_page(request: AgentRequest) -> JsonResponse:
    agents = active_agents().exclude(role="light").values("pk", "name", "availability")
    return JsonResponse(
        {
            "agents": [{"id": str(row["pk"]), "label": row["name"], "hint": row["availability"]} for row in agents],
            "teams": [{"id": str(pk), "label": name} for pk, name in active_teams().values_list("pk", "name")],
            "tags": [{"id": name, "label": name} for name in known_tags(request.user)],
            "statuses": [{"id": value, "label": label, "icon": STATUS_ICONS[value]} for value, label in Status.choices],
            "priorities": [
                {"id": value, "label": label, "icon": PRIORITY_ICONS[value]}
                for value, label in reversed(Priority.choices)
            ],
            "macros": [
                {
                    "id": str(macro.pk),
                    "label": macro.name,
                    "hint": macro.description[:80],
                    "writes": bool(macro.texts) or wait_for_send(macro.actions),
                }
                for macro in macros_for(request.user)
            ],
            "views": [
                *({"id": v.slug, "label": v.name, "icon": VIEW_ICONS[v.slug]} for v in BUILT_IN_VIEWS.values()),
                *({"id": f"saved:{v.pk}", "label": v.name, "icon": "filter"} for v in saved_views(request.user)),
            ],
        }
    )


@require_GET
@agent_page
def canned_page(request: AgentRequest, number: int) -> JsonResponse:
    """Everybody's and the agent's own responses, filled in for this ticket."""
    ticket = ticket_for(request.user, number)
    return JsonResponse(
        {
            "canned": [
                {
                    "id": row.pk,
                    "label": row.title,
                    "shortcut": row.shortcut,
                    "text": filled(row.text, ticket=ticket, agent=request.user),
                }
                for row in canned_responses(request.user)
            ]
        }
    )


@require_GET
@agent_page
def macro_page(request: AgentRequest, number: int, macro_id: int) -> JsonResponse:
    """What a macro would put into the draft of this ticket; nothing is done."""
    ticket = ticket_for(request.user, number)
    macro = macros_for(request.user).filter(pk=macro_id).first()
    if macro is None:
        raise NotFound("This macro is gone.")
    text = text_for(macro, ticket, channel=reach(ticket).channel)
    return JsonResponse({"text": text, "actions": described(macro.actions)})
