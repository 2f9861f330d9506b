"""The rows of routing."""

from routing.models.errand import CallState, Reminder, WebhookCall
from routing.models.macro import Macro
from routing.models.pending_event import PendingEvent
from routing.models.rule import During, Outcome, Rule, RuleRun, RuleTimer, RuleVersion
from routing.models.turn import Turn

__all__ = [
    "CallState",
    "During",
    "Macro",
    "Outcome",
    "PendingEvent",
    "Reminder",
    "Rule",
    "RuleRun",
    "RuleTimer",
    "RuleVersion",
    "Turn",
    "WebhookCall",
]
