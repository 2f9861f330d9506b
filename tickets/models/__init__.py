"""The rows of the heart."""

from tickets.models.attachment import Attachment
from tickets.models.brand import Brand
from tickets.models.custom_field import CustomField, FieldKind
from tickets.models.draft import Draft, DraftMode
from tickets.models.event import TicketEvent
from tickets.models.inbox import Inbox
from tickets.models.message import ATTEMPTABLE, Delivery, Direction, Message, MessageHtml, MessageKind
from tickets.models.reference import ChannelThread, MessageRef, RefKind
from tickets.models.scheduled_reply import ScheduledReply, ScheduleState
from tickets.models.side import SideConversation, SideState
from tickets.models.ticket import OPEN_STATUSES, Follower, Link, Priority, Status, Ticket, TicketChoice, TicketCount
from tickets.models.wording import CannedResponse, Tag, View

__all__ = [
    "ATTEMPTABLE",
    "OPEN_STATUSES",
    "Attachment",
    "Brand",
    "CannedResponse",
    "ChannelThread",
    "CustomField",
    "Delivery",
    "Direction",
    "Draft",
    "DraftMode",
    "FieldKind",
    "Follower",
    "Inbox",
    "Link",
    "Message",
    "MessageHtml",
    "MessageKind",
    "MessageRef",
    "Priority",
    "RefKind",
    "ScheduleState",
    "ScheduledReply",
    "SideConversation",
    "SideState",
    "Status",
    "Tag",
    "Ticket",
    "TicketChoice",
    "TicketCount",
    "TicketEvent",
    "View",
]
