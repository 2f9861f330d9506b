"""Answers for visitors who are gone: the same message also goes by mail, through one of the desk's mail inboxes."""

from __future__ import annotations

import copy

from channels_in.base import ChannelError, ErrorKind, Progress
from channels_in.models import ChatVisitor
from channels_in.registry import adapter_for
from channels_in.webchat.presence import is_gone
from core.clock import now
from tickets.inbound import Address
from tickets.models import Inbox, Message

MAIL_KIND = "email"
_STARTED = "mail:started"
_REFUSED = "mail:refused"
# A mail is one part; what is noted about it is noted here.
_OWN_PROGRESS = Progress(arrived=[], note=lambda part: None)


def address_now(identity_id: int, *, is_automatic: bool = False) -> Address | None:
    """Where to write to: None while the visitor is there, or when they left no address.

    What the desk says by itself goes to proven addresses only: anybody can claim that of a stranger.
    """
    visitors = list(ChatVisitor.objects.filter(identity_id=identity_id).order_by("-created_at")[:20])
    reachable = next((item for item in visitors if item.email and (item.is_verified or not is_automatic)), None)
    if reachable is None:
        return None
    at = now()
    is_here = any(not is_gone(visitor.last_seen_at, at=at) for visitor in visitors)
    if is_here and not any(visitor.is_mail_wanted for visitor in visitors):
        return None
    return Address(name=reachable.name, address=reachable.email)


def mail_inbox_for(inbox: Inbox) -> Inbox | None:
    """The mail inbox that answers for a widget: one of the same default team, else the desk's oldest."""
    usable = Inbox.objects.filter(kind=MAIL_KIND, is_active=True).exclude(address="").order_by("id")
    of_team = usable.filter(default_team_id=inbox.default_team_id) if inbox.default_team_id else usable.none()
    return of_team.first() or usable.first()


def send_copy(message: Message, *, to: Address, progress: Progress) -> str:
    """Mail the message; returns its Message-ID, by which the answer finds its way back. Raises ChannelError.

    Safe to repeat: an attempt that died while the mail was on its way is not made again by itself.
    """
    if progress.arrived and progress.arrived[-1] == _STARTED:
        raise ChannelError(
            ErrorKind.UNCERTAIN, "We were interrupted while mailing this: it may or may not have arrived."
        )
    inbox = mail_inbox_for(message.inbox)
    if inbox is None:
        return ""
    progress.note(_STARTED)
    try:
        return adapter_for(MAIL_KIND).send(inbox, _as_mail(message, inbox, to), _OWN_PROGRESS).external_id
    except ChannelError as error:
        if error.kind is not ErrorKind.UNCERTAIN:
            progress.note(_REFUSED)
        raise


def _as_mail(message: Message, inbox: Inbox, to: Address) -> Message:
    """The same row, addressed otherwise; it is not saved."""
    mailed = copy.copy(message)
    mailed.inbox = inbox
    mailed.subject = message.subject or f"Re: {message.ticket.subject}"[:500]
    mailed.recipients = {"to": [{"kind": MAIL_KIND, "name": to.name, "address": to.address}]}
    return mailed
