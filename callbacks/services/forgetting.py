"""Takes numbers and notes out of calls that are over, where a message of their ticket was removed for good."""

from __future__ import annotations

from callbacks.models import Callback
from callbacks.models.callback import TO_DO
from tickets.selectors.links import whereabouts


def forget_numbers(message_id: int) -> None:
    """A call that is still to be made keeps its number: without it nobody could keep the promise."""
    over = Callback.objects.filter(ticket_id__in=whereabouts(message_id)).exclude(state__in=TO_DO)
    over.update(phone="", note="")
