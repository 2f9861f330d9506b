"""The rows of the promises."""

from sla.models.clock import Clock
from sla.models.hours import BusinessHours, Holiday, OpenInterval
from sla.models.policy import Metric, Policy, Target

__all__ = ["BusinessHours", "Clock", "Holiday", "Metric", "OpenInterval", "Policy", "Target"]
