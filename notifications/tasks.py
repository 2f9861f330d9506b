"""The bell's work by the clock."""

from __future__ import annotations

from celery import shared_task

from notifications.services.by_mail import mail_the_away
from notifications.services.reading import forget_old


@shared_task(queue="bulk", soft_time_limit=100, time_limit=120)
def forget_old_notifications() -> None:
    """Keep the table small."""
    forget_old()


@shared_task(queue="bulk", soft_time_limit=100, time_limit=120)
def mail_bells() -> None:
    """Tell the agents who are away."""
    mail_the_away()
