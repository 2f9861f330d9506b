"""The demo: a desk worth looking at, whose parts agree with each other."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count, F

from core.clock import now
from csat.models import Rating, Recovery
from helpdesk.demo.build import build
from helpdesk.demo.logins import LOGINS
from helpdesk.demo.opinions import _BAD, _FAIR, _GOOD
from helpdesk.demo.scripts import scripts
from people.models import Agent, Role
from reports.runner import run_report
from routing.models import Rule
from sla.models import Clock, Fact
from tickets.models import Attachment, CannedResponse, Inbox, Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def test_demo_shows_the_whole_product() -> None:
    made = build()
    assert made.tickets == 220
    tickets = Ticket.objects.all()
    assert set(tickets.values_list("channel", flat=True)) == {"email", "webchat", "telegram"}
    assert set(tickets.values_list("status", flat=True)) >= {"open", "pending", "on_hold", "resolved", "closed", "spam"}
    assert 25 <= made.open <= 80
    assert tickets.filter(assignee__isnull=True, status="open").exists()
    assert tickets.filter(snoozed_until__isnull=False).exists()
    assert Message.objects.filter(kind="note").exists()
    assert Message.objects.filter(has_html=True).exists()
    assert Attachment.objects.exists()
    assert CannedResponse.objects.exists()
    assert Rule.objects.exists()
    oldest = tickets.earliest("created_at").created_at
    assert timedelta(days=40) < now() - oldest < timedelta(days=62)


def test_demo_logins_open_the_door() -> None:
    build(tickets=20)
    for _, email, password in LOGINS:
        assert Agent.objects.get(email=email).check_password(password)
    assert Agent.objects.filter(role=Role.LIGHT).exists()


def test_demo_promises_are_mostly_kept_and_one_comes_due_soon() -> None:
    build()
    decided = Clock.objects.filter(decided_at__isnull=False)
    missed = decided.filter(breached_at__isnull=False).count()
    assert 0.03 < missed / decided.count() < 0.3
    soon = Clock.objects.filter(finished_at=None, breached_at=None, due_at__lte=now() + timedelta(minutes=5))
    assert soon.filter(due_at__gt=now()).exists()
    manager = Agent.objects.get(email="manager@demo.local")
    assert {row.group for row in run_report(manager, "sla", {}).result.rows} == {
        "All", "Promise", "Team", "Inbox", "Channel", "Priority", "Agent", "Tag",
    }  # fmt: skip
    done = run_report(manager, "automation", {}).result.rows[0].values
    assert all(done[name] for name in ("rule_runs", "macros", "escalated", "undelivered"))
    assert Fact.objects.filter(kind="channel_hopped").exists()


def test_demo_customers_rate_as_they_wrote() -> None:
    """Who said thank you is not unhappy, and nobody changes the language."""
    build(tickets=120)
    languages = {word: language for words in (_GOOD, _FAIR, _BAD) for language, said in words.items() for word in said}
    spoken = {(script.subject.split("{")[0], script.language) for script in scripts()}
    rated = list(Rating.objects.select_related("ticket"))
    assert any(rating.score <= 2 for rating in rated)
    for rating in rated:
        written = rating.ticket.messages.filter(direction="in", kind="reply").count()
        assert written == 1 or rating.score > 2
        if rating.comment and rating.ticket.channel == "email":
            language = languages[rating.comment]
            assert any(rating.ticket.subject.startswith(start) for start, code in spoken if code == language)


def test_demo_journal_agrees_with_its_tickets() -> None:
    build(tickets=60)
    counted = Ticket.objects.annotate(entries=Count("events")).exclude(entries=F("last_seq"))
    assert not counted.exists()
    for ticket in Ticket.objects.annotate(said=Count("messages")):
        assert ticket.said == ticket.message_count
        assert ticket.created_at <= ticket.updated_at <= now()
    assert not TicketEvent.objects.filter(at__gt=now()).exists()
    assert not Message.objects.filter(delivery__in=["queued", "sending"]).exists()


def test_demo_goes_to_an_empty_desk_only() -> None:
    call_command("demo", tickets=10, stdout=StringIO())
    before = Ticket.objects.count()
    call_command("demo", if_empty=True, stdout=StringIO())
    assert Ticket.objects.count() == before
    with pytest.raises(CommandError, match="agents already"):
        call_command("demo")


def test_unconnected_bot_says_what_to_do() -> None:
    build(tickets=10)
    bot = Inbox.objects.get(kind="telegram")
    assert not bot.is_active
    assert bot.disabled_reason


def test_every_conversation_fills_its_blanks() -> None:
    known = ("first", "agent", "order", "product", "amount", "city", "tracking", "date")
    blanks = {name: f"<{name}>" for name in known}
    assert len(scripts()) > 40
    assert len({script.language for script in scripts()}) >= 8
    for script in scripts():
        assert script.turns[0].who == "customer"
        for text in (script.subject, *(turn.text for turn in script.turns)):
            assert "{" not in text.format(**blanks), script.subject


def test_demo_customers_say_how_it_was_and_one_is_unhappy_now() -> None:
    build()
    viewer = Agent.objects.filter(role=Role.MANAGER).earliest("id")
    everything = run_report(viewer, "csat", {"days": "90"}).result.rows[0].values
    assert everything["rated"] == Rating.objects.count() > 40
    assert 60 < everything["csat"] < 95
    waiting = Recovery.objects.filter(closed_at=None).latest("due_at")
    assert waiting.due_at > now()
    assert TicketEvent.objects.filter(ticket=waiting.ticket, kind="RecoveryOpened").exists()
