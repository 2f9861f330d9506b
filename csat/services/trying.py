"""Sends a manager the survey as customers get it; its links lead to a page that shows and rates nothing."""

from __future__ import annotations

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from csat.models import Survey
from csat.services.asking import text_of
from people.models import Agent
from people.policy import require

MAIL_TEST = "csat.tasks.mail_test"
BY_ITSELF = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send_test(survey: Survey, *, language: str, to: Agent) -> None:
    """Have a worker send it: no page waits for a mail server."""
    require(to, "manage_desk")
    survey_id, agent_id = survey.pk, to.pk
    transaction.on_commit(
        lambda: current_app.send_task(MAIL_TEST, args=[survey_id, agent_id, language], queue="deliver")
    )


def send(survey_id: int, agent_id: int, language: str) -> None:
    survey = Survey.objects.filter(pk=survey_id).first()
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if survey is None or agent is None:
        return
    link = f"{settings.SITE_URL}{reverse('workspace:settings-survey-preview', args=[survey.pk, language])}"
    text = text_of(survey, language=language, link=link, has_choices=True)
    EmailMessage(f"Test: {survey.name}", text, None, [agent.email], headers=BY_ITSELF).send()
