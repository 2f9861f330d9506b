"""One change of many tickets: what was asked for, which tickets matched then, and what became of each."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Agent

# More than this is not changed at once; a finished job can be taken back for so long.
MOST_TICKETS = 50_000
UNDO_FOR = timedelta(hours=1)


class BulkState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Stopped"


class BulkJob(models.Model):
    """`verb` and `values` are those of routing/verbs.py; `filters` is the view in which it was asked for.

    A job that takes another one back (`undoes`) has neither: each of its items knows what restores its ticket.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="bulk_jobs", db_index=False)
    label = models.CharField(max_length=160)
    verb = models.CharField(max_length=16, blank=True, default="")
    values = models.JSONField(default=dict, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")
    state = models.CharField(max_length=9, choices=BulkState.choices, default=BulkState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    # Whoever works on it; when this has passed, nobody does.
    claimed_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["agent", "-id"], name="bulkjob_of_agent"),
            models.Index(
                fields=["claimed_until"], name="bulkjob_unfinished", condition=Q(state__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.total} tickets"

    @property
    def is_over(self) -> bool:
        return self.state in (BulkState.DONE, BulkState.CANCELLED)


class ItemState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Left out"
    REFUSED = "refused", "Could not"


class BulkItem(models.Model):
    """One ticket that matched when the job was asked for. A plain id, so that thousands are written in one go."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    ticket_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    problem = models.CharField(max_length=200, blank=True, default="")
    # The verb and the values that restore what the ticket was.
    undo = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "ticket_id"], name="bulkitem_once")]
        indexes = [models.Index(fields=["job", "id"], name="bulkitem_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} of job {self.job_id}"
