"""Keeps what a demo customer sends and receives; the oldest mails of a full mailbox go."""

from __future__ import annotations

from channels_in.models import DemoMail

MAX_MAILS = 200


def keep(mailbox: str, raw: bytes, *, is_sent: bool = False) -> DemoMail:
    mail = DemoMail.objects.create(mailbox=mailbox.lower()[:320], raw=raw, is_sent=is_sent)
    surplus = DemoMail.objects.filter(mailbox=mail.mailbox).order_by("-id").values_list("pk", flat=True)[MAX_MAILS:]
    DemoMail.objects.filter(pk__in=list(surplus)).delete()
    return mail
