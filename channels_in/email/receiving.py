"""Takes in a mail and waits for what becomes of it, in the caller's process: for commands and benchmarks."""

from __future__ import annotations

from dataclasses import replace

from channels_in.email.door import Mail, take_in
from channels_in.services.process import Processed, process_now
from channels_in.services.setbacks import MAX_READINGS, hurry
from tickets.models import Inbox

_WAITING = "new"
# The door's words: what is merely noted about earlier messages is no message.
_SHOWN = {"noted": "ignored", "held": "ignored", "edited": "appended"}


def receive(inbox: Inbox, mail: Mail) -> Processed:
    """Like SMTP and a worker together. A reading that fails is repeated at once, until it is set aside."""
    accepted = take_in(inbox, mail, is_enqueued=False)
    processed = process_now(accepted.delivery_id)
    if accepted.is_duplicate and processed.outcome != _WAITING:
        return replace(processed, outcome="duplicate", reason="This mail was received before")
    for _ in range(MAX_READINGS):
        if processed.outcome != _WAITING:
            break
        hurry(accepted.delivery_id)
        processed = process_now(accepted.delivery_id)
    return replace(processed, outcome=_SHOWN.get(processed.outcome, processed.outcome))
