"""The same with the real beat and worker: a promise is missed, and the desk has reacted seconds later."""

from __future__ import annotations

import pytest

from notifications.selectors.bell import bell_of
from people.services.agents import set_availability
from routing.models import PendingEvent
from routing.services.defaults import make_rules
from sla.models import Metric
from sla.services.policies import PolicyDraft, save_policy
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Ticket, TicketEvent
from tickets.services import changes


@pytest.mark.stack
def test_missed_promise_escalates_within_seconds_by_beat_and_worker(live_stack: Stack) -> None:
    ben, mia = an_agent("Ben Sommer"), an_agent("Mia Winter")
    inbox = an_inbox(default_team=a_team("Support", mia, ben, lead=ben))
    make_rules()
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 2}
    save_policy(PolicyDraft(name="At once", targets=targets, warnings=[{"percent": 50}]))
    ticket = changes.assign(customer_writes(inbox), agent=mia, actor=mia.as_actor())

    def is_escalated() -> bool:
        return Ticket.objects.filter(pk=ticket.pk, assignee=ben, priority="high", sla_breached=True).exists()

    poll_until(is_escalated, 30)
    poll_until(lambda: not PendingEvent.objects.exists())
    kinds = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("kind", flat=True))
    assert kinds.count("SLABreachNear") == kinds.count("SLABreached") == kinds.count("RuleRan") == 1
    assert TicketEvent.objects.get(kind="SLABreached").data["late_by_seconds"] <= 20
    assert [line.kind for line in bell_of(ben).notifications] == ["assigned", "sla_breached"]


@pytest.mark.stack
def test_agent_who_comes_online_is_given_the_waiting_ticket(live_stack: Stack) -> None:
    mia = an_agent("Mia Winter", is_online=True, availability="away")
    team = a_team("Support", mia, strategy="round_robin")
    ticket = customer_writes(an_inbox(default_team=team))
    set_availability(mia, availability="available")
    poll_until(lambda: Ticket.objects.filter(pk=ticket.pk, assignee=mia).exists(), 25)
