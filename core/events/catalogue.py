"""Every event of the desk: a typed, past-tense fact. The reader's answer to "what can happen?".

The events of tickets stand here, those of the desk itself in core/events/desk.py, those of ratings in
core/events/satisfaction.py, those of callbacks and chats beside them; all are imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.events.base import SYSTEM as SYSTEM
from core.events.base import Actor as Actor
from core.events.base import ActorKind as ActorKind
from core.events.base import Event as Event
from core.events.base import TicketChanged as TicketChanged
from core.events.callbacks import CallbackCancelled as CallbackCancelled
from core.events.callbacks import CallbackMade as CallbackMade
from core.events.callbacks import CallbackMissed as CallbackMissed
from core.events.callbacks import CallbackMoved as CallbackMoved
from core.events.callbacks import CallbackNear as CallbackNear
from core.events.callbacks import CallbackPlanned as CallbackPlanned
from core.events.callbacks import CallbackUndone as CallbackUndone
from core.events.chats import ChatEnded as ChatEnded
from core.events.chats import ChatResumed as ChatResumed
from core.events.chats import ChatUnanswered as ChatUnanswered
from core.events.desk import AgentAvailabilityChanged as AgentAvailabilityChanged
from core.events.desk import AgentTyped as AgentTyped
from core.events.desk import AgentWorkloadChanged as AgentWorkloadChanged
from core.events.desk import BrandsChanged as BrandsChanged
from core.events.desk import BulkAsked as BulkAsked
from core.events.desk import ContactChanged as ContactChanged
from core.events.desk import ContactTyped as ContactTyped
from core.events.desk import DeliveryQuarantined as DeliveryQuarantined
from core.events.desk import InboxDisabled as InboxDisabled
from core.events.desk import MailboxUnreadable as MailboxUnreadable
from core.events.desk import MailsMissing as MailsMissing
from core.events.desk import NotificationsAdded as NotificationsAdded
from core.events.desk import PromisesChanged as PromisesChanged
from core.events.desk import RulesChanged as RulesChanged
from core.events.desk import RulesGaveUp as RulesGaveUp
from core.events.desk import TicketSeen as TicketSeen
from core.events.desk import TiersChanged as TiersChanged
from core.events.desk import WaitReasonChanged as WaitReasonChanged
from core.events.desk import WebhookSwitchedOff as WebhookSwitchedOff
from core.events.satisfaction import CsatAsked as CsatAsked
from core.events.satisfaction import RatingGiven as RatingGiven
from core.events.satisfaction import RecoveryClosed as RecoveryClosed
from core.events.satisfaction import RecoveryOpened as RecoveryOpened
from core.events.satisfaction import RecoveryOverdue as RecoveryOverdue


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(TicketChanged):
    inbox_id: int
    team_id: int | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(TicketChanged):
    """A contact wrote. `opened` tells that this message made the ticket; `reopened` that it woke a resolved one."""

    message_id: int
    channel: str
    is_automatic: bool = False
    opened: bool = False
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFiled(TicketChanged):
    """A message from before the desk was filed; a hint for the screens, for which no clock, rule or bell stirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued(TicketChanged):
    """A public reply waits to be delivered. `is_automatic` replies stop no SLA clock; nor does one that failed before
    and is tried again (`is_retry`): it was counted when it was written."""

    message_id: int
    is_automatic: bool = False
    is_retry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRetracted(TicketChanged):
    """The author undid a reply before it left."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(TicketChanged):
    """The delivery of a reply moved forward: sent, delivered or read."""

    message_id: int
    delivery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(TicketChanged):
    """A reply could not be delivered (failed), or nobody knows (uncertain)."""

    message_id: int
    delivery: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePostponed(TicketChanged):
    """A reply could not leave yet, for a reason that was not known before; it is tried again by itself."""

    message_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyScheduled(TicketChanged):
    """A reply is written and shall leave later. It is no message yet, and stops no clock."""

    scheduled_id: int
    send_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledReplyCancelled(TicketChanged):
    scheduled_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledReplyHeld(TicketChanged):
    """A scheduled reply did not leave: the customer wrote in the meantime, or cannot be reached any more."""

    scheduled_id: int
    agent_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRedacted(TicketChanged):
    """What a message said was removed for good, with its files and its raw form; that it was there remains."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(TicketChanged):
    """The contact changed a message at the provider; the earlier text is kept in the event."""

    message_id: int
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(TicketChanged):
    message_id: int
    mentioned_agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesMovedOut(TicketChanged):
    """Messages left this ticket for another one. The event can be inverted: `seqs` are their places here,
    `thread_ids` and `side_ids` the chats and side conversations that went along, `before` and `other_before` the
    columns of both tickets that changed. `is_merge`: all of them, and the ticket ended in the other; `made_ticket`: the
    other was made for them; `undoes` is the event id of the move that this one takes back."""

    message_ids: tuple[int, ...]
    seqs: tuple[int, ...]
    other_id: int
    other_number: int
    thread_ids: tuple[int, ...] = ()
    side_ids: tuple[int, ...] = ()
    is_merge: bool = False
    made_ticket: bool = False
    undoes: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    other_before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMovedIn(TicketChanged):
    """A message came from another ticket; one event for each, since its seq is the message's new place. `is_last`: all
    that were moved together are here now."""

    message_id: int
    other_id: int
    other_number: int
    is_merge: bool = False
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesMovedBack(TicketChanged):
    """A move was undone: the messages stand in their old places again. `undoes` is the event id of the move."""

    message_ids: tuple[int, ...]
    other_id: int
    other_number: int
    undoes: int
    is_merge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMessageQueued(TicketChanged):
    """Agents wrote to a third party about the ticket; the customer knows nothing of it."""

    message_id: int
    side_id: int
    subject: str
    to: tuple[str, ...] = ()
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMessageReceived(TicketChanged):
    """The third party of a side conversation wrote. It starts no clock: the customer still waits for us."""

    message_id: int
    side_id: int
    subject: str
    sender: str = ""
    is_automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SideConversationClosed(TicketChanged):
    side_id: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(TicketChanged):
    before: int | None
    after: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAssigned(TicketChanged):
    before: int | None
    after: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(TicketChanged):
    """`undoes` names the earlier change that whoever made it takes back within minutes: the ticket never was done."""

    before: str
    after: str
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(TicketChanged):
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTagged(TicketChanged):
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsRequired(TicketChanged):
    """From now on only agents with these skills are given the ticket."""

    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChanged(TicketChanged):
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsChanged(TicketChanged):
    """Custom fields were set or cleared (None), by their keys."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSnoozed(TicketChanged):
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWoken(TicketChanged):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerAdded(TicketChanged):
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerRemoved(TicketChanged):
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SLAApplied(TicketChanged):
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SLABreachNear(TicketChanged):
    """`left_seconds` of open time remain, `percent` of it has passed."""

    metric: str
    due_at: str
    left_seconds: int = 0
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SLABreached(TicketChanged):
    metric: str
    due_at: str
    late_by_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SLAEscalated(TicketChanged):
    """A step of the escalation path of a missed deadline was taken; `agent_ids` are to be told, `why` in words."""

    metric: str
    step: int
    steps: int
    action: str
    agent_ids: tuple[int, ...] = ()
    why: str = ""
    late_by_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUpdated(TicketChanged):
    """The ticket's contact, or their organization, is different now; told on each open ticket of theirs while a rule
    listens. `what` is as in ContactChanged."""

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRan(TicketChanged):
    rule_id: int
    rule: str
    actions: tuple[str, ...] = ()
    version: int = 0
    run_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroApplied(TicketChanged):
    macro_id: int
    macro: str
    message_id: int | None = None  # the message that it was sent with


TICKET_EVENTS: dict[str, type[TicketChanged]] = {
    name: kind
    for name, kind in list(globals().items())
    if isinstance(kind, type) and issubclass(kind, TicketChanged) and kind is not TicketChanged
}
