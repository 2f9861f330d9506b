"""Whether the terms of a policy can be kept: each wrong one is refused at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import Invalid
from sla.models import EscalationAction, Metric, Pause
from tickets.conditions import checked
from tickets.models import Priority

if TYPE_CHECKING:
    from sla.services.policies import PolicyDraft

MAX_WARNINGS = 5
MAX_STEPS = 8
MAX_MINUTES = 60 * 24 * 60
LONGEST = 10 * 366 * 86_400


def check_draft(draft: PolicyDraft) -> PolicyDraft:
    """The draft with its conditions in plain data and its lists in order, or Invalid."""
    if not draft.name.strip():
        raise Invalid("Give the policy a name.", fields={"name": "Give the policy a name."})
    if not draft.targets:
        raise Invalid("Promise something: set at least one target.", fields={"targets": "Set at least one."})
    for (metric, priority), seconds in draft.targets.items():
        if metric not in Metric.values or priority not in Priority.values or not 1 <= seconds <= LONGEST:
            raise Invalid("A target is wrong.", fields={"targets": f"{metric}, {priority}: {seconds}"})
    _check_choices("pauses_on", draft.pauses_on, Pause.values)
    _check_choices("paused_metrics", draft.paused_metrics, Metric.values)
    if len(draft.warnings) > MAX_WARNINGS:
        raise Invalid("Too many warnings.", fields={"warnings": f"At most {MAX_WARNINGS}."})
    for warning in draft.warnings:
        _check_warning(warning)
    if len(draft.escalation) > MAX_STEPS:
        raise Invalid("Too many steps.", fields={"escalation": f"At most {MAX_STEPS}."})
    for step in draft.escalation:
        _check_step(step)
    steps = sorted(draft.escalation, key=lambda step: int(step["after_minutes"]))
    return replace(draft, conditions=checked(dict(draft.conditions), listing=True), escalation=steps)


def _check_warning(warning: Mapping[str, int]) -> None:
    percent, minutes = warning.get("percent"), warning.get("minutes_left")
    if percent is not None and minutes is None and 1 <= percent <= 100:
        return
    if minutes is not None and percent is None and 1 <= minutes <= MAX_MINUTES:
        return
    raise Invalid("A warning is wrong.", fields={"warnings": "Between 1 and 100 percent, or minutes before."})


def _check_step(step: Mapping[str, Any]) -> None:
    minutes = step.get("after_minutes")
    if set(step) != {"after_minutes", "action"} or step["action"] not in EscalationAction.values:
        raise Invalid("A step is wrong.", fields={"escalation": "Choose what is done."})
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= MAX_MINUTES:
        raise Invalid("A step is wrong.", fields={"escalation": "Give whole minutes after the deadline."})


def _check_choices(name: str, given: object, known: list[str]) -> None:
    if not isinstance(given, list | tuple) or not set(given) <= set(known):
        raise Invalid("Choose among what is offered.", fields={name: f"Choose among: {', '.join(known)}."})
