"""The one place that tells the time, and the moment that never comes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

# A clock that does not run is due "never": a real value keeps (due, id) pages and indexes free of NULLs.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present moment in UTC."""
    return timezone.now()
