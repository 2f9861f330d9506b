"""The doctor sees what the clock should have done by now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.models import Callback
from core.clock import now
from csat.models import SurveyRequest
from helpdesk.doctor.waiting import calls_and_jobs, customers, mailed_reports
from reports.models import SavedReport
from routing.models import BulkJob, WebhookCall, WebhookEndpoint
from tests.desk import an_agent, an_inbox, customer_writes
from tests.helpdesk.test_doctor_promises import said

pytestmark = pytest.mark.django_db


def test_operator_hears_of_whatever_stands_still() -> None:
    ticket, mia = customer_writes(an_inbox()), an_agent("Mia Winter")
    long_ago, lately = now() - timedelta(hours=1), now() - timedelta(minutes=20)
    assert said([*customers(), *calls_and_jobs(), *mailed_reports()]) == [
        "ok every question, recovery and callback was told in time",
        "ok calls to other systems and bulk changes go on",
        "ok reports are mailed in time",
    ]
    SurveyRequest.objects.create(ticket=ticket, due_at=long_ago)
    Callback.objects.create(
        ticket=ticket,
        contact=ticket.contact,
        phone="+4930901820",
        starts_at=long_ago,
        ends_at=lately,
    )
    WebhookEndpoint.objects.create(url="https://erp.example/hook", is_active=False, failing_since=long_ago)
    WebhookCall.objects.create(ticket=ticket, url="https://erp.example/hook", payload={}, next_attempt_at=long_ago)
    BulkJob.objects.create(agent=mia, label="Close", claimed_until=long_ago)
    SavedReport.objects.create(owner=mia, name="Board", slug="sla", next_at=long_ago, problem="The server is away.")
    assert said([*customers(), *calls_and_jobs(), *mailed_reports()]) == [
        "WRONG 1 questions about satisfaction have not been told for more than ten minutes",
        "WRONG 1 missed callbacks have not been told for more than ten minutes",
        "WRONG 1 calls to other systems and 1 bulk changes stand still",
        "look https://erp.example/hook took no calls and was switched off",
        "WRONG 1 reports should have been mailed",
        "look the report Board could not be mailed: The server is away.",
    ]
