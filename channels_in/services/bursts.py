"""A breaker for one sender who writes far too much at once: a mail loop, a broken script, an attack."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from channels_in.base import Adapter, Held, ParsedEvent
from channels_in.models import InboundDelivery
from core.limits import Limit, is_within
from tickets.inbound import Inbound
from tickets.models import Inbox

WINDOW_SECONDS = 600


def without(
    adapter: Adapter, inbox: Inbox, rows: Sequence[InboundDelivery], events: Sequence[ParsedEvent]
) -> Sequence[ParsedEvent]:
    """Over the limit a message is held back, where a person finds it. Imported history is no burst."""
    if not adapter.holds_bursts or not settings.MAIL_BURST or any(_is_let_in(row) for row in rows):
        return events
    return [_held(event) if isinstance(event, Inbound) and _is_over(inbox, event) else event for event in events]


def _is_let_in(row: InboundDelivery) -> bool:
    return row.is_released or bool(row.headers.get("history"))


def _is_over(inbox: Inbox, letter: Inbound) -> bool:
    limit = Limit(name="mail-burst", times=settings.MAIL_BURST, seconds=WINDOW_SECONDS)
    return not is_within(limit, f"{inbox.pk}:{letter.sender.value.lower()}")


def _held(letter: Inbound) -> Held:
    reason = f"{letter.sender.value} wrote more than {settings.MAIL_BURST} mails within ten minutes"
    return Held(reason=reason, held_for="burst", sender=letter.sender.value, subject=letter.subject)
