"""Which inbox a webhook address belongs to."""

from __future__ import annotations

from django.db.models import Q

from tickets.models import Inbox


def inbox_of_hook(token: str) -> Inbox | None:
    """The inbox with this token. What its provider switched off still takes in; what a person closed does not."""
    takes_in = Q(is_active=True) | ~Q(disabled_reason="")
    return Inbox.objects.filter(takes_in, token=token).first()
