"""The timeline as the page shows it: days, messages, and runs of changes that fold together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localdate, localtime

from channels_in.selectors.sources import has_source
from core.clock import now
from csat.link_tokens import without_tokens
from csat.selectors.asked import ratings_by_id
from tickets.models import Attachment, Delivery, Message, TicketEvent
from tickets.selectors.rows import channel_of
from tickets.selectors.timeline import Entry
from workspace.directory import Directory, directory
from workspace.invitations import InvitationCard, invitation_card
from workspace.sentences import Sentence, sentence

_FOLD_FROM = 3
# Later the visitor has gone; the service looks itself whether there is anything to take back.
_CHATS_GO_ON_WITHIN = timedelta(hours=1)
_RATED = "RatingGiven"
_DELIVERY_ICONS = {
    Delivery.QUEUED: "clock",
    Delivery.SENDING: "send",
    Delivery.RETRYING: "refresh-cw",
    Delivery.SENT: "check",
    Delivery.DELIVERED: "check-check",
    Delivery.READ: "eye",
    Delivery.UNCERTAIN: "triangle-alert",
    Delivery.FAILED: "circle-alert",
}


@dataclass(frozen=True, slots=True)
class DayItem:
    day: date
    label: str
    kind: str = "day"


@dataclass(frozen=True, slots=True)
class ChangeItem:
    seq: int
    at: datetime
    sentence: Sentence
    undo_url: str = ""
    undone_url: str = ""
    why_url: str = ""
    # What a customer wrote with a rating.
    quote: str = ""
    kind: str = "change"


@dataclass(frozen=True, slots=True)
class ChangesItem:
    seq: int
    changes: list[ChangeItem]
    kind: str = "changes"

    @property
    def alarm(self) -> str:
        """What must not be folded away: the last missed promise, escalation and the like."""
        return next((change.sentence.text for change in reversed(self.changes) if change.sentence.is_alarming), "")


@dataclass(frozen=True, slots=True)
class MessageItem:
    """`style` is in, out or note; `folded` the quoted history that the author did not write."""

    message: Message
    style: str
    author: str
    channel_label: str
    channel_icon: str
    delivery_icon: str
    folded: str
    files: list[Attachment] = field(default_factory=list)
    invitation: InvitationCard | None = None
    has_source: bool = False
    kind: str = "message"

    @property
    def protection(self) -> str:
        return str(self.message.understood.get("protection", ""))

    @property
    def delivery_label(self) -> str:
        """What was handed over and refused later has come back; what nobody took was never away."""
        message = self.message
        if message.delivery == Delivery.FAILED and message.sent_at is not None:
            return "Bounced"
        return str(Delivery(message.delivery).label)

    @property
    def can_try_again(self) -> bool:
        return self.message.delivery in (Delivery.FAILED, Delivery.UNCERTAIN)


Item = DayItem | ChangeItem | ChangesItem | MessageItem


def items(entries: Sequence[Entry], *, fold: bool = True) -> list[Item]:
    """Ready to render; `fold` gathers long runs of changes (live additions stay single)."""
    names = directory()
    undone = {entry.event.data.get("undoes") for entry in entries if entry.event}
    said = _comments(entries)
    shown: list[Item] = []
    run: list[ChangeItem] = []
    day: date | None = None

    def end_run() -> None:
        if fold and len(run) >= _FOLD_FROM:
            shown.append(ChangesItem(run[-1].seq, list(run)))
        else:
            shown.extend(run)
        run.clear()

    for entry in entries:
        at = entry.message.created_at if entry.message else entry.event.at if entry.event else None
        if at is not None and localdate(at) != day:
            end_run()
            day = localdate(at)
            shown.append(DayItem(day, day_label(day)))
        if entry.message is not None:
            end_run()
            shown.append(message_item(entry.message))
        elif entry.event is not None:
            change = _change(entry.event, names, is_undone=entry.event.pk in undone, quote=said.get(entry.event.pk, ""))
            if entry.event.kind == _RATED or change.undo_url:
                # What a customer says stands alone, as a message does; so does what can be taken back.
                end_run()
                shown.append(change)
            else:
                run.append(change)
    end_run()
    return shown


def message_item(message: Message) -> MessageItem:
    channel = channel_of(message.channel) if message.is_public else None
    style = "note" if not message.is_public else str(message.direction)
    text, full = message.text.strip(), message.full_text.strip()
    return MessageItem(
        message=message,
        style=style,
        author=_author(message),
        channel_label=channel.label if channel else "",
        channel_icon=channel.icon if channel else "lock",
        delivery_icon=_DELIVERY_ICONS.get(Delivery(message.delivery), ""),
        folded=without_tokens(full) if full and full != text else "",
        files=[file for file in message.attachments.all() if not (file.is_inline and message.has_html)],
        invitation=invitation_card(message.understood),
        has_source=has_source(message),
    )


def day_label(day: date) -> str:
    today = localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    text = f"{day:%A}, {day.day} {day:%B}"
    return text if day.year == today.year else f"{text} {day.year}"


def _author(message: Message) -> str:
    person = message.author_agent or message.author_contact
    if person is not None:
        return str(person)
    return "Helpdesk" if message.direction == "out" else "Customer"


def _comments(entries: Sequence[Entry]) -> dict[int, str]:
    """By event: the words of a rating, under the last thing that its customer said of it."""
    rated = [entry.event for entry in entries if entry.event and entry.event.kind == _RATED]
    if not rated:
        return {}
    ratings = ratings_by_id(event.data["rating_id"] for event in rated)
    newest = {event.data["rating_id"]: event.pk for event in rated}
    return {pk: ratings[rating_id].comment for rating_id, pk in newest.items() if rating_id in ratings}


def _change(event: TicketEvent, names: Directory, *, is_undone: bool, quote: str = "") -> ChangeItem:
    undo_url = "" if is_undone else _undo_url(event)
    at = localtime(event.at)
    return ChangeItem(event.seq, at, sentence(event, names), undo_url, _undone_url(event), _why_url(event), quote)


def _undo_url(event: TicketEvent) -> str:
    """Where a change can be taken back for good, long after the toast that offered it has gone."""
    if event.kind == "ChatEnded" and event.data["how"] == "agent" and event.at > now() - _CHATS_GO_ON_WITHIN:
        return reverse("workspace:ticket-chat-go-on", args=[event.ticket.number, event.pk])
    if event.kind != "MessagesMovedOut" or event.data.get("undoes"):
        return ""
    return reverse("workspace:ticket-move-undo", args=[event.ticket.number, event.pk])


def _undone_url(event: TicketEvent) -> str:
    """The offer to undo that this change has used up; pages that still show it take it away."""
    if event.kind == "ChatResumed":
        return reverse("workspace:ticket-chat-go-on", args=[event.ticket.number, event.data["undoes"]])
    if event.kind != "MessagesMovedBack":
        return ""
    return reverse("workspace:ticket-move-undo", args=[event.ticket.number, event.data["undoes"]])


def _why_url(event: TicketEvent) -> str:
    """Where the reasons of a rule's run are told."""
    run_id = event.data.get("run_id") if event.kind == "RuleRan" else None
    return reverse("workspace:rule-run-why", args=[run_id]) if run_id else ""
