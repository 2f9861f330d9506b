"""What the API says of rules and their runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from api.views.base import StrictSerializer
from routing.models import Outcome, Rule, RuleRun
from routing.selectors.dry_run import Verdict
from routing.selectors.rules import occasion_in_words
from routing.services.action_lists import described
from tickets.conditions import in_words

_PLAIN = (
    "id", "name", "description", "event", "wait", "wait_seconds", "conditions", "actions", "during", "most_per_hour",
    "most_per_ticket", "stops", "position", "is_active", "version",
)  # fmt: skip


class RuleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    when = serializers.CharField(help_text="what it reacts to, in words")
    only_if = serializers.CharField(help_text="its conditions in words; empty: always")
    does = serializers.ListField(child=serializers.CharField(), help_text="its actions in words")
    event = serializers.CharField()
    wait = serializers.CharField()
    wait_seconds = serializers.IntegerField()
    conditions = serializers.DictField()
    actions = serializers.ListField(child=serializers.DictField())
    during = serializers.CharField()
    hours = serializers.CharField(allow_null=True, help_text="the name of the business hours that are meant")
    most_per_hour = serializers.IntegerField(help_text="0: no limit")
    most_per_ticket = serializers.IntegerField(help_text="0: no limit")
    stops = serializers.BooleanField(help_text="no later rule looks at the same event")
    position = serializers.IntegerField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()
    run_count = serializers.IntegerField(help_text="in the last 30 days")
    trouble_count = serializers.IntegerField(help_text="refused or held back in the last 30 days")
    ran_at = serializers.DateTimeField(allow_null=True)


class RuleRunOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    rule = serializers.IntegerField()
    rule_name = serializers.CharField()
    version = serializers.IntegerField()
    ticket = serializers.IntegerField(help_text="The ticket's number")
    at = serializers.DateTimeField()
    event = serializers.IntegerField(allow_null=True, help_text="the id of the event it reacted to")
    waiting_since = serializers.DateTimeField(allow_null=True, help_text="of a rule that waits")
    outcome = serializers.ChoiceField(Outcome.choices)
    problem = serializers.CharField()
    did = serializers.ListField(child=serializers.CharField())
    findings = serializers.ListField(child=serializers.DictField(), help_text="how each condition went")


class RuleVerdictOut(serializers.Serializer[Any]):
    ticket = serializers.IntegerField(help_text="The ticket's number")
    at = serializers.DateTimeField(allow_null=True)
    because = serializers.CharField()
    findings = serializers.ListField(child=serializers.DictField(), help_text="how each condition went")


class RuleTriedOut(serializers.Serializer[Any]):
    looked_at = serializers.IntegerField()
    touched = RuleVerdictOut(many=True)
    left_alone = RuleVerdictOut(many=True, help_text="the ticket that was asked about, when it would not have acted")


class RuleFile(StrictSerializer):
    text = serializers.CharField(help_text="YAML", trim_whitespace=False)


class RuleSwitchIn(StrictSerializer):
    is_active = serializers.BooleanField()


class RuleTryIn(StrictSerializer):
    text = serializers.CharField(help_text="YAML with one rule", trim_whitespace=False)
    ticket = serializers.IntegerField(required=False, min_value=1, help_text="the number of the only ticket to look at")


def rule_out(rule: Rule) -> dict[str, Any]:
    counted = {name: getattr(rule, name) for name in ("run_count", "trouble_count", "ran_at")}
    return {
        **{name: getattr(rule, name) for name in _PLAIN},
        "hours": rule.hours.name if rule.hours else None,
        "when": occasion_in_words(rule),
        "only_if": in_words(rule.conditions),
        "does": described(rule.actions),
        **counted,
    }


def run_out(run: RuleRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "rule": run.rule_id,
        "rule_name": run.rule.name,
        "version": run.rule_version,
        "ticket": run.ticket.number,
        "at": run.at,
        "event": run.event_id,
        "waiting_since": run.waiting_since,
        "outcome": run.outcome,
        "problem": run.problem,
        "did": run.actions,
        "findings": run.findings,
    }


def tried_out(looked_at: int, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    told: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for verdict in verdicts:
        told[verdict.would_act].append(_verdict_out(verdict))
    return {"looked_at": looked_at, "touched": told[True], "left_alone": told[False]}


def _verdict_out(verdict: Verdict) -> dict[str, Any]:
    return {
        "ticket": verdict.ticket.number,
        "at": verdict.at,
        "because": verdict.because,
        "findings": list(verdict.findings),
    }
