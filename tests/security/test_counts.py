"""Every number that a person is shown equals what the same person finds when they look: by role and visibility.

Counting is found in the source: a new count fails here until it says which check covers it, or why nobody sees it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from channels_in.models import InboundDelivery
from channels_in.selectors.held import held_of_contact, held_page
from core.clock import now
from notifications.models import Notification, NotificationKind
from notifications.selectors.bell import bell_of, unread_count
from people.models import Agent
from people.services.api_tokens import SCOPES, create_api_token
from reports.definitions import REPORTS
from routing.bulk_preview import preview
from routing.selectors.bulk import matching
from tests.architecture.source import name_of, python_files, tree_of
from tests.cast import Cast, new_ticket
from tests.contracts.test_reports import ALL_DAYS, _run
from tests.reports.fortnight import make_fortnight
from tickets.models import Ticket, TicketEvent
from tickets.selectors.counts import view_counts
from tickets.selectors.lists import ticket_page
from tickets.services import changes
from workspace.directory import forget
from workspace.views_of import chosen_view

pytestmark = pytest.mark.django_db
WHO = ("ana", "ben", "lia", "cleo", "mona", "ada")
MACHINERY = ("helpdesk/", "tests/")

# where counting happens -> the test of this file that compares it with what is shown
COMPARED: dict[str, str] = {
    "tickets/selectors/counts.py:_sum": "test_number_beside_a_view_is_the_length_of_its_list",
    "notifications/selectors/bell.py:unread_count": "test_number_on_the_bell_is_that_of_its_unread_lines",
    "channels_in/selectors/held.py:held_of_contact": "test_number_held_back_is_the_length_of_its_list",
    "routing/selectors/bulk.py:counted": "test_number_of_a_change_of_many_is_the_length_of_its_list",
    "reports/comments.py:comments_context": "test_figure_of_a_report_is_the_length_of_its_list",
    "reports/backlog.py": "test_figure_of_a_report_is_the_length_of_its_list",
    "reports/backlog_list.py:backlog_context": "test_figure_of_a_report_is_the_length_of_its_list",
    "reports/listed.py:count_behind": "test_figure_of_a_report_is_the_length_of_its_list",
}
# where counting happens -> why no person could learn from it what they may not see
SEEN_BY_NOBODY: dict[str, str] = {
    "tickets/selectors/automatic_replies.py:may_answer_automatically": "a budget: the answer is yes or no",
    "tickets/selectors/automatic_replies.py:may_write_outside": "a budget: the answer is yes or no",
    "tickets/selectors/workload.py:open_load": "assignment balances work; for no person's eyes",
    "tickets/selectors/workload.py:teams_worked_for": "in which team an agent counts on duty; for managers only",
    "channels_in/selectors/demo_mailboxes.py:mailboxes": "the demo's own mailboxes",
    "reports/backlog_list.py:now_context": "for managers, who see every ticket; compared in test_wallboard.py",
    "routing/selectors/stranded.py:stranded": "for the doctor, and for managers, who see every ticket",
    "sla/selectors/expectations.py:_expected": "a forecast from the desk's whole history: minutes, and no ticket's",
    "sla/selectors/expectations.py:_agents": "agents who are there, and no ticket",
    "sla/selectors/expectations.py": "the history behind that forecast",
    "reports/wallboard.py:at_this_moment": "starts at tickets_visible_to; for managers, who see every ticket",
    "routing/selectors/webhooks.py:endpoints": "calls of an address, for managers, who see every ticket",
    "routing/selectors/bulk.py:progress_of": "what became of the tickets that its own agent saw when they asked",
    "routing/selectors/rules.py:rules": "runs of a rule, for managers, who see every ticket",
}


def test_every_count_is_compared_or_explained() -> None:
    counting = set(_counting())
    assert counting - {*COMPARED, *SEEN_BY_NOBODY} == set(), (
        "Say in tests/security/test_counts.py who checks this count"
    )
    assert {*COMPARED, *SEEN_BY_NOBODY} - counting == set(), "These count nothing any more"
    assert set(COMPARED.values()) <= set(globals())


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Tickets of every place and state; Ana owns one of Legal's, Lia one of Support's."""
    places = [cast.mail, cast.mail, cast.mail, cast.chat, cast.legal_mail, cast.legal_mail, cast.legal_mail]
    tickets = [new_ticket(inbox, f"Letter {number}") for number, inbox in enumerate(places)]
    actor = cast.mona.as_actor()
    forget()  # the teams of the test before
    changes.assign(tickets[0], agent=cast.ben, actor=actor)
    # As it is after she has left the team: what is assigned to her stays in her sight.
    Ticket.objects.filter(pk=tickets[4].pk).update(assignee=cast.ana)
    changes.assign_team(tickets[1], team=cast.legal, actor=actor)
    changes.snooze(tickets[2], until=now() + timedelta(days=1), actor=actor)
    changes.snooze(tickets[5], until=now() + timedelta(days=1), actor=actor)
    changes.set_status(tickets[3], status="resolved", actor=actor)
    return cast


@pytest.mark.parametrize("who", WHO)
def test_number_beside_a_view_is_the_length_of_its_list(world: Cast, who: str) -> None:
    agent = Agent.objects.get(pk=getattr(world, who).pk)
    counts = view_counts(agent)
    assert {"mine", "unassigned", "all", "snoozed"} <= set(counts)
    for slug, count in counts.items():
        rows = ticket_page(agent, filters=chosen_view(agent, {"view": slug}).filters, size=200).rows
        assert count == len(rows), slug
        assert all(_may_see(world, agent, ticket) for ticket in rows), slug
    assert counts["all"] == sum(_may_see(world, agent, row) for row in Ticket.objects.all() if _is_awake(row))


@pytest.mark.parametrize("who", WHO)
def test_number_of_a_change_of_many_is_the_length_of_its_list(world: Cast, who: str) -> None:
    agent = Agent.objects.get(pk=getattr(world, who).pk)
    for slug in ("all", "mine", "unassigned", "snoozed"):
        view = chosen_view(agent, {"view": slug})
        rows = ticket_page(agent, filters=view.filters, size=200).rows
        told = preview(agent, verb="wake", values={}, filters=view.filters, sort="-created_at")
        assert (told.count, matching(agent, view.filters)) == (len(rows), len(rows)), slug
        assert {line.number for line in told.first} <= {row.number for row in rows}


@pytest.mark.parametrize("who", WHO)
def test_number_on_the_bell_is_that_of_its_unread_lines(world: Cast, who: str) -> None:
    agent = getattr(world, who)
    Notification.objects.all().delete()
    tickets = list(Ticket.objects.order_by("pk"))
    for number, ticket in enumerate(tickets):
        newest = TicketEvent.objects.filter(ticket=ticket).latest("seq")
        read_at = now() if number == 0 else None
        for other in (agent, world.ben):
            Notification.objects.get_or_create(
                agent=other,
                event_id=newest.pk,
                defaults={"ticket": ticket, "kind": NotificationKind.RULE, "read_at": read_at},
            )
    lines = bell_of(Agent.objects.get(pk=agent.pk)).notifications
    expected = [ticket for ticket in tickets[1:] if _may_see(world, agent, ticket)]
    unread = [line for line in lines if line.read_at is None]
    assert unread_count(agent) == len(unread) == len(expected)
    assert {line.ticket for line in unread} == set(expected)


@pytest.mark.parametrize("who", WHO)
def test_number_held_back_is_the_length_of_its_list(world: Cast, who: str) -> None:
    agent, sender = getattr(world, who), "rosa@example.net"
    for number, inbox in enumerate([world.mail, world.legal_mail, world.legal_mail]):
        InboundDelivery.objects.create(
            inbox=inbox, external_id=str(number), raw=b"x", state="suspended", held_for="blocked", sender=sender
        )
    assert len(held_page(agent).rows) == (3 if who in ("cleo", "mona", "ada") else 1)
    assert held_of_contact(agent, world.rosa) == len(held_page(agent, why="blocked").rows)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("slug", sorted(REPORTS))
def test_figure_of_a_report_is_the_length_of_its_list(cast: Cast, who: str, slug: str) -> None:
    make_fortnight(cast)
    agent, client = getattr(cast, who), Client()
    client.force_login(agent)
    if who not in ("mona", "ada"):
        assert client.get(f"/reports/{slug}/", ALL_DAYS).status_code == 403
        assert client.get("/reports/counted/", ALL_DAYS).status_code == 403
        return
    figures = [
        (row.values[key], link)
        for row in _run(REPORTS[slug], agent).rows
        for key, link in row.links.items()
        if key in ("count", "breached") and row.group == "All"
    ]
    assert figures
    for value, link in figures:
        assert client.get(link).context["count"] == value, link
    if slug == "csat":
        shown = client.get("/reports/csat/comments/", ALL_DAYS).context
        assert shown["count"] == len(shown["comments"]) > 0


@pytest.mark.parametrize("who", WHO)
def test_api_lists_and_counts_what_its_agent_sees(world: Cast, who: str) -> None:
    """The API gives no totals: its pages, walked to the end, are the count; a ticket's own is that of its messages."""
    agent = getattr(world, who)
    client = Client(headers={"authorization": f"Bearer {create_api_token(agent, scopes=SCOPES)[1]}"})
    found: list[dict[str, Any]] = []
    address = "/api/v1/tickets/?state=any&size=2"
    while address:
        page = client.get(address).json()
        found += page["results"]
        cursor = page["next_cursor"]
        address = f"/api/v1/tickets/?state=any&size=2&cursor={cursor}" if cursor else ""
    assert len(found) == sum(_may_see(world, agent, ticket) for ticket in Ticket.objects.all())
    for ticket in found:
        if "message_count" in ticket:
            messages = client.get(f"/api/v1/tickets/{ticket['number']}/messages/").json()["results"]
            assert ticket["message_count"] == len(messages)


def _may_see(cast: Cast, agent: Agent, ticket: Ticket) -> bool:
    """The rule in other words than the product's: Legal's inbox and team are for Cleo and those who manage."""
    is_private = ticket.inbox_id == cast.legal_mail.pk or ticket.team_id == cast.legal.pk
    return not is_private or agent in (cast.cleo, cast.mona, cast.ada) or ticket.assignee_id == agent.pk


def _is_awake(ticket: Ticket) -> bool:
    return ticket.status in ("open", "pending", "on_hold") and ticket.snoozed_until is None


def _counting() -> Iterator[str]:
    """`path:function` of `.count()`, `Count(...)` and `Sum(...)`; `path` alone for count(...) in SQL of a module."""
    for path in python_files():
        # Services change rows; what people read comes from selectors.
        if name_of(path).startswith(MACHINERY) or {"commands", "services"} & set(path.parts):
            continue
        yield from _in_functions(path)
        if any(_is_counting_sql(node) for node in ast.walk(tree_of(path))):
            yield name_of(path)


def _in_functions(path: Path) -> Iterator[str]:
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef) and any(_is_count(node) for node in ast.walk(function)):
            yield f"{name_of(path)}:{function.name}"


def _is_count(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr in ("count", "acount") and not node.args
    return isinstance(node.func, ast.Name) and node.func.id in ("Count", "Sum")


def _is_counting_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "count(*)," in node.value
