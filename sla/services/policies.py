"""SLA policies: saved under a new version with their targets, put away, and applied to the tickets that are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import now
from core.errors import Conflict
from core.events.bus import publish, unit_of_work
from core.events.catalogue import SYSTEM, Actor, PromisesChanged
from people.models import Agent
from sla.models import BusinessHours, Clock, Policy, PolicyVersion, Target
from sla.models.policy import default_paused_metrics, default_pauses, default_warnings
from sla.services import adopting
from sla.services.policy_checks import check_draft
from tickets.models import OPEN_STATUSES, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as a form holds it: `targets` gives seconds by (metric, priority); what is absent is no promise.
    `conditions`, `warnings` and `escalation` are as on the Policy."""

    name: str
    targets: Mapping[tuple[str, str], int]
    description: str = ""
    position: int = 100
    is_active: bool = True
    hours: BusinessHours | None = None
    prefers_ticket_hours: bool = False
    conditions: Mapping[str, Any] = field(default_factory=dict)
    pauses_on: Sequence[str] = field(default_factory=default_pauses)
    paused_metrics: Sequence[str] = field(default_factory=default_paused_metrics)
    warnings: Sequence[Mapping[str, int]] = field(default_factory=default_warnings)
    escalation: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def save_policy(draft: PolicyDraft, *, policy: Policy | None = None, by: Agent | None = None) -> Policy:
    """Create or change a policy under a new version, whose terms are kept; open tickets follow a moment later."""
    draft = check_draft(draft)
    with unit_of_work():
        saved = policy or Policy(version=0)
        saved.name, saved.description = draft.name.strip(), draft.description
        saved.position, saved.is_active = draft.position, draft.is_active
        saved.hours, saved.prefers_ticket_hours = draft.hours, draft.prefers_ticket_hours
        saved.conditions = dict(draft.conditions)
        saved.pauses_on, saved.paused_metrics = list(draft.pauses_on), list(draft.paused_metrics)
        saved.warnings = [dict(warning) for warning in draft.warnings]
        saved.escalation = [dict(step) for step in draft.escalation]
        saved.escalate_after = [round(step["after_minutes"] * 60) for step in saved.escalation]
        saved.archived_at = None
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
                warn_after=warn_offsets(seconds, saved.warnings),
            )
            for (metric, priority), seconds in draft.targets.items()
        )
        PolicyVersion.objects.create(policy=saved, number=saved.version, terms=_terms(saved, draft), saved_by=by)
        publish(PromisesChanged())
    return saved


def warn_offsets(seconds: int, warnings: Sequence[Mapping[str, int]]) -> list[int]:
    """After how many seconds of a target each warning comes, in order; what would come before its start does not."""
    offsets = {
        seconds * warning["percent"] // 100 if "percent" in warning else seconds - warning["minutes_left"] * 60
        for warning in warnings
    }
    return sorted(offset for offset in offsets if 0 < offset <= seconds)


def archive_policy(policy: Policy) -> None:
    """Try it no more. Promises that it gave run to their end by its terms, unless another policy fits the ticket."""
    with unit_of_work():
        Policy.objects.filter(pk=policy.pk, archived_at=None).update(archived_at=now())
        publish(PromisesChanged())


def restore_policy(policy: Policy) -> None:
    with unit_of_work():
        Policy.objects.filter(pk=policy.pk).update(archived_at=None)
        publish(PromisesChanged())


def delete_policy(policy: Policy) -> None:
    """Only while it never gave a promise; facts and clocks name their policy, so others are archived instead."""
    with unit_of_work():
        if Clock.objects.filter(policy=policy).exists():
            raise Conflict("This policy has given promises. Archive it instead: reports go on naming it.")
        policy.delete()
        publish(PromisesChanged())


def apply_policies(
    *, after_ticket_id: int = 0, batch: int = 200, contact_id: int | None = None, organization_id: int | None = None
) -> int | None:
    """Set the clocks of open tickets by today's policies, one batch; returns where to go on, or None at the end."""
    found = Ticket.objects.filter(status__in=OPEN_STATUSES, pk__gt=after_ticket_id)
    if organization_id is not None:
        found = found.filter(organization_id=organization_id)
    elif contact_id is not None:
        found = found.filter(contact_id=contact_id)
    ticket_ids = list(found.order_by("pk").values_list("pk", flat=True)[:batch])
    for first in range(0, len(ticket_ids), adopting.AT_ONCE):
        adopting.adopt(ticket_ids[first : first + adopting.AT_ONCE])
    return ticket_ids[-1] if len(ticket_ids) == batch else None


def apply_to(ticket_id: int, *, actor: Actor = SYSTEM) -> None:
    """Retarget one ticket."""
    adopting.adopt([ticket_id], actor=actor)


def _terms(policy: Policy, draft: PolicyDraft) -> dict[str, Any]:
    """All that decides about clocks, as plain data."""
    names = ("name", "position", "is_active", "prefers_ticket_hours", "conditions", "pauses_on", "paused_metrics")
    return {
        **{name: getattr(policy, name) for name in (*names, "warnings", "escalation")},
        "hours": policy.hours_id,
        "targets": {f"{metric} {priority}": seconds for (metric, priority), seconds in draft.targets.items()},
    }
