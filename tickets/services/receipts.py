"""Later words about messages: receipts of ours, edits of theirs."""

from __future__ import annotations

from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, MessageEdited
from tickets.inbound import Edit, Receipt
from tickets.models import Direction, Inbox, Message, MessageRef, RefKind
from tickets.services import outbox
from tickets.services.journal import locked, record
from tickets.services.refs import ref_hash
from tickets.services.snippets import snippet


def record_receipt(receipt: Receipt, *, inbox: Inbox) -> Message | None:
    """Note how one of our messages fared; None when it is not one of ours."""
    ours = Message.objects.filter(inbox=inbox, direction=Direction.OUT)
    if receipt.message_id is not None:
        message = ours.filter(pk=receipt.message_id).first()
    else:
        message = ours.filter(external_id=receipt.external_id).exclude(external_id="").first()
        message = message or _by_alias(receipt.external_id, inbox)
    if message is None:
        return None
    outbox.record_receipt(message, delivery=receipt.delivery, reason=receipt.reason)
    return message


def _by_alias(external_id: str, inbox: Inbox) -> Message | None:
    """By an id that the provider gave the message beside ours."""
    if not external_id:
        return None
    refs = MessageRef.objects.filter(id_hash=ref_hash(external_id), kind=RefKind.SENT, message_id__isnull=False)
    rows = [row for row in refs.values_list("message_id", flat=True)[:2] if row is not None]
    return Message.objects.filter(pk__in=rows, inbox=inbox, direction=Direction.OUT).first()


def record_edit(edit: Edit, *, inbox: Inbox) -> Message | None:
    """Show the new words; the earlier ones stay in the journal. None when the message is unknown."""
    known = Message.objects.filter(inbox=inbox, direction=Direction.IN, external_id=edit.external_id).first()
    if known is None:
        return None
    with unit_of_work():
        ticket = locked(known.ticket_id)
        message = Message.objects.select_related("author_contact").get(pk=known.pk)
        if message.text == edit.text:
            return message
        before = message.text
        Message.objects.filter(pk=message.pk).update(text=edit.text, edited_at=now())
        contact = message.author_contact
        actor = Actor(kind="contact", id=contact.pk if contact else None, name=str(contact or "Customer"))
        columns = {"snippet": snippet(edit.text)} if ticket.last_public_seq == message.seq else {}
        record(ticket, MessageEdited(message_id=message.pk, before=before), actor=actor, columns=columns)
    return message
