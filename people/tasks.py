"""What the workers do for people: the mail that invites a colleague."""

from __future__ import annotations

import smtplib
from typing import Any

from celery import shared_task

from people.services import invitations


@shared_task(
    name=invitations.MAIL_INVITATION,
    bind=True,
    queue="deliver",
    soft_time_limit=60,
    time_limit=70,
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=30,
    max_retries=5,
)
def mail_invitation(task: Any, agent_id: int, by: str) -> None:
    """A second copy is harmless: it holds no secret."""
    del task
    invitations.send(agent_id, by)
