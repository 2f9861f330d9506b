"""What a rule was under each version, and the way back to it."""

from __future__ import annotations

from typing import Any

from core.errors import NotFound
from people.models import Agent
from routing.models import Rule, RuleVersion
from sla.models import BusinessHours

# What makes a rule what it is; whether it is switched on and where it stands is not part of a version.
CONTENT = (
    "name",
    "description",
    "event",
    "wait",
    "wait_seconds",
    "conditions",
    "actions",
    "during",
    "most_per_hour",
    "most_per_ticket",
    "stops",
)


def content_of(rule: Rule) -> dict[str, Any]:
    return {**{name: getattr(rule, name) for name in CONTENT}, "hours": rule.hours_id}


def remember(rule: Rule, *, by: Agent | None, note: str = "") -> RuleVersion:
    return RuleVersion.objects.create(
        rule=rule, version=rule.version, content=content_of(rule), saved_by=by, note=note[:200]
    )


def content_at(rule: Rule, version: int) -> dict[str, Any]:
    """The stored content with its hours as a row; hours that are gone are left out."""
    found = RuleVersion.objects.filter(rule=rule, version=version).first()
    if found is None:
        raise NotFound("This version is gone.")
    content: dict[str, Any] = dict(found.content)
    content["hours"] = BusinessHours.objects.filter(pk=content.get("hours") or 0).first()
    return content
