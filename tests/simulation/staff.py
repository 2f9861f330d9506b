"""What the people of the day do: customers write, agents come and go, answer, pass on, solve, and fall ill."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from core.clock import now
from core.errors import Conflict, NotFound
from people.models import Agent, Availability
from people.services.agents import mark_seen, set_availability
from routing.services.shifts import add_absence
from routing.services.taking import take_next
from tests.desk import agent_replies, customer_writes
from tests.simulation.customers import Arrival
from tests.simulation.desk import Person
from tickets.inbound import Sender
from tickets.models import Inbox, Message, Status, Ticket
from tickets.services import changes, messages, moving, outbox

if TYPE_CHECKING:
    from tests.simulation.day import Day

HOUR = 3600
_customers = count(1)


@dataclass
class Staff:
    """`twins` names the earlier ticket about the same."""

    day: Day
    twins: dict[int, int] = field(default_factory=dict)
    senders: dict[int, Sender] = field(default_factory=dict)

    # Customers

    def customer_opens(self, arrival: Arrival, sender: Sender | None = None, twin_of: int | None = None) -> None:
        number = next(_customers)
        sender = sender or Sender(
            kind="email", value=f"c{number}@customer.example", name=f"Customer {number}", verified_how="provider"
        )
        ticket = customer_writes(self._inbox(arrival.team), arrival.text, sender=sender, subject=f"Question {number}")
        self.senders[ticket.pk] = sender
        self.day.log.wrote(now(), ticket.pk, before="")
        self._ring(ticket)
        if twin_of is not None:
            self.twins[ticket.pk] = twin_of
        if arrival.again_at is not None:
            once = Arrival(arrival.again_at, arrival.team, arrival.text)
            self.day.plan(arrival.again_at, lambda: self.customer_opens(once, sender, twin_of=ticket.pk))

    def customer_goes_on(self, ticket_id: int) -> None:
        ticket = Ticket.objects.get(pk=ticket_id)
        if ticket.merged_into_id or ticket.status == Status.SPAM:
            return
        before = ticket.status
        customer_writes(ticket.inbox, "And now?", on=ticket, sender=self.senders[ticket_id])
        self.day.log.wrote(now(), ticket_id, before=before)
        self._ring(ticket)

    def _ring(self, ticket: Ticket) -> None:
        """A chat is heard at once; mail is looked for each minute."""
        if ticket.channel == "webchat":
            self.day.soon(5, self.look)

    # Coming and going

    def plan_shift(self, person: Person, starts_at: datetime, ends_at: datetime) -> None:
        self.day.plan(starts_at, lambda: self._come(person))
        self.day.plan(ends_at, lambda: self._leave(person))
        lunch = starts_at + (ends_at - starts_at) / 2 + timedelta(seconds=self.day.random.randrange(3600))
        if lunch + timedelta(minutes=30) < ends_at:
            self.day.plan(lunch, lambda: self._set(person, Availability.AWAY))
            self.day.plan(lunch + timedelta(minutes=30), lambda: self._come(person))

    def plan_sickness(self) -> None:
        """One of ten falls ill during the shift and simply is not there any more; an hour later somebody sees to it."""
        working = [person for person in self.day.desk.people if person.shifts]
        for person in self.day.random.sample(working, max(1, len(working) // 10)):
            starts_at, ends_at = person.shifts[0]
            at = starts_at + (ends_at - starts_at) * self.day.random.uniform(0.2, 0.6)
            self.day.plan(at, partial(self._fall_ill, person))

    def _come(self, person: Person) -> None:
        if person.is_sick:
            return
        mark_seen(person.agent.pk)
        self._set(person, Availability.AVAILABLE)
        self.day.soon(1, self.look)

    def _set(self, person: Person, availability: Availability) -> None:
        if not person.is_sick:
            person.is_here = availability == Availability.AVAILABLE
            set_availability(person.agent, availability=availability)

    def _leave(self, person: Person) -> None:
        self._set(person, Availability.AWAY)
        self._release(person)

    def _release(self, person: Person) -> None:
        for ticket in Ticket.objects.filter(assignee=person.agent, status=Status.OPEN):
            changes.assign(ticket, agent=None, actor=self.day.desk.manager.as_actor())

    def _fall_ill(self, person: Person) -> None:
        person.is_here, person.is_sick = False, True
        today = now().date()
        add_absence(
            person.agent,
            first_day=today - timedelta(days=1),
            last_day=today + timedelta(days=1),
            reason="Ill",
            by=self.day.desk.manager,
        )
        self.day.soon(HOUR, lambda: self._release(person))
        self.day.log.counts["fell ill"] += 1

    # At work

    def look(self) -> None:
        """Whoever is free takes what is most urgent of their own."""
        free = {person.agent.pk: person for person in self.day.desk.people if person.is_here and not person.busy_with}
        mine = Ticket.objects.filter(assignee__in=free, status=Status.OPEN, waiting_since__isnull=False)
        for ticket in mine.filter(snoozed_until=None).order_by("sla_due_at", "id"):
            if person := free.pop(ticket.assignee_id or 0, None):
                self._begin(person, ticket)
        for person in free.values():
            if person.team == "Legal":
                self._take_next(person)

    def _take_next(self, person: Person) -> None:
        try:
            self._begin(person, take_next(person.agent))
        except NotFound:
            return

    def _begin(self, person: Person, ticket: Ticket) -> None:
        person.busy_with = ticket.pk
        is_chat = ticket.channel == "webchat"
        seconds = (
            self.day.random.randrange(5, 25) if is_chat else self.day.random.randrange(30, 150) * self.day.slowness
        )
        self.day.soon(seconds, lambda: self._finish(person))

    def _finish(self, person: Person) -> None:
        ticket = Ticket.objects.get(pk=person.busy_with or 0)
        person.busy_with = None
        if person.is_here and ticket.assignee_id == person.agent.pk and ticket.status == Status.OPEN:
            self._do(person, ticket)
        self.look()

    def _do(self, person: Person, ticket: Ticket) -> None:
        draw, agent = self.day.random.random(), person.agent
        twin = Ticket.objects.filter(pk=self.twins.get(ticket.pk, 0), status__in=("open", "pending", "on_hold")).first()
        if twin is not None:
            self._merge(agent, ticket, twin)
        elif ticket.channel != "webchat" and draw < 0.12:
            self._do_otherwise(person, ticket, draw)
        else:
            self._answer(person, ticket)

    def _do_otherwise(self, person: Person, ticket: Ticket, draw: float) -> None:
        agent = person.agent
        if draw < 0.02:
            changes.set_status(ticket, status=Status.SPAM, actor=agent.as_actor())
            self.day.log.spam(now(), ticket.pk)
        elif draw < 0.05:
            colleagues = [other for other in self.day.desk.people if other.team == person.team and other.is_here]
            changes.assign(ticket, agent=self.day.random.choice(colleagues).agent, actor=agent.as_actor())
        elif draw < 0.06:
            other = self.day.desk.teams["New York" if person.team == "Berlin" else "Berlin"]
            changes.assign(ticket, agent=None, actor=agent.as_actor())
            changes.assign_team(ticket, team=other, actor=agent.as_actor())
        elif draw < 0.08:
            changes.set_priority(ticket, priority=self.day.random.choice(["low", "urgent"]), actor=agent.as_actor())
        elif draw < 0.10:
            messages.add_note(ticket, text="Ask the warehouse.", actor=agent.as_actor())
            changes.snooze(ticket, until=now() + timedelta(hours=1), actor=agent.as_actor())
        else:
            self._split(person, ticket)

    def _answer(self, person: Person, ticket: Ticket) -> None:
        random, agent, day = self.day.random, person.agent, self.day
        message = agent_replies(ticket, agent)
        day.log.answered(now(), ticket.pk, agent.pk)
        day.soon(1, lambda: self._deliver(message.pk))
        draw = random.random()
        if draw < 0.55:
            day.soon(2, lambda: self._solve(agent, ticket.pk))
            if random.random() < 0.08:
                day.soon(random.randrange(HOUR // 3, 2 * HOUR), lambda: self.customer_goes_on(ticket.pk))
            return
        if draw < 0.9:
            status = Status.PENDING if draw < 0.85 else Status.ON_HOLD
            changes.set_status(ticket, status=status, actor=agent.as_actor())
        if random.random() < 0.7:
            wait = random.randrange(20, 90) if ticket.channel == "webchat" else random.randrange(600, 5400)
            day.soon(wait, lambda: self.customer_goes_on(ticket.pk))
        else:
            day.soon(random.randrange(HOUR, 3 * HOUR), lambda: self._solve(agent, ticket.pk))

    def _solve(self, agent: Agent, ticket_id: int) -> None:
        """Unless the customer has written meanwhile."""
        ticket = Ticket.objects.get(pk=ticket_id)
        if ticket.status in ("open", "pending", "on_hold") and ticket.waiting_since is None:
            changes.set_status(ticket, status=Status.RESOLVED, actor=agent.as_actor())
            self.day.log.solved(now(), ticket_id, agent.pk)

    def _merge(self, agent: Agent, ticket: Ticket, twin: Ticket) -> None:
        try:
            moving.merge(ticket, into=twin, actor=agent.as_actor())
        except Conflict:
            return  # an answer is on its way at this moment
        self.day.log.merged(ticket.pk, twin.pk)

    def _split(self, person: Person, ticket: Ticket) -> None:
        """The customer asked for something else in the same ticket: that becomes one of its own."""
        received = list(Message.objects.filter(ticket=ticket, direction="in", kind="reply").order_by("seq"))
        if len(received) < 2:
            self._answer(person, ticket)
            return
        try:
            done = moving.split_off(ticket, message_ids=[received[-1].pk], actor=person.agent.as_actor())
        except Conflict:
            return
        made = Ticket.objects.get(pk=done.other_id)
        self.senders[made.pk] = self.senders[ticket.pk]
        self.day.log.split(now(), ticket.pk, made.pk, moved_at=received[-1].created_at)

    def _deliver(self, message_id: int) -> None:
        """The provider takes it, and now and then sends it back."""
        message = outbox.claim(message_id)
        if message is None:
            return
        outbox.record_sent(message, external_id=f"sent-{message_id}@desk.example")
        if self.day.random.random() < 0.01:
            outbox.record_receipt(message, delivery="failed", reason="No such mailbox.")
            self.day.log.counts["bounces"] += 1

    def _inbox(self, team: str) -> Inbox:
        return self.day.desk.inboxes[team]
