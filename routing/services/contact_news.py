"""Tells the open tickets of a contact that the contact is different now, so that rules can react on each of them."""

from __future__ import annotations

import logging
from datetime import timedelta

from core.batches import stop_if_out_of_time
from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, ContactChanged, ContactUpdated
from routing.models import ContactNews, Rule
from tickets.models import OPEN_STATUSES, Ticket
from tickets.services import journal

logger = logging.getLogger(__name__)

BATCH = 100
# Of one change: an organization with more open tickets than this hears of it on the newest ones only.
MOST_TICKETS = 2000
# The ordinary task comes within moments; what is older than this was lost.
GRACE = timedelta(seconds=30)


def note(event: ContactChanged) -> None:
    """Keep it while a rule waits for such news."""
    if not Rule.objects.filter(event=ContactUpdated.key(), is_active=True).exists():
        return
    ContactNews.objects.create(
        contact_id=event.contact_id,
        organization_id=event.organization_id,
        what=event.what,
        before=event.before[:320],
        after=event.after[:320],
        due_at=now() + GRACE,
    )


def tell(*, lost_only: bool = False) -> bool:
    """Tell the next batch of one piece of news; returns whether there may be more to do."""
    with unit_of_work():
        waiting = ContactNews.objects.select_for_update(skip_locked=True).order_by("id")
        news = (waiting.filter(due_at__lte=now()) if lost_only else waiting).first()
        if news is None:
            return False
        ids = _next_tickets(news)
        for ticket_id in ids:
            _tell_one(news, ticket_id)
        news.told += len(ids)
        if len(ids) < BATCH or news.told >= MOST_TICKETS:
            news.delete()
        else:
            news.after_ticket_id, news.due_at = ids[-1], now() + GRACE
            news.save(update_fields=["after_ticket_id", "told", "due_at"])
    return True


def _tell_one(news: ContactNews, ticket_id: int) -> None:
    """A ticket that cannot be told is left out: the rest of this news, and all later news, wait behind it."""
    try:
        with unit_of_work():
            event = ContactUpdated(what=news.what, before=news.before, after=news.after)
            journal.record(journal.locked(ticket_id), event, actor=SYSTEM)
    except Exception as error:
        logger.exception("A ticket could not be told of its contact", extra={"ticket_id": ticket_id})
        stop_if_out_of_time(error)


def _next_tickets(news: ContactNews) -> list[int]:
    """The newest first; `after_ticket_id` is the last that was told."""
    found = Ticket.objects.filter(status__in=OPEN_STATUSES)
    if news.organization_id is not None:
        found = found.filter(organization_id=news.organization_id)
    else:
        found = found.filter(contact_id=news.contact_id)
    if news.after_ticket_id:
        found = found.filter(pk__lt=news.after_ticket_id)
    return list(found.order_by("-pk").values_list("pk", flat=True)[:BATCH])
