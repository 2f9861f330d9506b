"""The API's work by the clock."""

from __future__ import annotations

from celery import shared_task

from api.idempotency import forget_old_answers as forget


@shared_task(queue="bulk", soft_time_limit=50, time_limit=60)
def forget_old_answers() -> None:
    """Remembered answers are kept for a day."""
    forget()
