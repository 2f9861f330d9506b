"""Routing's work: one task per unit of work, and a sweep for what got lost."""

from __future__ import annotations

from celery import shared_task

from routing.services import dispatching, reacting


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def react_to_events(event_ids: list[int], may_free: bool = True) -> None:
    """Rules first, since they choose the team; then tickets are handed out."""
    reacting.react_to(event_ids)
    if may_free:
        dispatching.dispatch_all()


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def dispatch_tickets() -> None:
    """Somebody may have room now."""
    dispatching.dispatch_all()


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def sweep_routing() -> None:
    """Events whose task got lost, and agents who came online without a word."""
    reacting.react_to(reacting.overdue_event_ids())
    dispatching.dispatch_all()
