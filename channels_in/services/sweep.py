"""Finds the rows whose task got lost, or whose time has come, and asks the workers for them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services import connecting
from channels_in.services.enqueue import CONNECT, DELIVER, PROCESS_INBOUND, ask_again
from channels_in.services.setbacks import quarantine_deadly
from tickets.services import outbox

_LIMIT = 500
# A fresh delivery has a task of its own on the way.
_GRACE = timedelta(seconds=2)


def sweep_inbound() -> int:
    """Ask for the deliveries that are due and that nobody holds; returns how many."""
    quarantine_deadly()
    due = InboundDelivery.objects.filter(state=DeliveryState.NEW, due_at__lte=Now())
    older = InboundDelivery.objects.filter(
        inbox_id=OuterRef("inbox_id"), lane=OuterRef("lane"), state=DeliveryState.NEW, pk__lt=OuterRef("pk")
    )
    # What stands behind another in its lane cannot be had, and many of them must not hide the others.
    heads = due.filter(~Exists(older.exclude(lane="").filter(~Q(bundle=OuterRef("bundle")) | Q(bundle=""))))
    ripe = heads.filter(~Q(bundle="") | Q(due_at__lte=Now() - _GRACE))
    return ask_again(PROCESS_INBOUND, list(ripe.order_by("due_at", "id").values_list("pk", flat=True)[:_LIMIT]))


def sweep_connections() -> int:
    """Ask for the inboxes that still wait to be connected; returns how many."""
    return ask_again(CONNECT, connecting.due_inbox_ids())


def sweep_outbox() -> int:
    """Ask for the replies whose undo window, pause or lease has ended; returns how many."""
    return ask_again(DELIVER, outbox.due_message_ids(_LIMIT))
