"""API tokens as people see them: their own; admins see everybody's."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from people.models import Agent, ApiToken
from people.policy import may


def tokens_visible_to(agent: Agent) -> QuerySet[ApiToken]:
    """Those that still open something, the newest first."""
    rows = ApiToken.objects.filter(revoked_at__isnull=True).select_related("agent").order_by("-id")
    return rows if may(agent, "manage_secrets") else rows.filter(agent=agent)


def token_by_id(agent: Agent, token_id: int) -> ApiToken:
    found = tokens_visible_to(agent).filter(pk=token_id).first()
    if found is None:
        raise NotFound("There is no such token (any more).")
    return found
