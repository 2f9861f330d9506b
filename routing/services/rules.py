"""Rules: saved only when every part of them is understood, each time under a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import RulesChanged
from people.models import Agent
from people.policy import require
from routing.models import During, Rule
from routing.selectors import listening
from routing.services import action_lists, arming, rule_versions
from routing.triggers import TRIGGERS
from routing.waits import WAITS
from sla.models import BusinessHours
from tickets.conditions import checked

LONGEST_WAIT = 366 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as a form or a file holds it: it reacts to an `event`, or to a `wait` that lasts so many seconds."""

    name: str
    actions: Sequence[Mapping[str, Any]]
    event: str = ""
    wait: str = ""
    wait_seconds: int = 0
    conditions: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    hours: BusinessHours | None = None
    during: str = During.ALWAYS
    most_per_hour: int = 0
    most_per_ticket: int = 0
    position: int | None = None
    is_active: bool = True
    stops: bool = False


def save_rule(draft: RuleDraft, *, rule: Rule | None = None, by: Agent | None = None, note: str = "") -> Rule:
    """Create or change a rule under a new version. `by` is the person, when one does it."""
    if by:
        require(by, "manage_desk")
    conditions, actions = _check(draft)
    saved = rule or Rule(version=0)
    for name in rule_versions.CONTENT:
        setattr(saved, name, getattr(draft, name))
    saved.name, saved.conditions, saved.actions = draft.name.strip(), conditions, actions
    saved.hours = draft.hours if draft.during != During.ALWAYS else None
    saved.is_active = draft.is_active
    saved.position = draft.position if draft.position is not None else saved.position if rule else _last_position()
    saved.version += 1
    _store(saved, by=by, note=note)
    return saved


def unsaved(draft: RuleDraft) -> Rule:
    """The rule as it would be, to be tried."""
    conditions, actions = _check(draft)
    rule = Rule(**{name: getattr(draft, name) for name in rule_versions.CONTENT})
    rule.conditions, rule.actions, rule.hours = conditions, actions, draft.hours
    return rule


def revert(rule: Rule, *, version: int, by: Agent) -> Rule:
    """Make an earlier version the newest one; nothing in between is lost."""
    content = rule_versions.content_at(rule, version)
    draft = RuleDraft(**content, is_active=rule.is_active, position=rule.position)
    return save_rule(draft, rule=rule, by=by, note=f"Back to version {version}")


def switch(rule: Rule, *, on: bool, by: Agent) -> None:
    require(by, "manage_desk")
    with unit_of_work():
        Rule.objects.filter(pk=rule.pk).update(is_active=on, updated_at=now())
        rule.is_active = on
        arming.disarm(rule)
        arming.begin(rule)
        publish(RulesChanged(rule_ids=(rule.pk,)))
    listening.forget()


def archive(rule: Rule, *, by: Agent) -> None:
    """Put it away: it acts no more, its runs and versions stay."""
    switch(rule, on=False, by=by)
    Rule.objects.filter(pk=rule.pk).update(archived_at=now())


def restore(rule: Rule, *, by: Agent) -> None:
    """Bring it back, switched off."""
    require(by, "manage_desk")
    Rule.objects.filter(pk=rule.pk).update(archived_at=None, is_active=False)


def delete(rule: Rule, *, by: Agent) -> None:
    """For good, with its runs and versions; only what was archived before."""
    require(by, "manage_desk")
    if rule.archived_at is None:
        raise Conflict("Archive the rule first.")
    rule.delete()


def move(rule: Rule, *, up: bool, by: Agent) -> None:
    """Let it run before (or after) the one beside it."""
    require(by, "manage_desk")
    with unit_of_work():
        order = list(Rule.objects.select_for_update().filter(archived_at=None).order_by("position", "id"))
        at = order.index(rule)
        beside = at - 1 if up else at + 1
        if 0 <= beside < len(order):
            order[at], order[beside] = order[beside], order[at]
        for number, each in enumerate(order, 1):
            Rule.objects.filter(pk=each.pk).update(position=number * 10)


def _store(rule: Rule, *, by: Agent | None, note: str) -> None:
    rule.updated_at = now()
    try:
        with unit_of_work(), transaction.atomic():
            rule.save()
            rule_versions.remember(rule, by=by, note=note)
            arming.disarm(rule)
            arming.begin(rule)
            publish(RulesChanged(rule_ids=(rule.pk,)))
    except IntegrityError as error:
        message = "Another rule, perhaps an archived one, has this name."
        raise Invalid(message, fields={"name": message}) from error
    listening.forget()


def _last_position() -> int:
    last: int | None = Rule.objects.aggregate(last=Max("position"))["last"]
    return min((last or 0) + 10, 32_000)


def _check(draft: RuleDraft) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if not draft.name.strip():
        raise Invalid("Give the rule a name.", fields={"name": "Give the rule a name."})
    if draft.wait:
        _check_wait(draft)
    elif draft.event not in TRIGGERS:
        raise Invalid("Choose an event.", fields={"event": "Rules cannot react to this."})
    if draft.during not in During.values or (draft.during != During.ALWAYS and draft.hours is None):
        raise Invalid("Choose business hours.", fields={"hours": "Choose the hours that are meant."})
    if not draft.actions:
        raise Invalid("Choose at least one action.", fields={"actions": "Choose at least one action."})
    return checked(draft.conditions), action_lists.checked(draft.actions)


def _check_wait(draft: RuleDraft) -> None:
    if draft.wait not in WAITS or draft.event:
        raise Invalid("Choose what to wait for.", fields={"wait": "Rules cannot wait for this."})
    if not 60 <= draft.wait_seconds <= LONGEST_WAIT:
        raise Invalid("How long?", fields={"wait_seconds": "Between one minute and a year."})
