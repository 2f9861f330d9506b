"""Business hours: when a desk is open, its holidays, and the same in UTC for the database's arithmetic."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Team
from sla.calendar import Calendar, Period, SpecialPeriod
from tickets.models import Brand, Inbox


class BusinessHours(models.Model):
    """`periods` holds [weekday, opens, closes] in minutes from the day's midnight; Monday is 0. `version` rises with
    each edit; the stretches that had passed by then stay as they were."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    periods = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    # The desk's own, for teams and inboxes that have none.
    is_default = models.BooleanField(default=False)
    # Public holidays: a country and maybe a region of the `holidays` package.
    country = models.CharField(max_length=8, blank=True, default="")
    region = models.CharField(max_length=24, blank=True, default="")
    # A calendar on the web whose whole-day events are holidays, read once a day.
    feed_url = models.CharField(max_length=1000, blank=True, default="")
    feed_read_at = models.DateTimeField(null=True, blank=True)
    feed_problem = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "business hours"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], name="businesshours_one_default", condition=Q(is_default=True)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> Calendar:
        """The pure calendar of these hours (one query for the holidays unless prefetched)."""
        days = list(self.holidays.all())
        return Calendar(
            self.time_zone,
            tuple(Period(*period) for period in self.periods),
            frozenset(holiday.date for holiday in days),
            tuple(SpecialPeriod(holiday.date, *period) for holiday in days for period in holiday.periods),
        )


class HolidaySource(models.TextChoices):
    OWN = "own", "Entered here"
    COUNTRY = "country", "Public holiday"
    FEED = "feed", "From the calendar on the web"
    FILE = "file", "From an uploaded calendar"


class Holiday(models.Model):
    """A local date on which nothing is open, or only in `periods`: [opens, closes] in minutes from midnight."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=8, choices=HolidaySource.choices, default=HolidaySource.OWN)
    periods = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("date",)
        constraints = [models.UniqueConstraint(fields=["hours", "date", "source"], name="holiday_unique")]

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"


class HoursUse(models.Model):
    """Whose hours these are: a team's, an inbox's or a brand's, which count in this order."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="uses")
    team = models.OneToOneField(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    inbox = models.OneToOneField(Inbox, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    brand = models.OneToOneField(Brand, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hoursuse_of_one",
                condition=Q(team__isnull=False, inbox__isnull=True, brand__isnull=True)
                | Q(team__isnull=True, inbox__isnull=False, brand__isnull=True)
                | Q(team__isnull=True, inbox__isnull=True, brand__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"hours {self.hours_id} of {self.team or self.inbox or self.brand}"


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
