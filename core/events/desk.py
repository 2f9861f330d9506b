"""What happens to the desk beside its tickets: people, inboxes, settings, hints for the screens."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAvailabilityChanged(Event):
    agent_id: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWorkloadChanged(Event):
    """How much an agent can hold, or what they are skilled in, is different now."""

    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitReasonChanged(Event):
    """Why nobody has these tickets of one team and inbox, in other words than before; a hint for the open lists."""

    team_id: int
    inbox_id: int
    short: str
    sentence: str
    ticket_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTyped(Event):
    """A visitor is typing; a hint for the open screens, never stored."""

    ticket_id: int
    contact_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTyped(Event):
    """An agent is typing a public reply; a hint for the customer's open chat, never stored."""

    ticket_id: int
    agent_id: int
    agent_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSeen(Event):
    """An agent has the ticket on the screen, up to its newest message; a hint for the customer's open chat."""

    ticket_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxDisabled(Event):
    inbox_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxUnreadable(Event):
    """An inbox's mailbox cannot be fetched; told once per bad spell, the fetcher goes on trying."""

    inbox_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsMissing(Event):
    """The mail server holds mails that the desk could not get; told when the gap is new or grows."""

    inbox_id: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuarantined(Event):
    """Something came in that could not be read; it waits among the problems of its inbox."""

    inbox_id: int
    delivery_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersChanged(Event):
    """What a contact or their organization has bought is different now; their promises must follow."""

    contact_id: int
    organization_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    """Something about a contact, or about their organization, is different now: `what` is tier, organization_tier,
    name, address (they got one more), blocked or unblocked."""

    contact_id: int
    what: str
    organization_id: int | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesChanged(Event):
    """SLA policies or business hours were edited; the clocks that run must follow. `feed_of_hours`: these hours have
    a new calendar on the web, to be read."""

    feed_of_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandsChanged(Event):
    """A brand was saved or removed; its inboxes may have other business hours now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(Event):
    """Rules were saved or switched; time rules must be armed for the tickets that wait already."""

    rule_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesGaveUp(Event):
    """Rules failed on an event of this ticket again and again; nobody tries any more. A rule or the desk is broken."""

    ticket_id: int
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAsked(Event):
    """An agent wants the same change of all tickets that match; the work is to begin."""

    job_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSwitchedOff(Event):
    """An address that webhooks call took nothing for days; it is called no more until somebody switches it on."""

    endpoint_id: int
    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsAdded(Event):
    agent_ids: tuple[int, ...]
