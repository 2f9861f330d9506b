"""Handing out: how fast a full queue finds its agents, and how soon somebody who has just become free gets the next."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.clock import now
from helpdesk.bench.contract import Figures, Options, sampled, spread
from people.models import Agent, Availability, Contact, Role, Team, TeamStrategy
from routing.services.dispatching import dispatch_all
from tickets.models import Inbox, Priority, Status, Ticket
from tickets.services import changes

# A new, empty desk each time: what was handed out once waits no longer.
TICKETS = 0
CAPACITY = 10
STRATEGIES = (TeamStrategy.ROUND_ROBIN, TeamStrategy.LEAST_LOADED, TeamStrategy.BALANCED, TeamStrategy.SKILLED)


def run(options: Options) -> Iterator[Figures]:
    """200 agents in 20 teams and 5,000 waiting tickets; `--short` makes a tenth of each."""
    part = 10 if options.is_short else 1
    agents = _staff(agents=200 // part, teams=20 // part)
    _arrive(5_000 // part)
    size = {"agents": len(agents), "teams": 20 // part, "waiting": 5_000 // part}
    yield {"case": "a full queue, everybody free", **size, **_hand_out_all()}
    yield {"case": "somebody becomes free", **size, **_free_one_by_one(agents, times=30 if options.is_short else 300)}
    yield {"case": "nobody has room", **size, **spread(sampled(dispatch_all, times=50))}
    _ask_for_what_nobody_can()
    yield {"case": "everybody has room, nobody is fit", **size, **spread(sampled(dispatch_all, times=50))}


def _staff(*, agents: int, teams: int) -> list[Agent]:
    staff = Agent.objects.bulk_create(
        Agent(
            email=f"bench.{number}@demo.local",
            name=f"Bench {number}",
            role=Role.AGENT,
            capacity=CAPACITY,
            availability=Availability.AVAILABLE,
            last_seen_at=now() + timedelta(hours=1),
        )
        for number in range(agents)
    )
    made = [Team.objects.create(name=f"Team {n}", strategy=STRATEGIES[n % len(STRATEGIES)]) for n in range(teams)]
    for number, team in enumerate(made):
        team.members.set(staff[number::teams])
    return staff


def _arrive(count: int) -> None:
    dice = random.Random(1)
    teams = list(Team.objects.order_by("id"))
    inbox = Inbox.objects.create(kind="email", name="Bench", address="bench@desk.example")
    contact = Contact.objects.create(name="Rosa")
    at = now()
    Ticket.objects.bulk_create(
        Ticket(
            inbox=inbox,
            channel="email",
            contact=contact,
            team=teams[number % len(teams)],
            priority=dice.choice(Priority.values),
            sla_due_at=at + timedelta(seconds=dice.randrange(-86_400, 86_400)),
        )
        for number in range(count)
    )


def _hand_out_all() -> Figures:
    started = time.perf_counter()
    given = dispatch_all()
    seconds = time.perf_counter() - started
    return {"handed_out": given, "seconds": round(seconds, 2), "per_second": round(given / seconds)}


def _free_one_by_one(agents: Sequence[Agent], *, times: int) -> Figures:
    """Somebody resolves a ticket; the time from that commit until they have the next one."""
    took: list[float] = []
    cpu: list[float] = []
    for number in range(times):
        agent = agents[number % len(agents)]
        ticket = Ticket.objects.filter(assignee=agent, status=Status.OPEN).order_by("id")[0]
        changes.set_status(ticket, status=Status.RESOLVED, actor=agent.as_actor())
        started, used = time.perf_counter(), time.process_time()
        given = dispatch_all()
        took.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
        if given != 1:
            raise RuntimeError(f"{given} tickets found an agent instead of one")
    took.sort()
    return {
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(took[int(len(took) * 0.95)], 2),
        "cpu_p50_ms": round(statistics.median(cpu), 2),
        "n": times,
    }


def _ask_for_what_nobody_can() -> None:
    Ticket.objects.filter(assignee=None).update(skills=["nobody-has-it"])
    Agent.objects.update(capacity=2 * CAPACITY)
