"""Takes numbers and notes out of callbacks where a message of their ticket was removed for good."""

from __future__ import annotations

from callbacks.models import Callback
from tickets.selectors.links import whereabouts


def forget_numbers(message_id: int) -> None:
    """Of calls that are still to be made, too: what was removed is gone. The promise stands and says what it lacks."""
    Callback.objects.filter(ticket_id__in=whereabouts(message_id)).update(phone="", note="")
