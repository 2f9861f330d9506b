"""What rings the bell: lines are written with the change itself, screens are hinted after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.db import defer
from core.events.bus import after, publish, within
from core.events.catalogue import (
    CallbackMissed,
    CallbackNear,
    ChatUnanswered,
    DeliveryQuarantined,
    Event,
    InboxDisabled,
    MailboxUnreadable,
    MailsMissing,
    MessageFailed,
    MessageReceived,
    MessageRedacted,
    NoteAdded,
    NotificationsAdded,
    RecoveryOpened,
    RecoveryOverdue,
    RulesGaveUp,
    ScheduledReplyHeld,
    SideMessageReceived,
    SLABreached,
    SLABreachNear,
    SLAEscalated,
    TicketAssigned,
    TicketChanged,
    WebhookSwitchedOff,
)
from notifications.models import Notification, NotificationKind
from notifications.services.desk import about_inbox, about_problems, about_rules, about_webhook, tell_managers
from notifications.services.reading import forget_words
from notifications.services.telling import (
    ASSIGNEE,
    FOLLOWERS,
    LEAD_WHERE_NOBODY_HAS_IT,
    TEAM_LEAD,
    tell,
    tell_agents,
    tell_of_failure,
    tell_of_held,
    tell_of_move,
    tell_of_reply,
)
from tickets.selectors.rows import METRIC_NAMES, duration_text


@within(TicketAssigned)
def on_ticket_assigned(event: TicketAssigned) -> None:
    text = event.reason or f"By {event.actor.name}"
    if event.after is not None:
        defer(*tell_of_move(event, NotificationKind.ASSIGNED, agent_id=event.after, text=text))
    if event.before is not None:
        defer(*tell_of_move(event, NotificationKind.UNASSIGNED, agent_id=event.before, text=text))


@within(NoteAdded)
def on_note_added(event: NoteAdded) -> None:
    if event.mentioned_agent_ids:
        ids = event.mentioned_agent_ids
        defer(tell_agents(event, NotificationKind.MENTION, agent_ids=ids, text=f"By {event.actor.name}"))


@within(MessageReceived)
def on_message_received(event: MessageReceived) -> None:
    """A new ticket has neither assignee nor followers yet; automatic mail rings no bell."""
    if not event.opened and not event.is_automatic:
        defer(tell_of_reply(event))


@within(SideMessageReceived)
def on_side_message_received(event: SideMessageReceived) -> None:
    if not event.is_automatic:
        text = f"{event.sender}: {event.subject}"
        defer(tell(event, NotificationKind.ASIDE, who=[ASSIGNEE, FOLLOWERS], text=text))


@within(MessageFailed)
def on_message_failed(event: MessageFailed) -> None:
    defer(tell_of_failure(event, message_id=event.message_id, reason=event.reason))


@within(ScheduledReplyHeld)
def on_scheduled_reply_held(event: ScheduledReplyHeld) -> None:
    defer(tell_of_held(event, author_id=event.agent_id, reason=event.reason))


@within(MessageRedacted)
def on_message_redacted(event: MessageRedacted) -> None:
    forget_words(event.message_id)


@within(SLABreachNear)
def on_sla_breach_near(event: SLABreachNear) -> None:
    metric, left = METRIC_NAMES.get(event.metric, event.metric), timedelta(seconds=event.left_seconds)
    text = f"{metric}: {duration_text(left)} left" if left else metric
    defer(tell(event, NotificationKind.SLA_NEAR, who=[ASSIGNEE, FOLLOWERS, LEAD_WHERE_NOBODY_HAS_IT], text=text))


@within(SLAEscalated)
def on_sla_escalated(event: SLAEscalated) -> None:
    """A step of the escalation path, with its why. Who got or lost the ticket by it hears of that already."""
    if event.agent_ids and event.action not in ("assign_lead", "unassign"):
        defer(tell_agents(event, NotificationKind.SLA_ESCALATED, agent_ids=event.agent_ids, text=event.why))


@within(CallbackNear)
def on_callback_near(event: CallbackNear) -> None:
    text = "The customer waits for a call; open the ticket to read what it is about"
    defer(tell_agents(event, NotificationKind.CALLBACK_NEAR, agent_ids=event.agent_ids, text=text))


@within(CallbackMissed)
def on_callback_missed(event: CallbackMissed) -> None:
    text = "Nobody called in time: call now, or agree on another time"
    defer(tell_agents(event, NotificationKind.CALLBACK_LATE, agent_ids=event.agent_ids, text=text))


@within(ChatUnanswered)
def on_chat_unanswered(event: ChatUnanswered) -> None:
    text = "The visitor was told to expect an answer by mail: see that somebody writes it"
    defer(tell_agents(event, NotificationKind.CHAT_LEFT, agent_ids=event.agent_ids, text=text))


@within(RecoveryOpened)
def on_recovery_opened(event: RecoveryOpened) -> None:
    text = f"Rated {event.score} of 5: get in touch with them"
    defer(tell_agents(event, NotificationKind.BAD_RATING, agent_ids=event.agent_ids, text=text))


@within(RecoveryOverdue)
def on_recovery_overdue(event: RecoveryOverdue) -> None:
    text = "Nobody has said yet what came of the bad rating"
    defer(tell_agents(event, NotificationKind.RECOVERY_LATE, agent_ids=event.agent_ids, text=text))


@within(SLABreached)
def on_sla_breached(event: SLABreached) -> None:
    who = [ASSIGNEE, FOLLOWERS, TEAM_LEAD]
    defer(tell(event, NotificationKind.SLA_BREACHED, who=who, text=METRIC_NAMES.get(event.metric, event.metric)))


@after(
    TicketAssigned,
    NoteAdded,
    MessageReceived,
    SideMessageReceived,
    MessageFailed,
    ScheduledReplyHeld,
    SLABreachNear,
    SLABreached,
    SLAEscalated,
    RecoveryOpened,
    RecoveryOverdue,
    CallbackNear,
    CallbackMissed,
    ChatUnanswered,
)
def hint_the_bells(events: Sequence[TicketChanged]) -> None:
    """One indexed read tells whose bells these events rang."""
    ids = [event.event_id for event in events if _may_ring(event)]
    if not ids:
        return
    told = Notification.objects.filter(event_id__in=ids).values_list("agent_id", flat=True).distinct()
    if agent_ids := tuple(told):
        publish(NotificationsAdded(agent_ids=agent_ids))


def _may_ring(event: TicketChanged) -> bool:
    if isinstance(event, MessageReceived):
        return not event.opened and not event.is_automatic
    return not isinstance(event, NoteAdded) or bool(event.mentioned_agent_ids)


@within(InboxDisabled)
def on_inbox_disabled(event: InboxDisabled) -> None:
    defer(tell_managers(NotificationKind.INBOX_OFF, about=about_inbox(event.inbox_id), text=event.reason))


@within(MailboxUnreadable)
def on_mailbox_unreadable(event: MailboxUnreadable) -> None:
    defer(tell_managers(NotificationKind.MAILBOX, about=about_inbox(event.inbox_id), text=event.reason))


@within(MailsMissing)
def on_mails_missing(event: MailsMissing) -> None:
    text = f"{event.count} mails of the mail server are not here"
    defer(tell_managers(NotificationKind.MAILS_MISSING, about=about_inbox(event.inbox_id), text=text))


@within(DeliveryQuarantined)
def on_delivery_quarantined(event: DeliveryQuarantined) -> None:
    defer(tell_managers(NotificationKind.PROBLEM, about=about_problems(event.inbox_id)))


@within(RulesGaveUp)
def on_rules_gave_up(event: RulesGaveUp) -> None:
    """One line until it is read: a broken rule fails on many events."""
    defer(tell_managers(NotificationKind.RULES_FAILED, about=about_rules(), ticket_id=event.ticket_id))


@within(WebhookSwitchedOff)
def on_webhook_switched_off(event: WebhookSwitchedOff) -> None:
    text = f"{event.url}: {event.reason}"
    defer(tell_managers(NotificationKind.WEBHOOK_OFF, about=about_webhook(event.endpoint_id), text=text))


@after(InboxDisabled, MailboxUnreadable, MailsMissing, DeliveryQuarantined, RulesGaveUp, WebhookSwitchedOff)
def hint_the_managers(events: Sequence[Event]) -> None:
    told = Notification.objects.filter(read_at=None).exclude(about="").values_list("agent_id", flat=True).distinct()
    if agent_ids := tuple(told):
        publish(NotificationsAdded(agent_ids=agent_ids))
