"""Connects an inbox to its provider, in a worker, since the provider is a stranger's server."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from channels_in.base import ChannelError
from channels_in.registry import adapter_for
from channels_in.services.enqueue import CONNECT, ask
from tickets.models import Inbox
from tickets.services import inboxes


def ask_to_connect(inbox: Inbox) -> None:
    """Have a worker connect the inbox, where its kind needs that."""
    if adapter_for(inbox.kind).has_webhook:
        transaction.on_commit(lambda: ask(CONNECT, [inbox.pk]))


def connect(inbox_id: int) -> None:
    """Safe to run twice: the last registration counts."""
    inbox = Inbox.objects.filter(pk=inbox_id).first()
    if inbox is None or not adapter_for(inbox.kind).has_webhook:
        return
    try:
        adapter_for(inbox.kind).connect(inbox, site_url=settings.SITE_URL)
    except ChannelError as error:
        inboxes.disable(inbox, reason=error.reason)
