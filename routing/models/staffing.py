"""At which quarters of an hour we looked who was on duty; what was found are facts of the kind `on_duty`."""

from __future__ import annotations

from django.db import models


class StaffingLook(models.Model):
    """A quarter that has no row was not looked at: nothing is known of it."""

    at = models.DateTimeField(primary_key=True)
    agents = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.agents} agents at {self.at}"
