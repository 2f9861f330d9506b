"""The rows of routing."""

from routing.models.macro import Macro
from routing.models.pending_event import PendingEvent
from routing.models.rule import Rule, RuleRun
from routing.models.turn import Turn

__all__ = ["Macro", "PendingEvent", "Rule", "RuleRun", "Turn"]
