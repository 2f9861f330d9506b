"""Which promise an SLA event is about."""

from __future__ import annotations

from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue
from sla.models import Metric


class SlaMetricFact(Fact):
    key = "sla_metric"
    label = "SLA metric of the event"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return str(occasion.event.data.get("metric") or "") or None

    def choices(self) -> Choices:
        return list(Metric.choices)
