"""The wallboard: the desk at this moment, and today by the metrics of the reports."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import NEVER, now
from reports.wallboard import at_this_moment, today_so_far
from sla.services.hours import HoursDraft, save_hours
from tests.cast import Cast
from tests.desk import agent_replies, customer_writes
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_manager_sees_who_waits_and_what_was_done_today(cast: Cast, client: Client) -> None:
    customer_writes(cast.mail)
    agent_replies(customer_writes(cast.mail), cast.ana)
    moment = {figure.label: figure.value for figure in at_this_moment(cast.mona, now=now())}
    today = {figure.label: figure.value for figure in today_so_far(cast.mona, now=now())}
    assert moment["Waiting for an answer"] == 1
    assert (today["Opened"], today["Answers"]) == (2, 1)
    client.force_login(cast.mona)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/reports/wallboard/")
    assert "Waiting for an answer" in page.content.decode()
    assert len(queries) <= 12
    assert 'data-theme="dark"' in page.content.decode()
    piece = client.get("/reports/wallboard/", headers={"X-Fragment": "1"}).content.decode()
    assert "wallboard-now" in piece
    assert "<html" not in piece


def test_each_figure_of_this_moment_leads_to_exactly_its_tickets(cast: Cast, client: Client) -> None:
    waiting, taken, late, soon = (customer_writes(cast.mail) for _ in range(4))
    Ticket.objects.filter(pk=taken.pk).update(assignee=cast.ana)
    Ticket.objects.filter(pk=late.pk).update(sla_due_at=now() - timedelta(hours=1), sla_metric="resolution")
    Ticket.objects.filter(pk=soon.pk).update(sla_due_at=now() + timedelta(minutes=30), snoozed_until=NEVER)
    agent_replies(customer_writes(cast.mail), cast.ana)
    client.force_login(cast.mona)
    expected = {
        "Waiting for an answer": {waiting, taken, late}, "Unassigned": {waiting, late},
        "Longest wait": {waiting, taken, late}, "Due within an hour": {soon}, "Overdue": {late},
    }  # fmt: skip
    figures = {figure.label: figure for figure in at_this_moment(cast.mona, now=now())}
    for label, tickets in expected.items():
        page = client.get(figures[label].link).content.decode()
        assert set(re.findall(r'data-ticket="(\d+)"', page)) == {str(ticket.pk) for ticket in tickets}, label
        if figures[label].kind == "count":
            assert figures[label].value == len(tickets), label
    assert figures["Agents available"].link == ""
    assert client.get("/reports/now/nothing/").status_code == 404


def test_what_falls_due_next_is_asked_for_by_itself(cast: Cast, client: Client) -> None:
    soon = customer_writes(cast.mail)
    Ticket.objects.filter(pk=soon.pk).update(sla_due_at=now() + timedelta(minutes=30), sla_metric="resolution")
    client.force_login(cast.mona)
    piece = client.get("/reports/upcoming/", headers={"X-Fragment": "1"}).content.decode()
    assert 'id="due-next"' in piece
    assert f"#{soon.number}" in piece
    assert "<html" not in piece


def test_agent_may_not_see_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert client.get("/reports/wallboard/").status_code == 403


def test_closed_desk_says_so_and_shows_no_business_time_of_nothing(cast: Cast, client: Client) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
    save_hours(
        HoursDraft(name="Office", time_zone="UTC", is_default=True, periods=tuple((day, 540, 1020) for day in range(5)))
    )
    with time_machine.travel(noon, tick=False):
        ticket = customer_writes(cast.mail)
    with time_machine.travel(noon + timedelta(minutes=9), tick=False):
        agent_replies(ticket, cast.ana)
        figures = {figure.label: figure for figure in today_so_far(cast.mona, now=now())}
        client.force_login(cast.mona)
        page = client.get("/reports/wallboard/").content.decode()
    first = figures["First response p50"]
    assert (first.value, first.note) == (None, "n = 1, answered outside business hours")
    assert (figures["Achieved"].value, figures["Achieved"].note) == (None, "nothing to count yet")
    assert "Closed until Mon 23 Nov, 09:00" in page


def test_open_desk_counts_what_its_figures_stand_on(cast: Cast, client: Client) -> None:
    agent_replies(customer_writes(cast.mail), cast.ana)
    first = {figure.label: figure for figure in today_so_far(cast.mona, now=now())}["First response p50"]
    assert first.note.startswith("n = 1")
    client.force_login(cast.mona)
    assert "Closed until" not in client.get("/reports/wallboard/").content.decode()
