"""The rows of routing."""

from routing.models.bulk import BulkItem, BulkJob, BulkState, ItemState
from routing.models.chat_wait import ChatEnd, ChatWait
from routing.models.contact_news import ContactNews
from routing.models.errand import Reminder
from routing.models.macro import Macro
from routing.models.offer import Offer, OfferEnd, Overflow
from routing.models.pending_event import PendingEvent
from routing.models.rule import During, Outcome, Rule, RuleRun, RuleTimer, RuleVersion
from routing.models.shift import Absence, Shift
from routing.models.staffing import StaffingLook
from routing.models.turn import Turn
from routing.models.webhook import CallState, EndpointChange, WebhookCall, WebhookEndpoint

__all__ = [
    "Absence",
    "BulkItem",
    "BulkJob",
    "BulkState",
    "CallState",
    "ChatEnd",
    "ChatWait",
    "ContactNews",
    "During",
    "EndpointChange",
    "ItemState",
    "Macro",
    "Offer",
    "OfferEnd",
    "Outcome",
    "Overflow",
    "PendingEvent",
    "Reminder",
    "Rule",
    "RuleRun",
    "RuleTimer",
    "RuleVersion",
    "Shift",
    "StaffingLook",
    "Turn",
    "WebhookCall",
    "WebhookEndpoint",
]
