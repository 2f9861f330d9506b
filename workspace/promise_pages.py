"""What the page of a policy shows beside its form: its versions in words, and what it would promise at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, localtime, make_aware

from core.clock import now
from sla.models import EscalationAction, Metric, Policy, PolicyVersion
from sla.selectors.promises import calendar_of
from tickets.conditions import in_words
from tickets.models import Priority
from workspace.spans import span_text, warnings_text

SHOWN_VERSIONS = 20
_NAMES = {
    "name": "Name",
    "position": "Position",
    "is_active": "Switched on",
    "hours": "Business hours",
    "prefers_ticket_hours": "Hours of the ticket's team or inbox",
    "conditions": "Conditions",
    "pauses_on": "Stands still while",
    "paused_metrics": "What stands still",
    "warnings": "Warnings",
    "escalation": "Escalation",
}


@dataclass(frozen=True, slots=True)
class Version:
    row: PolicyVersion
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """`at` is how the field shows it; `due` are (metric, target, deadline)."""

    at: str
    priority: str
    priorities: list[tuple[str, str]]
    due: list[tuple[str, str, datetime]]


def versions_of(policy: Policy) -> list[Version]:
    """Newest first, each with what it changed."""
    rows = list(policy.versions.select_related("saved_by").order_by("-number")[: SHOWN_VERSIONS + 1])
    before = [*(row.terms for row in rows[1:]), None]
    return [Version(row, list(_changes(earlier, row.terms))) for row, earlier in zip(rows, before, strict=True)][
        :SHOWN_VERSIONS
    ]


def previewed(policy: Policy, query: Mapping[str, str]) -> Preview:
    """The deadlines of a ticket that is opened at a moment: what if it comes on Friday at 17:50, with high priority?"""
    given = parse_datetime(query.get("at", "")) if len(query.get("at", "")) < 40 else None
    at = make_aware(given, get_current_timezone()) if given and is_naive(given) else given or now()
    priority = query.get("priority", "")
    priority = priority if priority in Priority.values else Priority.NORMAL.value
    calendar = calendar_of(policy.hours)
    targets = {target.metric: target for target in policy.targets.all() if target.priority == priority}
    due = [
        (
            str(Metric(metric).label),
            span_text(targets[metric].seconds),
            localtime(calendar.add(at, targets[metric].seconds)),
        )
        for metric in Metric.values
        if metric in targets
    ]
    return Preview(f"{localtime(at):%Y-%m-%dT%H:%M}", priority, list(Priority.choices), due)


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    if before is None:
        yield "The first version kept"
        return
    for name, label in _NAMES.items():
        if before.get(name) != after.get(name):
            yield f"{label}: {_said(name, before.get(name))} → {_said(name, after.get(name))}"
    old, new = before.get("targets", {}), after.get("targets", {})
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            metric, _, priority = key.partition(" ")
            was, now_is = (span_text(found[key]) if key in found else "none" for found in (old, new))
            yield f"{dict(Metric.choices).get(metric, metric)} at {priority}: {was} → {now_is}"


def _said(name: str, value: Any) -> str:
    if name == "conditions":
        return in_words(value or {}) or "all tickets"
    if name == "warnings":
        return warnings_text(value or []) or "none"
    if name == "escalation":
        labels = dict(EscalationAction.choices)
        steps = (f"{step['after_minutes']}m {labels.get(step['action'], step['action'])}" for step in value or [])
        return ", ".join(steps) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part).replace("_", " ") for part in value) or "nothing"
    return "none" if value is None else str(value)
