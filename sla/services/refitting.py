"""Keeps the adoption of edited promises going: begun with the edit itself, noted after each batch, ended at the end."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from core.db import Statement
from sla.models import Refit
from sla.models.refit import THE_ONE

# Longer than the task may work; whoever has said nothing for that long is dead or was never there.
PATIENCE = timedelta(minutes=6)

_BEGIN = """
    INSERT INTO sla_refit (id, round, after_ticket_id, due_at) VALUES (%s, 1, 0, %s)
    ON CONFLICT (id) DO UPDATE SET round = sla_refit.round + 1, after_ticket_id = 0, due_at = EXCLUDED.due_at"""


def begin() -> Statement:
    """Write it with the edit: from now on somebody will have to finish it."""
    return _BEGIN, [THE_ONE, now() + PATIENCE]


def present_round() -> int:
    return Refit.objects.filter(pk=THE_ONE).values_list("round", flat=True).first() or 0


def note(position: int | None, *, of_round: int) -> None:
    """How far this round is; None is the end. A newer round is left alone."""
    row = Refit.objects.filter(pk=THE_ONE, round=of_round)
    if position is None:
        row.delete()
    else:
        row.update(after_ticket_id=position, due_at=now() + PATIENCE)


def overdue_position() -> int | None:
    """Where a walk that nobody is on must go on; None when there is nothing to do. Asking takes it for a while."""
    found = Refit.objects.filter(pk=THE_ONE, due_at__lte=now())
    position = found.values_list("after_ticket_id", flat=True).first()
    return position if position is not None and found.update(due_at=now() + PATIENCE) else None
