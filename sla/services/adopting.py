"""Applies today's policies to many open tickets in few statements; what changed is told in their timelines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from core.clock import now
from core.db import run
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, Actor, SLAApplied
from sla.models import Clock, Policy
from sla.services import clock_sql
from tickets.models import Ticket
from tickets.services import journal

# So many tickets are locked together, for as long as an agent may have to wait for one of them.
AT_ONCE = 50

# metric, policy, version, target, due
_Promise = tuple[Any, ...]


def adopt(ticket_ids: Sequence[int], *, actor: Actor = SYSTEM) -> None:
    """Retarget tickets in one transaction; those that somebody is at have their turn when that is done, one by one."""
    done = _adopt(ticket_ids, actor=actor, waits=len(ticket_ids) == 1)
    for ticket_id in sorted(set(ticket_ids) - set(done)) if len(ticket_ids) > 1 else ():
        _adopt([ticket_id], actor=actor, waits=True)


def _adopt(ticket_ids: Sequence[int], *, actor: Actor, waits: bool) -> list[int]:
    """Returns the tickets that are done. A ticket that no longer exists has no promises."""
    with unit_of_work():
        locked = Ticket.objects.select_for_update(no_key=True, skip_locked=not waits).filter(pk__in=ticket_ids)
        ids = list(locked.order_by("pk").values_list("pk", flat=True))
        if not ids:
            return []
        before = _promises(ids)
        at = now()
        run([clock_sql.retarget(ids, at), clock_sql.start(ids, at)])
        run([clock_sql.pause_or_resume(ids, at), clock_sql.refresh_marks_of(ids)])
        after = _promises(ids)
        changed = {pk: promises[0][1] for pk, promises in after.items() if promises != before.get(pk)}
        names = dict(Policy.objects.filter(pk__in=set(changed.values())).values_list("pk", "name"))
        told = {pk: SLAApplied(policy=names.get(policy, "")) for pk, policy in changed.items()}
        journal.record_each(told, actor=actor)
    return ids


def _promises(ticket_ids: Sequence[int]) -> dict[int, list[_Promise]]:
    found: dict[int, list[_Promise]] = defaultdict(list)
    names = ("ticket_id", "metric", "policy_id", "policy_version", "target_seconds", "due_at")
    unfinished = Clock.objects.filter(ticket_id__in=ticket_ids, finished_at__isnull=True)
    for pk, *promise in unfinished.order_by("ticket_id", "metric").values_list(*names):
        found[pk].append(tuple(promise))
    return found
