"""The demo customers' mailboxes, as their owners see them. Anyone may look: it is a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from channels_in.email.kind import KIND
from channels_in.email.parse import ParsedMail, parse
from channels_in.models import DemoMail
from people.models import Identity


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    mails: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail with what is in it."""

    pk: int
    is_sent: bool
    received_at: datetime
    content: ParsedMail


def mailboxes(limit: int = 100) -> list[Mailbox]:
    """Those with mail first, then customers who may write their first one."""
    used = DemoMail.objects.values("mailbox").annotate(mails=Count("id"), newest=Max("received_at"))
    boxes = [Mailbox(row["mailbox"], row["mails"], row["newest"]) for row in used.order_by("-newest")[:limit]]
    known = {box.address for box in boxes}
    others = Identity.objects.filter(kind=KIND).order_by("id").values_list("value", flat=True)[:20]
    return [*boxes, *(Mailbox(address, 0, None) for address in others if address not in known)]


def mails_of(mailbox: str, limit: int = 50) -> list[ReadMail]:
    rows = DemoMail.objects.filter(mailbox=mailbox.lower()).order_by("-id")[:limit]
    return [_read(row) for row in rows]


def mail_of(mailbox: str, mail_id: int) -> ReadMail | None:
    row = DemoMail.objects.filter(mailbox=mailbox.lower(), pk=mail_id).first()
    return _read(row) if row else None


def _read(row: DemoMail) -> ReadMail:
    return ReadMail(row.pk, row.is_sent, row.received_at, parse(bytes(row.raw)))
