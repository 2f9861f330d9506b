"""What happened on the simulated day, as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sla.models import Clock, Fact
from tests.simulation.invariants import outcome_of
from tests.simulation.play import Played
from tickets.models import TicketEvent


def lines(played: Played) -> list[str]:
    day = played.day
    facts = Counter(Fact.objects.standing().values_list("kind", flat=True))
    outcomes = Counter(outcome_of(clock) for clock in Clock.objects.iterator())
    size = f"{day.tickets} questions, {len(day.desk.people)} agents, {day.minutes} minutes checked"
    return [
        f"seed {played.seed}: {size}, played in {played.seconds:.0f} s",
        _row("tickets", day.log.ends().items()),
        _row("people", sorted(day.log.counts.items())),
        _row("promises", sorted(outcomes.items())),
        _row("facts", sorted(facts.items())),
        _row("tasks", sorted(day.work.done.items())),
        f"{'told late':10} {_late()}",
        f"{'findings':10} {len(played.findings)}",
    ]


def _row(name: str, pairs: Iterable[tuple[str, int]]) -> str:
    return f"{name:10} {', '.join(f'{key} {number:,}' for key, number in pairs)}"


def _late() -> str:
    late = [event.data["late_by_seconds"] for event in TicketEvent.objects.filter(kind="SLABreached")]
    behind = [seconds for seconds in late if seconds]
    return f"{len(behind)} of {len(late)} misses, by at most {max(behind, default=0)} s (planned downtime)"
