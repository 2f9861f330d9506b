"""What an agent switches with one click: availability, and how the desk looks."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from core.errors import Invalid
from people.services.agents import set_availability, set_preferences
from workspace.guard import AgentRequest, agent_page

PREFERENCES = {
    "theme": ("", "light", "dark"),
    "density": ("", "comfortable", "compact"),
    "side": ("", "hidden"),
    "shortcuts": ("", "off"),
}


@require_POST
@agent_page
def availability_action(request: AgentRequest) -> JsonResponse:
    agent = set_availability(request.user, availability=request.POST.get("availability", ""))
    return JsonResponse({"availability": agent.availability, "label": agent.get_availability_display()})


@require_POST
@agent_page
def preference_action(request: AgentRequest) -> JsonResponse:
    name, value = request.POST.get("name", ""), request.POST.get("value", "")
    if value not in PREFERENCES.get(name, ()):
        raise Invalid("There is no such choice.", fields={"name": "Unknown."})
    set_preferences(request.user, values={name: value})
    return JsonResponse({name: value})
