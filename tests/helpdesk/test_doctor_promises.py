"""The doctor sees promises that nobody told of, and rules that gave up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from helpdesk.doctor.finding import Finding
from helpdesk.doctor.promises import promises, rules
from routing.models import PendingEvent
from routing.services.defaults import make_defaults
from routing.services.reacting import MAX_ATTEMPTS
from sla.models import Clock
from sla.tasks import tick_clocks
from tests.desk import a_team, an_inbox, customer_writes

pytestmark = pytest.mark.django_db


def said(findings: list[Finding]) -> list[str]:
    return [f"{finding.verdict.value} {finding.text}" for finding in findings]


def test_operator_hears_of_missed_deadlines_that_nobody_told() -> None:
    assert said(list(promises()))[0].endswith("no SLA policy is switched on")
    make_defaults()
    customer_writes(an_inbox())
    Clock.objects.filter(metric="resolution").update(due_at=now() - timedelta(minutes=5))
    assert "1 missed deadlines were never told" in said(list(promises()))[0]
    tick_clocks()
    assert "every missed deadline was told" in said(list(promises()))[0]


def test_operator_hears_of_events_that_rules_gave_up_on() -> None:
    a_team("Nobody", strategy="round_robin")
    PendingEvent.objects.create(event_id=1, ticket_id=1, attempts=MAX_ATTEMPTS)
    PendingEvent.objects.create(event_id=2, ticket_id=1, due_at=now() - timedelta(hours=1))
    told = said(list(rules()))
    assert [text for text in told if "1 events" in text]
    assert "the team Nobody hands out tickets but has no members" in told[-1]
    PendingEvent.objects.all().delete()
    assert "rules are up to date" in said(list(rules()))[-1]
