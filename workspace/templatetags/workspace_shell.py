"""The rail that stands at the edge of every page of the workspace."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from people.models import Agent, Availability
from people.policy import may

register = template.Library()

THEMES = (("", "As the system", "monitor"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))
DENSITIES = (("comfortable", "Comfortable"), ("", "Normal"), ("compact", "Compact"))


@register.inclusion_tag("workspace/_rail.html", takes_context=True)
def rail(context: dict[str, Any]) -> dict[str, Any]:
    """Needs no query: what an agent may open follows from the role alone."""
    request = context["request"]
    agent: Agent = request.user
    path: str = request.path
    places = [
        _place("Tickets", "inbox", reverse("workspace:home"), path.startswith(("/tickets", "/search"))),
        _place("People", "contact", reverse("workspace:contacts"), path.startswith("/contacts")),
        _place("Calls", "phone", reverse("workspace:callbacks"), path.startswith("/callbacks")),
        _place("Problems", "mail-warning", reverse("workspace:problems"), path.startswith(("/problems", "/held"))),
    ]
    if may(agent, "see_reports") and (address := _reports()):
        places.append(_place("Reports", "chart-column", address, path.startswith("/reports")))
    places.append(_place("Settings", "settings", reverse("workspace:settings-profile"), path.startswith("/settings")))
    return {
        "agent": agent,
        "places": places,
        "availabilities": Availability.choices,
        "themes": THEMES,
        "densities": DENSITIES,
        "on_notifications": path.startswith("/notifications"),
        "csrf_token": context.get("csrf_token"),
    }


def _place(name: str, icon: str, address: str, is_here: bool) -> dict[str, Any]:
    return {"name": name, "icon": icon, "address": address, "is_here": is_here}


def _reports() -> str:
    try:
        return reverse("reports:index")
    except NoReverseMatch:
        return ""
