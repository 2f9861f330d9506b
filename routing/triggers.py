"""The events that rules may react to, and which of them can end somebody's wait for an agent."""

from __future__ import annotations

from core.events.catalogue import (
    CallbackMade,
    CallbackMissed,
    CallbackPlanned,
    ChatEnded,
    ChatUnanswered,
    ContactUpdated,
    FieldsChanged,
    MessageDelivered,
    MessageFailed,
    MessageQueued,
    MessageReceived,
    MessageRetracted,
    NoteAdded,
    PriorityChanged,
    RatingGiven,
    SideMessageReceived,
    SkillsRequired,
    SLABreached,
    SLABreachNear,
    SLAEscalated,
    StatusChanged,
    SubjectChanged,
    TeamAssigned,
    TicketAssigned,
    TicketChanged,
    TicketOpened,
    TicketSnoozed,
    TicketTagged,
    TicketWoken,
)

_LABELS: dict[type[TicketChanged], str] = {
    TicketOpened: "A ticket is opened",
    MessageReceived: "A customer writes",
    MessageQueued: "An agent replies",
    MessageDelivered: "A reply is sent, delivered or read",
    MessageFailed: "A reply cannot be delivered",
    SideMessageReceived: "A third party answers",
    NoteAdded: "A note is added",
    StatusChanged: "The status changes",
    PriorityChanged: "The priority changes",
    TeamAssigned: "The team changes",
    TicketAssigned: "The assignee changes",
    TicketTagged: "The tags change",
    SubjectChanged: "The subject changes",
    FieldsChanged: "A custom field changes",
    TicketSnoozed: "A ticket is snoozed",
    TicketWoken: "A ticket wakes up",
    SLABreachNear: "An SLA deadline is near",
    SLABreached: "An SLA deadline is missed",
    ChatUnanswered: "Nobody answers a chat",
    ChatEnded: "A chat ends",
    CallbackPlanned: "A callback is planned",
    CallbackMade: "A callback is made",
    CallbackMissed: "A callback is missed",
    RatingGiven: "A customer rates",
    SLAEscalated: "A missed SLA deadline is escalated",
    ContactUpdated: "The contact or their organization changes",
}

TRIGGERS: dict[str, str] = {kind.key(): label for kind, label in _LABELS.items()}
TRIGGER_EVENTS: tuple[type[TicketChanged], ...] = tuple(_LABELS)

# After these a ticket may begin or end a wait, or meet the conditions that it did not meet in time.
WAITING_EVENTS: tuple[type[TicketChanged], ...] = (
    TicketOpened,
    MessageReceived,
    MessageQueued,
    MessageRetracted,
    NoteAdded,
    StatusChanged,
    TicketAssigned,
    TeamAssigned,
    PriorityChanged,
    TicketTagged,
    FieldsChanged,
)

# After these somebody may be free for more, or somebody new waits.
FREEING_EVENTS: tuple[type[TicketChanged], ...] = (
    TicketOpened,
    TeamAssigned,
    TicketAssigned,
    StatusChanged,
    TicketSnoozed,
    TicketWoken,
    SkillsRequired,
)
