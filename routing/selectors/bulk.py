"""How many tickets a view holds, and how far the changes of many tickets are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet

from core.clock import now
from core.errors import NotFound
from people.models import Agent
from routing.models import BulkItem, BulkJob, ItemState
from routing.models.bulk import MOST_TICKETS, UNDO_FOR
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.filters import Filters, apply

MOST_PROBLEMS = 100
KEPT_IN_LIST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Problem:
    ticket_id: int
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    job: BulkJob
    done: int
    skipped: int
    refused: int
    waiting: int

    @property
    def settled(self) -> int:
        return self.done + self.skipped + self.refused

    @property
    def can_undo(self) -> bool:
        """It is over, did something, and is not long ago."""
        job = self.job
        if not job.is_over or not self.done or job.undoes_id or job.finished_at is None:
            return False
        is_taken_back = BulkJob.objects.filter(undoes=job).exists()
        has_way_back = BulkItem.objects.filter(job=job, undo__isnull=False, state=ItemState.DONE).exists()
        return not is_taken_back and has_way_back and job.finished_at > now() - UNDO_FOR


def matching(agent: Agent, filters: Filters) -> int:
    """How many tickets match, counted to one more than a bulk change takes."""
    return counted(apply(tickets_visible_to(agent), filters, agent=agent).order_by())


def counted(found: QuerySet[Ticket]) -> int:
    return found.values("pk")[: MOST_TICKETS + 1].count()


def job_of(agent: Agent, job_id: int) -> BulkJob:
    found = BulkJob.objects.filter(pk=job_id, agent=agent).first()
    if found is None:
        raise NotFound("This change is no longer known.")
    return found


def jobs_of(agent: Agent, *, size: int = 30) -> list[Progress]:
    jobs = BulkJob.objects.filter(agent=agent, created_at__gt=now() - KEPT_IN_LIST).order_by("-id")
    return [progress_of(job) for job in jobs[:size]]


def progress_of(job: BulkJob) -> Progress:
    rows = BulkItem.objects.filter(job=job).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    return Progress(
        job,
        done=counts.get(ItemState.DONE, 0),
        skipped=counts.get(ItemState.SKIPPED, 0),
        refused=counts.get(ItemState.REFUSED, 0),
        waiting=counts.get(ItemState.WAITING, 0),
    )


def problems_of(job: BulkJob, agent: Agent) -> list[Problem]:
    """What was refused or left out, the first hundred; the number only where the agent may see the ticket."""
    wrong = BulkItem.objects.filter(job=job, state__in=[ItemState.REFUSED, ItemState.SKIPPED]).order_by("state", "id")
    items = list(wrong.values_list("ticket_id", "problem")[:MOST_PROBLEMS])
    seen = tickets_visible_to(agent).filter(pk__in=[ticket_id for ticket_id, _ in items])
    numbers: dict[int, int] = dict(seen.values_list("pk", "number"))
    return [Problem(ticket_id, numbers.get(ticket_id), text) for ticket_id, text in items]
