"""Who has how much to do, and which tickets wait for an agent: what assignment works with, for no person's eyes."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Value, When

from tickets.models import Priority, Status, Ticket

_RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


def waiting_tickets(team_id: int | OuterRef) -> QuerySet[Ticket]:
    """Open tickets of a team that nobody owns, in the order of the queue: deadline, priority, longest wait."""
    rank = Case(*(When(priority=name, then=Value(rank)) for name, rank in _RANK.items()), output_field=IntegerField())
    return Ticket.objects.filter(
        team_id=team_id, status=Status.OPEN, assignee__isnull=True, snoozed_until__isnull=True
    ).order_by("sla_due_at", rank, "created_at", "id")


def open_load(agent_ids: Collection[int]) -> dict[int, int]:
    """How many open, awake tickets each agent has; what waits for others is no load."""
    rows = (
        Ticket.objects.filter(assignee_id__in=agent_ids, status=Status.OPEN, snoozed_until__isnull=True)
        .order_by()
        .values_list("assignee_id")
        .annotate(n=Count("id"))
    )
    load = dict.fromkeys(agent_ids, 0)
    load.update({agent_id: n for agent_id, n in rows if agent_id is not None})
    return load
