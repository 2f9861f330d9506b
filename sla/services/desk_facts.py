"""Records facts that are about the desk and no ticket."""

from __future__ import annotations

from collections.abc import Iterable

from core.db import require_transaction
from sla.models import Fact

_BATCH = 500


def record(facts: Iterable[Fact]) -> None:
    """Call it in the transaction of what happened."""
    require_transaction()
    Fact.objects.bulk_create(facts, batch_size=_BATCH)
