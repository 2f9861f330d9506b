"""Tells a colleague that they may sign in; the mail holds no secret: they choose their password at the door."""

from __future__ import annotations

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from people.models import Agent

MAIL_INVITATION = "people.tasks.mail_invitation"
BY_ITSELF = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

_TEXT = """Hello {name},

{by} has opened an account for you at the helpdesk.

1. Choose your password: {site}/accounts/password/reset/
   (enter {email} there; the link that you get is good for half an hour)
2. Sign in: {site}/

You did not expect this? Then ignore it; nothing happens.
"""


def invite(agent: Agent, *, by: Agent) -> None:
    """Have a worker send the mail: no page waits for a mail server."""
    name, agent_id = by.name, agent.pk
    transaction.on_commit(lambda: current_app.send_task(MAIL_INVITATION, args=[agent_id, name], queue="deliver"))


def send(agent_id: int, by: str) -> None:
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        return
    text = _TEXT.format(name=agent.name, by=by, site=settings.SITE_URL.rstrip("/"), email=agent.email)
    EmailMessage("Your account at the helpdesk", text, None, [agent.email], headers=BY_ITSELF).send()
