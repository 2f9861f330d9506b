"""The rows of the promises."""

from sla.models.clock import Clock
from sla.models.fact import Fact, FactKind
from sla.models.hours import BusinessHours, Holiday, HolidaySource, HoursUse, OpenInterval
from sla.models.pin import Pin
from sla.models.policy import EscalationAction, Metric, Pause, Policy, PolicyVersion, Target
from sla.models.prediction import Prediction
from sla.models.refit import Refit

__all__ = [
    "BusinessHours",
    "Clock",
    "EscalationAction",
    "Fact",
    "FactKind",
    "Holiday",
    "HolidaySource",
    "HoursUse",
    "Metric",
    "OpenInterval",
    "Pause",
    "Pin",
    "Policy",
    "PolicyVersion",
    "Prediction",
    "Refit",
    "Target",
]
