"""What callbacks do by the clock."""

from __future__ import annotations

from celery import shared_task

from callbacks.services import missing


@shared_task(queue="clock", soft_time_limit=50, time_limit=60)
def tick_callbacks() -> None:
    """Callbacks that are about to begin, and those that nobody made."""
    missing.tell_near()
    missing.miss_due()
