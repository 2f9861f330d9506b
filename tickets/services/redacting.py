"""Removes what a message said, for good: its words, its files, its earlier versions. That it was there remains."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime

from core.clock import now
from core.errors import Conflict
from core.events.bus import unit_of_work
from core.events.catalogue import MessageRedacted
from people.models import Agent
from people.policy import require
from tickets.models import (
    ATTEMPTABLE,
    Attachment,
    Message,
    MessageHtml,
    ScheduledReply,
    ScheduleState,
    TicketEvent,
)
from tickets.selectors.links import whereabouts
from tickets.services.journal import locked, record
from tickets.services.summaries import newest_words

_GONE = "Removed"
# Events that repeat words of a message, and where.
_TELLING = {"MessageEdited": "before", "SideMessageReceived": "subject"}


def redact(message: Message, *, agent: Agent) -> Message:
    """Managers only. Raises Conflict while the message waits to leave, and when it is redacted already.

    Copies in the customer's own mailbox, and quotes of it in later messages, are not ours to remove.
    """
    require(agent, "manage_desk")
    with unit_of_work():
        fresh = locked(message.ticket_id)
        row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if row.redacted_at is not None:
            raise Conflict("This message is empty already.")
        if row.delivery in ATTEMPTABLE:
            raise Conflict("This reply is on its way. Take it back, or wait until it has left.")
        at = now()
        said = f"[{agent} removed this on {date_format(localtime(at), 'j F Y')}.]"
        _empty(row, said)
        Message.objects.filter(pk=row.pk).update(redacted_at=at)
        _forget_earlier_words(row)
        columns = {"snippet": newest_words(fresh.pk)}
        record(fresh, MessageRedacted(message_id=row.pk), actor=agent.as_actor(), columns=columns)
    message.refresh_from_db()
    return message


def _empty(row: Message, said: str) -> None:
    names = list(Attachment.objects.filter(message=row).values_list("storage_name", flat=True))
    Attachment.objects.filter(message=row).delete()
    MessageHtml.objects.filter(message=row).delete()
    Message.objects.filter(pk=row.pk).update(
        text=said, full_text="", subject="", has_html=False, has_attachments=False, problems=[], understood={}
    )
    transaction.on_commit(lambda: _delete_files(names))


def _forget_earlier_words(row: Message) -> None:
    """The journal keeps what a message said before it was edited; here it must not. Nor must the reply's own plan."""
    tickets = whereabouts(row.pk)
    told = TicketEvent.objects.filter(ticket_id__in=tickets, kind__in=_TELLING, data__message_id=row.pk)
    for event in told:
        event.data = {**event.data, _TELLING[event.kind]: _GONE}
        event.save(update_fields=["data"])
    plans = ScheduledReply.objects.filter(ticket_id__in=tickets, text=row.text)
    plans.filter(state__in=[ScheduleState.SENT, ScheduleState.CANCELLED]).update(text="")


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
