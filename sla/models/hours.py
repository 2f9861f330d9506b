"""Business hours: when a desk is open, its holidays, and the same in UTC for the database's arithmetic."""

from __future__ import annotations

from django.db import models

from sla.calendar import Calendar, Period


class BusinessHours(models.Model):
    """`periods` holds [weekday, opens, closes] in minutes from the day's midnight; Monday is 0."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    periods = models.JSONField(default=list)

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "business hours"

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> Calendar:
        """The pure calendar of these hours (one query for the holidays unless prefetched)."""
        return Calendar(
            self.time_zone,
            tuple(Period(*period) for period in self.periods),
            frozenset(holiday.date for holiday in self.holidays.all()),
        )


class Holiday(models.Model):
    """A local date on which nothing is open."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ("date",)
        constraints = [models.UniqueConstraint(fields=["hours", "date"], name="holiday_unique")]

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"


class OpenInterval(models.Model):
    """One open stretch in UTC, made from the calendar for some years ahead; `open_before` counts the open
    microseconds of all earlier stretches, so due times are two index probes (see migration 0002)."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="open_intervals", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    open_before = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hours", "starts_at"], name="openinterval_starts"),
            models.UniqueConstraint(fields=["hours", "open_before"], name="openinterval_before"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"
