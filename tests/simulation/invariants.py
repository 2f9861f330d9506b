"""What must hold at every minute of the day, and at its end; each finding is a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from routing.models import Offer
from sla.models import Clock, Fact
from sla.services.spam_sql import COUNTS_FOR_NOTHING
from tests.simulation.desk import Desk, Person
from tickets.models import Status, Ticket, TicketEvent

if TYPE_CHECKING:
    from tests.simulation.day import Day

_PROMISES = ("first_response", "next_response", "update", "resolution")


def of_the_minute(desk: Desk, at: datetime) -> list[str]:
    return [f"{at:%H:%M} {finding}" for finding in _waits_for_nothing(desk, at)]


def _waits_for_nothing(desk: Desk, at: datetime) -> Iterator[str]:
    """Nobody waits while an eligible agent has room: who is there is known from the simulation, not from the desk."""
    waiting = Ticket.objects.filter(status=Status.OPEN, assignee=None, snoozed_until=None, team__isnull=False)
    rows = list(waiting.exclude(team__strategy="manual").values_list("id", "team__name", "inbox__weight", "skills"))
    if not rows:
        return
    load = _loads()
    there: dict[str, list[Person]] = defaultdict(list)
    for person in desk.people:
        if person.can_be_given(at):
            there[person.team].append(person)
    for ticket_id, team, weight, skills in rows:
        for person in there[team]:
            held = load.get(person.agent.pk, 0)
            if set(skills) <= set(person.skills) and (held == 0 or held + weight <= person.agent.capacity):
                yield f"ticket {ticket_id} waits in {team}, and {person.agent.name} holds {held}"


def _loads() -> dict[int, int]:
    owned = Ticket.objects.filter(status=Status.OPEN, assignee__isnull=False, snoozed_until=None).order_by()
    return dict(owned.values_list("assignee_id").annotate(Sum("inbox__weight")))


def at_the_end(day: Day) -> list[str]:
    return [
        *_owners(),
        *_handed_out_within_room(day),
        *_outcomes(),
        *_told_once(day),
        *_tickets(day),
    ]


def _owners() -> Iterator[str]:
    """Each ticket has one owner at a time, and at most one offer of it is open."""
    owner: dict[int, int | None] = {}
    for event in TicketEvent.objects.filter(kind="TicketAssigned").order_by("ticket_id", "seq"):
        if event.data["before"] != owner.get(event.ticket_id, event.data["before"]):
            yield f"ticket {event.ticket_id} had two owners at {event.at}"
        owner[event.ticket_id] = event.data["after"]
    for ticket_id, assignee_id in Ticket.objects.filter(pk__in=owner).values_list("pk", "assignee_id"):
        if owner[ticket_id] != assignee_id:
            yield f"ticket {ticket_id} is with {assignee_id}, its history says {owner[ticket_id]}"
    twice = (
        Offer.objects.filter(ended_at=None).values_list("ticket_id").annotate(offers=Count("id")).filter(offers__gt=1)
    )
    yield from (f"ticket {ticket_id} is offered {offers} times" for ticket_id, offers in twice)


def _handed_out_within_room(day: Day) -> Iterator[str]:
    """Replays the history: whoever was handed a ticket had room for it at that moment."""
    weights = dict(Ticket.objects.values_list("pk", "inbox__weight"))
    room = {person.agent.pk: person.agent.capacity for person in day.desk.people}
    owner: dict[int, int | None] = {}
    asleep: dict[int, bool] = {}
    status: dict[int, str] = defaultdict(lambda: Status.OPEN.value)
    load: Counter[int | None] = Counter()

    def weigh(ticket_id: int, sign: int) -> None:
        if status[ticket_id] == Status.OPEN and not asleep.get(ticket_id):
            load[owner.get(ticket_id)] += sign * weights[ticket_id]

    # A merge closes the ticket that went, without a change of status of its own.
    kinds = ("TicketAssigned", "StatusChanged", "TicketSnoozed", "TicketWoken", "MessagesMovedOut")
    for event in TicketEvent.objects.filter(kind__in=kinds).order_by("id").iterator():
        ticket_id, data = event.ticket_id, event.data
        weigh(ticket_id, -1)
        match event.kind:
            case "TicketAssigned":
                owner[ticket_id] = data["after"]
            case "StatusChanged":
                status[ticket_id] = data["after"]
                asleep[ticket_id] = False
            case "MessagesMovedOut":
                status[ticket_id] = Status.CLOSED.value if data["is_merge"] else status[ticket_id]
            case _:
                asleep[ticket_id] = event.kind == "TicketSnoozed"
        weigh(ticket_id, 1)
        agent_id = data.get("after")
        was_handed_out = event.kind == "TicketAssigned" and event.actor_kind == "system" and agent_id is not None
        if was_handed_out and load[agent_id] > max(room[agent_id], weights[ticket_id]):
            yield f"ticket {ticket_id} was handed to {agent_id}, who held {load[agent_id]} of {room[agent_id]} then"


def _outcomes() -> Iterator[str]:
    """Each promise ends in exactly one way, and the facts say the same; of spam they say nothing."""
    told: Counter[tuple[object, ...]] = Counter(
        Fact.objects.standing().filter(kind="breached").values_list("ticket_id", "metric", "at")
    )
    kept = Counter(
        Fact.objects.standing().filter(kind__in=_PROMISES, is_kept=True).values_list("ticket_id", "metric", "at")
    )
    missed_late = Counter(
        Fact.objects.standing().filter(kind__in=_PROMISES, is_kept=False).values_list("ticket_id", "metric", "at")
    )
    of_spam = Ticket.objects.filter(status=Status.SPAM)
    for clock in Clock.objects.exclude(ticket__in=of_spam).iterator():
        key = (clock.ticket_id, clock.metric)
        outcome = outcome_of(clock)
        if told[*key, clock.breached_at] != (outcome == "missed") * (clock.breached_at is not None):
            yield f"{clock} is {outcome}, told {told[*key, clock.breached_at]} times"
        if clock.met_at and kept[*key, clock.met_at] + missed_late[*key, clock.met_at] != 1:
            yield f"{clock} was met at {clock.met_at}, told otherwise"
    met_in_time = Clock.objects.filter(met_at__isnull=False, breached_at=None).exclude(ticket__in=of_spam)
    if sum(kept.values()) != met_in_time.count():
        yield "the kept promises are not those of the facts"
    counted = Fact.objects.standing().filter(kind__in=COUNTS_FOR_NOTHING, ticket__in=of_spam)
    yield from (f"{fact} counts, of spam" for fact in counted)


def outcome_of(clock: Clock) -> str:
    if clock.breached_at is not None:
        return "missed"
    if clock.met_at is not None:
        return "kept"
    if clock.finished_at is not None:
        return "called off"
    return "running"


def _told_once(day: Day) -> Iterator[str]:
    """Each miss and each step is told once: at its very moment, or as late as the planned downtime made it."""
    seen: Counter[tuple[object, ...]] = Counter()
    for event in TicketEvent.objects.filter(kind="SLABreached"):
        due = datetime.fromisoformat(event.data["due_at"])
        seen["missed", event.ticket_id, event.data["metric"], due] += 1
        if event.data["late_by_seconds"] > day.most_late(due) + 1:
            yield f"the miss of {due} on ticket {event.ticket_id} was told {event.data['late_by_seconds']} s late"
    for event in TicketEvent.objects.filter(kind="SLAEscalated"):
        meant = event.at - timedelta(seconds=event.data["late_by_seconds"])
        if event.data["late_by_seconds"] > day.most_late(meant) + 1:
            yield f"a step on ticket {event.ticket_id} was taken {event.data['late_by_seconds']} s late"
    yield from (f"{key} was told {times} times" for key, times in seen.items() if times > 1)
    untold = Clock.objects.filter(breached_at__isnull=False, breach_told_at=None).count()
    if untold:
        yield f"{untold} misses were never told"


def _tickets(day: Day) -> Iterator[str]:
    """Nothing was lost, nothing made up, and every ticket ends in one way."""
    ends = Counter(
        "merged" if merged else {"resolved": "solved", "spam": "spam"}.get(status, "still open")
        for status, merged in Ticket.objects.values_list("status", "merged_into")
    )
    if ends != day.log.ends():
        yield f"the tickets ended as {dict(ends)}, their people say {dict(day.log.ends())}"
    if ends.total() != day.tickets + day.log.counts["splits"]:
        yield f"{ends.total()} tickets, {day.tickets} questions"
