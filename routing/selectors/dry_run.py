"""What a rule would have done, without doing it: tried on the newest tickets, or on one, with every reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.clock import now
from core.db import run
from people.models import Agent
from routing.models import Rule
from routing.past_waits import TOLD_BY, Told, past_waits
from routing.selectors.schedules import is_time_for
from routing.waits import WAITS, duration_in_words
from tickets.conditions import Occasion, findings, holds
from tickets.models import Ticket, TicketEvent
from tickets.selectors.access import tickets_visible_to

SIZE = 100
# A time rule is also tried on what the journals of the newest tickets tell of the last days.
PAST = timedelta(days=30)
MOST_JOURNALS = 1000

# ruff: noqa: S608 - the statement is put together from constant text of routing/waits.py; values are parameters.


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the rule would have acted on a ticket, and why (not)."""

    ticket: Ticket
    would_act: bool
    because: str
    at: datetime | None = None
    findings: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """`past`: of a time rule, when it would have acted in the last 30 days on tickets that do not wait any more."""

    looked_at: int
    touched: list[Verdict]
    past: list[Verdict] = field(default_factory=list)


def dry_run(rule: Rule, agent: Agent, *, size: int = SIZE) -> DryRun:
    """Try an (unsaved) rule on the newest tickets; a time rule on those that have waited longest, and on the past."""
    seen = tickets_visible_to(agent).select_related("contact", "organization")
    if rule.wait:
        waits = _waits(rule, [])
        order = sorted(waits, key=lambda pk: waits[pk][0])
        tickets = list(seen.filter(pk__in=order[: size * 5]).order_by()[: size * 5])
        tickets = sorted(tickets, key=lambda ticket: waits[ticket.pk][0])[:size]
        touched = [found for t in tickets if (found := _of_wait(rule, t, waits)).would_act]
        known = {(verdict.ticket.pk, waits[verdict.ticket.pk][0]) for verdict in touched}
        return DryRun(len(tickets), touched, _past(rule, agent, known))
    tickets = list(seen.order_by("-last_message_at", "-id")[:size])
    events = _events(rule, tickets)
    return DryRun(len(tickets), [found for t in tickets if (found := _of_event(rule, t, events)).would_act])


def explain(rule: Rule, ticket: Ticket) -> Verdict:
    """The same for one ticket, also when the rule would have left it alone."""
    if rule.wait:
        return _of_wait(rule, ticket, _waits(rule, [ticket.pk]))
    return _of_event(rule, ticket, _events(rule, [ticket]))


def _of_event(rule: Rule, ticket: Ticket, events: Mapping[int, TicketEvent]) -> Verdict:
    event = events.get(ticket.pk)
    if event is None:
        return Verdict(ticket, False, "This has not happened on it.")
    return _judged(rule, Occasion(ticket, event, at=event.at), "It happened")


def _of_wait(rule: Rule, ticket: Ticket, waits: Mapping[int, tuple[datetime, datetime]]) -> Verdict:
    if ticket.pk not in waits:
        return Verdict(ticket, False, "It does not wait like this.")
    since, due_at = waits[ticket.pk]
    at = now()
    if due_at > at:
        return Verdict(ticket, False, f"It has not waited for {duration_in_words(rule.wait_seconds)} yet.", since)
    return _judged(rule, Occasion(ticket, at=at), "It has waited since")


def _past(rule: Rule, agent: Agent, known: set[tuple[int, datetime]]) -> list[Verdict]:
    """What it would have acted on, the newest first; the conditions are judged by what the tickets look like now."""
    at = now()
    recent = tickets_visible_to(agent).filter(last_message_at__gt=at - PAST - timedelta(seconds=rule.wait_seconds))
    newest = recent.select_related("contact", "organization").order_by("-last_message_at", "-id")[:MOST_JOURNALS]
    tickets = {ticket.pk: ticket for ticket in newest}
    lasted = [
        (ticket_id, since, until)
        for ticket_id, journal in journals(list(tickets)).items()
        for since, until in past_waits(rule.wait, journal)
        if until is not None
        and (until - since).total_seconds() >= rule.wait_seconds
        and (ticket_id, since) not in known
    ]
    found: list[Verdict] = []
    for (ticket_id, since, until), due_at in zip(lasted, _due(rule, [since for _, since, _ in lasted]), strict=True):
        if due_at is None or not at - PAST <= due_at <= until:
            continue
        verdict = _judged(rule, Occasion(tickets[ticket_id], at=due_at), f"It had waited since {since:%-d %b, %H:%M}")
        if verdict.would_act:
            found.append(verdict)
    return sorted(found, key=lambda verdict: verdict.at or at, reverse=True)


def journals(ticket_ids: list[int]) -> dict[int, list[Told]]:
    rows = TicketEvent.objects.filter(ticket_id__in=ticket_ids, kind__in=TOLD_BY).order_by("ticket_id", "seq")
    found: dict[int, list[Told]] = defaultdict(list)
    for ticket_id, kind, moment, data in rows.values_list("ticket_id", "kind", "at", "data"):
        found[ticket_id].append(Told(kind, moment, data))
    return found


def _due(rule: Rule, moments: list[datetime]) -> list[datetime | None]:
    """When the rule is due for waits that began at these moments, in their order."""
    if not moments:
        return []
    hours_id = rule.hours_id if rule.during == "inside" else None
    sql = """
        SELECT sla_due_at(%s, m.since, %s) FROM unnest(%s::timestamptz[]) WITH ORDINALITY m (since, place)
        ORDER BY m.place"""
    return [due_at for (due_at,) in run([(sql, [hours_id, rule.wait_seconds, moments])])]


def _judged(rule: Rule, occasion: Occasion, because: str) -> Verdict:
    told = tuple(findings(rule.conditions, occasion))
    if not is_time_for(rule, occasion.at):
        return Verdict(occasion.ticket, False, "It was not the time for this rule.", occasion.at, told)
    if not holds(rule.conditions, occasion):
        return Verdict(occasion.ticket, False, "Its conditions do not hold.", occasion.at, told)
    return Verdict(occasion.ticket, True, because, occasion.at, told)


def _events(rule: Rule, tickets: list[Ticket]) -> dict[int, TicketEvent]:
    """The newest event of the rule's kind on each ticket."""
    ids = [ticket.pk for ticket in tickets]
    rows = TicketEvent.objects.filter(ticket_id__in=ids, kind=rule.event).order_by("ticket_id", "-seq")
    return {event.ticket_id: event for event in rows.distinct("ticket_id")}


def _waits(rule: Rule, ticket_ids: list[int]) -> dict[int, tuple[datetime, datetime]]:
    """Since when tickets wait as the rule means it, and when it is due: the longest waits, or these tickets."""
    wait = WAITS.get(rule.wait)
    if wait is None:
        return {}
    which, params = ("t.id = ANY(%s)", [ticket_ids]) if ticket_ids else ("true", [])
    sql = f"""
        SELECT t.id, s.since, sla_due_at(%s, s.since, %s)
        FROM tickets_ticket t CROSS JOIN LATERAL (SELECT {wait.since} AS since) s
        WHERE {which} AND s.since IS NOT NULL ORDER BY s.since LIMIT {SIZE * 5}"""
    hours_id = rule.hours_id if rule.during == "inside" else None
    return {pk: (since, due_at) for pk, since, due_at in run([(sql, [hours_id, rule.wait_seconds, *params])])}
