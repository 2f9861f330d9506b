"""The one way out of every mail of an inbox: by its provider, or by a mail server."""

from __future__ import annotations

from channels_in.base import Progress, Sent
from channels_in.email.compose import Letter, written
from channels_in.email.providers.catalog import provider_of
from channels_in.email.providers.sending import hand_over
from channels_in.email.transport import server_of, transmit
from tickets.models import Inbox


def leave(inbox: Inbox, letter: Letter, progress: Progress) -> Sent:
    """Raises ChannelError."""
    if provider_of(inbox):
        return hand_over(inbox, letter, progress)
    transmit(server_of(inbox), written(letter), progress)
    return Sent(external_id=letter.message_id)
