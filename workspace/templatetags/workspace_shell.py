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
    is_problems = path.startswith(("/problems", "/held"))
    places = [
        _place("Tickets", "inbox", reverse("workspace:home"), path.startswith(("/tickets", "/search"))),
        _place("People", "contact", reverse("workspace:contacts"), path.startswith("/contacts")),
        _place("Calls", "phone", reverse("workspace:callbacks"), path.startswith("/callbacks")),
        _place("Problems", "mail-warning", reverse("workspace:problems"), is_problems, True),
    ]
    if may(agent, "see_reports") and (address := _reports()):
        places.append(_place("Reports", "chart-column", address, path.startswith("/reports")))
    settings = reverse("workspace:settings-profile")
    places.append(_place("Settings", "settings", settings, path.startswith("/settings"), True))
    return {
        "agent": agent,
        "places": places,
        "availabilities": Availability.choices,
        "themes": THEMES,
        "densities": DENSITIES,
        "on_notifications": path.startswith("/notifications"),
        "csrf_token": context.get("csrf_token"),
    }


def _place(name: str, icon: str, address: str, is_here: bool, is_minor: bool = False) -> dict[str, Any]:
    """Phones have room for six labels: minor places stand in the menu under "You" there."""
    return {"name": name, "icon": icon, "address": address, "is_here": is_here, "is_minor": is_minor}


def _reports() -> str:
    try:
        return reverse("reports:index")
    except NoReverseMatch:
        return ""
