"""Tickets for which a team finds nobody in time go to the team that helps out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from core.batches import do_batch
from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, TeamAssigned, TicketWoken
from routing.models import Offer, Overflow
from routing.services.offers import end_ring
from tickets.models import Ticket, TicketEvent
from tickets.selectors.workload import in_queue_order, unowned_tickets
from tickets.services import changes, journal

BATCH = 100
# The next sweep goes on; dispatching must not wait for the whole of a large backlog.
MOST_BATCHES = 10
_COMING = (TeamAssigned.key(), TicketWoken.key())


def pass_on() -> int:
    """Returns how many moved on. Whoever came back to a team stays there."""
    total = 0
    for _ in range(MOST_BATCHES):
        moved = do_batch(_late(now()), _pass_batch, size=BATCH)
        total += moved
        if moved < BATCH:
            break
    return total


def _pass_batch(late: QuerySet[Ticket]) -> int:
    at = now()
    with unit_of_work():
        due = in_queue_order(late).select_related("team__overflow_team")
        tickets = due.select_for_update(of=("self",), skip_locked=True)[:BATCH]
        moved = [_move(ticket) for ticket in tickets]
        Overflow.objects.bulk_create(
            [Overflow(ticket_id=ticket_id, team_id=team_id, at=at) for ticket_id, team_id in moved],
            ignore_conflicts=True,
        )
    return len(moved)


def _late(at: datetime) -> QuerySet[Ticket]:
    """What has waited for its team for too long: since it was opened, left by its agent, opened again, woken, or moved
    there, whichever was last."""
    wait = ExpressionWrapper(F("team__overflow_minutes") * Value(timedelta(minutes=1)), output_field=DateTimeField())
    latest = ExpressionWrapper(Value(at) - wait, output_field=DateTimeField())
    passed = Overflow.objects.filter(ticket=OuterRef("pk"), team=OuterRef("team"))
    came = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind__in=_COMING).order_by("-seq").values("at")[:1]
    return (
        unowned_tickets()
        .filter(~Exists(passed), team__overflow_team__is_active=True)
        .alias(
            since=Greatest("created_at", "assignee_since", "status_since"), came=Coalesce(Subquery(came), "created_at")
        )
        .filter(since__lte=latest, came__lte=latest)
    )


def pass_chat(ticket: Ticket, *, why: str) -> bool:
    """A chat that nobody of its team answers goes on at once. False where it has been passed on before, an agent was
    quicker, or it is over."""
    with unit_of_work():
        fresh = journal.locked(ticket)
        team = fresh.team
        offer = Offer.objects.filter(ticket=fresh, ended_at=None)
        if team is None or team.pk != ticket.team_id or team.overflow_team is None or not fresh.is_open:
            return False
        if fresh.assignee_id and not offer.exists():
            return False
        _, is_first = Overflow.objects.get_or_create(ticket=fresh, team=team, defaults={"at": now()})
        if not is_first:
            return False
        end_ring(fresh)
        changes.assign_team(journal.locked(fresh), team=team.overflow_team, reason=why, actor=SYSTEM)
    return True


def _move(ticket: Ticket) -> tuple[int, int]:
    """(ticket, the team it leaves)."""
    team = ticket.team
    assert team is not None, "only tickets of a team overflow"
    changes.assign_team(ticket, team=team.overflow_team, reason=_reason(team.name, team.overflow_minutes), actor=SYSTEM)
    return ticket.pk, team.pk


def _reason(team: str, minutes: int) -> str:
    return f"Nobody in {team} was free for {minutes} min"
