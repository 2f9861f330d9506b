"""Closed days: the facts of a day that is over, as columns that reports reckon with; and what came late to one."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint


class ClosedDay(models.Model):
    """All standing facts of one kind on one day (UTC), in the order of time; reports/engine/layout.py has the columns.

    `names` says what the codes of a column stand for. A row is never changed: a day that has to be stored anew gets
    new rows, so what a process remembers of a row stays true. `version` is that of the sets' conditions.
    """

    day = models.DateField()
    kind = models.CharField(max_length=24)
    version = models.CharField(max_length=32)
    facts = models.PositiveIntegerField()
    names = models.JSONField(default=dict)

    minute = models.BinaryField()
    began = models.BinaryField(default=b"")
    ticket = models.BinaryField()
    wall = models.BinaryField()
    business = models.BinaryField()
    amount = models.BinaryField()
    sets = models.BinaryField()
    team = models.BinaryField()
    agent = models.BinaryField()
    inbox = models.BinaryField()
    organization = models.BinaryField()
    channel = models.BinaryField()
    priority = models.BinaryField()
    metric = models.BinaryField()
    tags = models.BinaryField()
    item = models.BinaryField()
    target = models.BinaryField()

    class Meta:
        constraints = [UniqueConstraint(fields=["day", "kind"], name="closed_day_once")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"


class LateFact(models.Model):
    """A fact of this kind came to this day, or was taken back, after it was over: the stored day tells no more.

    A trigger on the table of facts writes these; storing the day anew takes them away.
    """

    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=24)

    def __str__(self) -> str:
        return f"{self.kind} came late to {self.day}"
