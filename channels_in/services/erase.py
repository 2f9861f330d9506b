"""Erases the raw form of what a redacted message came as; that it came remains."""

from __future__ import annotations

from channels_in.models import InboundDelivery, OutboundAttempt
from tickets.models import Inbox


def erase_raw(message_id: int) -> None:
    """Also of the webhooks that a mail was taken out of, and of its copies to other inboxes."""
    rows = InboundDelivery.objects.filter(message_id=message_id)
    outer = [f"The mail in it is delivery {pk}" for pk in rows.values_list("pk", flat=True)]
    inboxes = rows.values("inbox_id")
    InboundDelivery.objects.filter(inbox_id__in=inboxes, outcome="noted", reason__in=outer).update(raw=b"")
    copies = InboundDelivery.objects.filter(inbox__in=Inbox.objects.values("pk"), outcome="duplicate")
    copies.filter(external_id__in=list(rows.values_list("external_id", flat=True))).update(raw=b"", headers={})
    rows.update(raw=b"", headers={}, error="")
    OutboundAttempt.objects.filter(message_id=message_id).update(detail="")
