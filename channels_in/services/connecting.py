"""Connects an inbox to its provider, in a worker, since the provider is a stranger's server.

The wish is a row: a lost task or a provider that is away for a while costs time only. A refusal of our credentials
switches the inbox off, a network that fails never does.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from channels_in.base import ChannelError, ErrorKind
from channels_in.models import PendingConnection
from channels_in.registry import adapter_for
from channels_in.services.enqueue import CONNECT, ask, forget
from core.clock import now
from core.crashpoints import crashpoint
from tickets.models import Inbox
from tickets.services import inboxes

_FIRST_WAIT_SECONDS = 15
_LONGEST_WAIT_SECONDS = 3600
# Longer than the task's own limit; a dead worker's wish becomes due again by itself.
_LEASE = timedelta(seconds=120)


def ask_to_connect(inbox: Inbox) -> None:
    """Have a worker connect the inbox, where its kind needs that."""
    if not adapter_for(inbox.kind).has_webhook:
        return
    PendingConnection.objects.update_or_create(inbox=inbox, defaults={"due_at": now(), "attempts": 0, "problem": ""})
    transaction.on_commit(lambda: ask(CONNECT, [inbox.pk]))


def connect(inbox_id: int) -> None:
    """Safe to run twice: the last registration counts."""
    inbox = Inbox.objects.filter(pk=inbox_id).first()
    if inbox is None or not adapter_for(inbox.kind).has_webhook:
        PendingConnection.objects.filter(inbox_id=inbox_id).delete()
        return
    wish = PendingConnection.objects.filter(inbox=inbox)
    wish.update(due_at=now() + _LEASE, attempts=F("attempts") + 1)
    crashpoint("connect.before_call")
    try:
        adapter_for(inbox.kind).connect(inbox, site_url=settings.SITE_URL)
    except ChannelError as error:
        _note(inbox, error)
    else:
        crashpoint("connect.after_call")
        wish.delete()


def due_inbox_ids(limit: int = 100) -> list[int]:
    """Inboxes that wait for their provider, and that nobody is connecting now."""
    due = PendingConnection.objects.filter(due_at__lte=now()).order_by("due_at")
    return list(due.values_list("inbox_id", flat=True)[:limit])


def _note(inbox: Inbox, error: ChannelError) -> None:
    wish = PendingConnection.objects.filter(inbox=inbox)
    if error.kind not in (ErrorKind.RETRY, ErrorKind.UNCERTAIN):
        wish.delete()
        inboxes.disable(inbox, reason=error.reason)
        return
    row, _ = PendingConnection.objects.get_or_create(inbox=inbox)
    wait = error.after_seconds or min(_FIRST_WAIT_SECONDS * 2 ** max(row.attempts - 1, 0), _LONGEST_WAIT_SECONDS)
    wish.update(due_at=now() + timedelta(seconds=wait), problem=error.reason[:300])
    forget(CONNECT, inbox.pk)
