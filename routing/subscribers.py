"""What wakes routing: a marker is written with each event, and one task per unit of work looks at them all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from channels_in.selectors.visitors import is_there
from core.clock import now
from core.db import defer, defer_once
from core.events.bus import after, within
from core.events.catalogue import (
    AgentAvailabilityChanged,
    AgentWorkloadChanged,
    BulkAsked,
    CallbackPlanned,
    ChatEnded,
    ContactChanged,
    ContactUpdated,
    Event,
    MessageMovedIn,
    MessageQueued,
    MessageReceived,
    MessageRedacted,
    MessageRetracted,
    MessagesMovedBack,
    MessagesMovedOut,
    NoteAdded,
    RulesChanged,
    StatusChanged,
    TicketAssigned,
    TicketChanged,
    TicketSnoozed,
)
from core.planned import Planned
from csat.services.asking_in_chat import ask_in_chat
from routing.selectors.listening import listening
from routing.services import chat_ends, chat_waits, contact_news
from routing.services.arming import arm_ticket
from routing.services.forgetting import forget_words
from routing.services.offers import begun, moved
from routing.tasks import arm_rules, change_many, dispatch_tickets, react_to_events, tell_of_contacts
from routing.triggers import FREEING_EVENTS, TRIGGER_EVENTS, WAITING_EVENTS
from tickets.capabilities import capabilities_for
from tickets.models import OPEN_STATUSES
from tickets.services import journal

# The ordinary task comes within milliseconds; what is older than this was lost.
GRACE = timedelta(seconds=10)

_MARK = Planned("""
    INSERT INTO routing_pendingevent (event_id, ticket_id, due_at, attempts)
    SELECT %s::bigint, %s::bigint, %s::timestamptz, 0
    WHERE EXISTS (SELECT FROM routing_rule WHERE is_active AND event = %s)
    ON CONFLICT (event_id) DO NOTHING""")


@within(*TRIGGER_EVENTS)
def mark_for_rules(event: TicketChanged) -> None:
    """Only events that an active rule waits for get a marker."""
    if not _is_whole(event):
        return
    at = event.at or now()
    defer((_MARK, [event.event_id, event.ticket_id, at + GRACE, event.key()]))


@within(*WAITING_EVENTS)
def arm_time_rules(event: TicketChanged) -> None:
    """The statement costs a probe of a small index while there is no time rule."""
    defer_once(arm_ticket(event.ticket_id))


@within(MessageQueued, NoteAdded, StatusChanged, TicketSnoozed)
def end_offer_of_the_begun(event: TicketChanged) -> None:
    """What an agent has begun rings no longer, and stays theirs when they leave."""
    if event.actor.kind == "agent":
        defer(begun(event.ticket_id))


@within(TicketAssigned)
def end_offer_of_the_moved(event: TicketAssigned) -> None:
    defer(moved(event.ticket_id, to_agent_id=event.after))


@within(MessagesMovedOut)
def follow_a_merge(event: MessagesMovedOut) -> None:
    """Nobody is called to the ticket that ended; its chat goes on where its words are."""
    if event.is_merge and event.undoes is None:
        defer(moved(event.ticket_id, to_agent_id=None))
        defer(*chat_waits.go_on_in(event.other_id, ticket_id=event.ticket_id, at=event.at or now()))


@within(MessagesMovedBack)
def follow_an_undone_merge(event: MessagesMovedBack) -> None:
    if event.is_merge:
        defer(chat_waits.go_back_to(event.ticket_id, other_id=event.other_id, message_ids=event.message_ids))


@within(MessageReceived)
def begin_chat(event: MessageReceived) -> None:
    if not event.is_automatic and capabilities_for(event.channel).rings:
        is_new = event.opened or event.reopened
        defer(chat_waits.begin(event.ticket_id, event.message_id, event.at or now(), is_new=is_new))


@within(MessageQueued)
def answer_chat(event: MessageQueued) -> None:
    if event.actor.kind == "agent" and not event.is_automatic:
        defer(chat_waits.answer(event.ticket_id, event.message_id, event.actor.id, event.at or now()))


@within(CallbackPlanned)
def end_chat_for_a_call(event: CallbackPlanned) -> None:
    """One that a program books, or an agent promises, answers nobody's question in the chat."""
    if event.is_booked and event.moved_from is None:
        defer(chat_waits.call_instead(event.ticket_id, event.at or now()))


@within(StatusChanged)
def end_chat_with_its_ticket(event: StatusChanged) -> None:
    """One small read where a ticket is done with; most were no chats."""
    if event.before in OPEN_STATUSES and event.after not in OPEN_STATUSES:
        chat_ends.end_by_resolving(event.ticket_id, event.at or now(), actor=event.actor)


@within(ChatEnded)
def ask_who_is_still_there(event: ChatEnded) -> None:
    """How it was, before they leave; a chat that nobody answered is not asked about."""
    if event.is_answered and (event.how == chat_ends.VISITOR or is_there(event.ticket_id)):
        ask_in_chat(journal.locked(event.ticket_id))


@within(MessageRetracted)
def take_back_answer(event: MessageRetracted) -> None:
    defer(chat_waits.take_back(event.message_id))


@within(MessageRedacted)
def forget_what_was_removed(event: MessageRedacted) -> None:
    forget_words(event.message_id)


@within(ContactChanged)
def keep_news_of_contact(event: ContactChanged) -> None:
    contact_news.note(event)


@after(ContactChanged)
def start_telling_of_contacts(events: Sequence[ContactChanged]) -> None:
    if ContactUpdated.key() in listening().triggers:
        tell_of_contacts.delay()


@after(BulkAsked)
def start_bulk_changes(events: Sequence[BulkAsked]) -> None:
    for event in events:
        change_many.delay(event.job_id)


@after(RulesChanged)
def arm_for_what_waits(events: Sequence[RulesChanged]) -> None:
    for event in events:
        arm_rules.delay(list(event.rule_ids))


@after(*dict.fromkeys((*TRIGGER_EVENTS, *FREEING_EVENTS)))
def start_routing(events: Sequence[TicketChanged]) -> None:
    """No task when no rule listens and nothing can be handed out."""
    heard = listening()
    ids = [event.event_id for event in events if event.key() in heard.triggers and _is_whole(event)]
    may_free = heard.hands_out and any(_may_free(event) for event in events)
    if ids or may_free:
        react_to_events.delay(ids, may_free)


@after(AgentAvailabilityChanged, AgentWorkloadChanged)
def start_dispatching(events: Sequence[Event]) -> None:
    if listening().hands_out:
        dispatch_tickets.delay()


def _is_whole(event: TicketChanged) -> bool:
    """Messages that are moved together are one event to a rule: the last of them."""
    return not isinstance(event, MessageMovedIn) or event.is_last


def _may_free(event: TicketChanged) -> bool:
    """A first assignment takes room; it frees none."""
    if isinstance(event, TicketAssigned):
        return event.before is not None
    return isinstance(event, FREEING_EVENTS)
