"""The heart's work by the clock."""

from __future__ import annotations

from celery import shared_task

from tickets.services import abandoned, scheduling
from tickets.services.counting import squash_counts as fold_deltas


@shared_task(queue="bulk", soft_time_limit=50, time_limit=60)
def squash_counts() -> None:
    """Fold the deltas of the view counters."""
    fold_deltas()


@shared_task(queue="bulk", soft_time_limit=200, time_limit=240)
def drop_abandoned_files() -> None:
    """Uploads without a message, files without a row."""
    abandoned.drop_abandoned_uploads()
    abandoned.drop_files_without_rows()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def send_scheduled_replies() -> None:
    """Replies whose time has come become messages."""
    scheduling.send_due()
