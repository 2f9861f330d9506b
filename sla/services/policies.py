"""SLA policies: saved with their targets, and applied to the clocks that already run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.clock import now
from core.db import run
from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import SYSTEM, Actor, PromisesChanged, SLAApplied
from sla.models import BusinessHours, Clock, Metric, Policy, Target
from sla.services import clock_sql
from tickets.models import Priority
from tickets.services import journal


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as a form holds it: `targets` gives seconds by (metric, priority); what is absent is no promise."""

    name: str
    targets: Mapping[tuple[str, str], int]
    description: str = ""
    position: int = 100
    is_active: bool = True
    warn_percent: int = 75
    hours: BusinessHours | None = None
    pauses_while_snoozed: bool = False
    inbox_ids: Sequence[int] = field(default_factory=tuple)
    team_ids: Sequence[int] = field(default_factory=tuple)
    organization_ids: Sequence[int] = field(default_factory=tuple)
    tags: Sequence[str] = field(default_factory=tuple)


def save_policy(draft: PolicyDraft, *, policy: Policy | None = None) -> Policy:
    """Create or change a policy under a new version; the clocks that run follow a moment later."""
    _check(draft)
    with unit_of_work():
        saved = policy or Policy(version=0)
        saved.name, saved.description = draft.name.strip(), draft.description
        saved.position, saved.is_active, saved.hours = draft.position, draft.is_active, draft.hours
        saved.pauses_while_snoozed = draft.pauses_while_snoozed
        saved.inbox_ids, saved.team_ids = list(draft.inbox_ids), list(draft.team_ids)
        saved.organization_ids, saved.tags = list(draft.organization_ids), list(draft.tags)
        saved.version += 1
        saved.updated_at = now()
        saved.save()
        saved.targets.all().delete()
        Target.objects.bulk_create(
            Target(
                policy=saved,
                metric=metric,
                priority=priority,
                seconds=seconds,
                warn_percent=draft.warn_percent,
            )
            for (metric, priority), seconds in draft.targets.items()
        )
        publish(PromisesChanged())
    return saved


def apply_policies(*, after_ticket_id: int = 0, batch: int = 200) -> int | None:
    """Set running clocks by today's policies, one batch of tickets; returns where to go on, or None at the end."""
    ticket_ids = list(
        Clock.objects.filter(finished_at__isnull=True, ticket_id__gt=after_ticket_id)
        .order_by("ticket_id")
        .values_list("ticket_id", flat=True)
        .distinct()[:batch]
    )
    for ticket_id in ticket_ids:
        _apply(ticket_id)
    return ticket_ids[-1] if len(ticket_ids) == batch else None


def _apply(ticket_id: int, *, actor: Actor = SYSTEM) -> None:
    """Retarget one ticket; when that changed its promises, the timeline says so and open screens refresh."""
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        before = _promises(ticket_id)
        at = now()
        run([clock_sql.retarget(ticket_id, at), clock_sql.start(ticket_id, at)])
        run([clock_sql.refresh_marks(ticket_id)])
        after = _promises(ticket_id)
        if after != before:
            name = Policy.objects.filter(pk=after[0][1]).values_list("name", flat=True).first()
            journal.record(ticket, SLAApplied(policy=name or ""), actor=actor)


def _promises(ticket_id: int) -> list[tuple[str, int, int, int]]:
    unfinished = Clock.objects.filter(ticket_id=ticket_id, finished_at__isnull=True)
    return list(unfinished.order_by("metric").values_list("metric", "policy_id", "policy_version", "target_seconds"))


def _check(draft: PolicyDraft) -> None:
    if not draft.name.strip():
        raise Invalid("Give the policy a name.", fields={"name": "Give the policy a name."})
    if not draft.targets:
        raise Invalid("Promise something: set at least one target.", fields={"targets": "Set at least one."})
    if not 1 <= draft.warn_percent <= 100:
        raise Invalid("Warn between 1 and 100 percent.", fields={"warn_percent": "Between 1 and 100."})
    for (metric, priority), seconds in draft.targets.items():
        if metric not in Metric.values or priority not in Priority.values or seconds < 1:
            raise Invalid("A target is wrong.", fields={"targets": f"{metric}, {priority}: {seconds}"})
