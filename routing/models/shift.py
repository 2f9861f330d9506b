"""When an agent works: weekly hours with their zone and holidays, and days on which they are not there at all."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from people.models import Agent
from sla.models import BusinessHours


class Shift(models.Model):
    """An agent without a shift works whenever they are available."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="shift")
    hours = models.ForeignKey(BusinessHours, on_delete=models.PROTECT, related_name="shifts")
    # The agent is set available when the shift begins and away when it ends; what they choose holds until the next
    # of these moments. Handled up to `followed_until`.
    sets_availability = models.BooleanField(default=False, db_default=False)
    followed_until = models.DateTimeField(default=timezone.now, db_default=Now())

    def __str__(self) -> str:
        return f"{self.agent_id} works {self.hours_id}"


class Absence(models.Model):
    """A holiday or a sick leave, in whole days of the agent's time zone, both included."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="absences", db_index=False)
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ("first_day", "id")
        constraints = [models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_lasts")]
        indexes = [models.Index(fields=["agent", "last_day"], name="absence_of_agent")]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.first_day} to {self.last_day}"
