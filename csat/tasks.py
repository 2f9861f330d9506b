"""What csat does by the clock, and the test mail that a manager asks for."""

from __future__ import annotations

import smtplib
from typing import Any

from celery import shared_task

from csat.services import asking, keeping, recovering, trying


@shared_task(queue="clock", soft_time_limit=50, time_limit=60)
def tick_surveys() -> None:
    """Questions that are due, and recoveries whose time is over."""
    asking.ask_due()
    recovering.tell_overdue()


@shared_task(queue="bulk", soft_time_limit=110, time_limit=120)
def drop_old_requests() -> None:
    """Questions of long ago that nobody answered."""
    keeping.drop_old()


@shared_task(
    name=trying.MAIL_TEST,
    bind=True,
    queue="deliver",
    soft_time_limit=60,
    time_limit=70,
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=30,
    max_retries=3,
)
def mail_test(task: Any, survey_id: int, agent_id: int, language: str) -> None:
    """A second copy is harmless: its links only show the page."""
    del task
    trying.send(survey_id, agent_id, language)
