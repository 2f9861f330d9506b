"""The work of reports by the clock."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from core.clock import now
from reports.self_check import check_and_tell
from reports.services.closing import close_days
from reports.services.mailing import claim_due, mail_claimed


@shared_task(queue="bulk", soft_time_limit=50, time_limit=60)
def mail_reports() -> None:
    """Mail what is due."""
    for saved_id in claim_due():
        mail_claimed(saved_id)


@shared_task(queue="bulk", soft_time_limit=290, time_limit=300)
def check_reports() -> None:
    """Reckon a sample of facts and figures anew."""
    check_and_tell()


@shared_task(queue="bulk", soft_time_limit=290, time_limit=300)
def close_report_days() -> None:
    """Store the day that is over; after an upgrade all that came before, as far as the time allows."""
    close_days(now=now(), until=now() + timedelta(minutes=4))
