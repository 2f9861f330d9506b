"""Who has how much to do, and which tickets wait for an agent: what assignment works with, for no person's eyes."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from tickets.models import Priority, Status, Ticket

_RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


def waiting_tickets(team_ids: Collection[int]) -> QuerySet[Ticket]:
    """Open tickets of these teams that nobody owns, in the order of the queue: deadline, priority, longest wait."""
    return in_queue_order(unowned_tickets().filter(team_id__in=team_ids))


def unowned_tickets() -> QuerySet[Ticket]:
    return Ticket.objects.filter(unowned())


def unowned() -> Q:
    """Waits for an agent now."""
    return Q(status=Status.OPEN, assignee__isnull=True, snoozed_until__isnull=True)


def in_queue_order(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    rank = Case(*(When(priority=name, then=Value(rank)) for name, rank in _RANK.items()), output_field=IntegerField())
    return tickets.order_by("sla_due_at", rank, "created_at", "id")


def open_load(agent_ids: Collection[int]) -> dict[int, int]:
    """The weight of each agent's open, awake tickets; what waits for others is no load."""
    rows = (
        Ticket.objects.filter(assignee_id__in=agent_ids, status=Status.OPEN, snoozed_until__isnull=True)
        .order_by()
        .values_list("assignee_id")
        .annotate(weight=Sum("inbox__weight"))
    )
    load = dict.fromkeys(agent_ids, 0)
    load.update({agent_id: weight for agent_id, weight in rows if agent_id is not None})
    return load


def open_channels(agent_id: int) -> set[str]:
    """Through which channels the agent's open, awake tickets go."""
    rows = Ticket.objects.filter(assignee_id=agent_id, status=Status.OPEN, snoozed_until__isnull=True)
    return set(rows.order_by().values_list("channel", flat=True).distinct())


def teams_worked_for(agent_ids: Collection[int]) -> dict[int, int]:
    """The team of most of each agent's open, awake tickets."""
    rows = (
        Ticket.objects.filter(
            assignee_id__in=agent_ids, status=Status.OPEN, snoozed_until__isnull=True, team_id__isnull=False
        )
        .order_by()
        .values_list("assignee_id", "team_id")
        .annotate(n=Count("pk"))
        .order_by("n", "-team_id")
    )
    return {agent_id: team_id for agent_id, team_id, _ in rows if agent_id is not None and team_id is not None}


def last_assignees(contact_ids: Collection[int]) -> dict[int, int]:
    """Who owned the newest ticket of each contact that somebody owned."""
    rows = (
        Ticket.objects.filter(contact_id__in=contact_ids, assignee__isnull=False)
        .order_by("contact_id", "-last_message_at")
        .distinct("contact_id")
        .values_list("contact_id", "assignee_id")
    )
    return dict(rows)
