"""Another desk, in a process and a database of its own, that answers by itself: for the test of mail loops.

It prints the port of its SMTP door, then does its work whenever a line with the present time comes in, and prints how
many mails it has queued so far.
"""

from __future__ import annotations

import sys
from datetime import datetime

import time_machine

from channels_in.email.smtp import mail_handler
from channels_in.models import InboundDelivery
from channels_in.services.deliver import deliver
from channels_in.services.process import process
from routing.models import PendingEvent
from routing.services.reacting import react_to
from routing.services.rules import RuleDraft, save_rule
from tests.channels_in.email.conftest import serving
from tickets.models import Delivery, Inbox, Message
from tickets.services import outbox


def make_robot(address: str) -> Inbox:
    """An inbox that confirms every message of everybody."""
    for event in ("TicketOpened", "MessageReceived"):
        save_rule(
            RuleDraft(
                name=f"Confirm {event}",
                event=event,
                actions=[{"action": "reply_with_template", "params": {"text": "We have got your mail."}}],
            )
        )
    return Inbox.objects.create(kind="email", name="Robot", address=address)


def work() -> None:
    """What workers do, until nothing is left."""
    for _ in range(10):
        new = list(InboundDelivery.objects.filter(state="new").order_by("id").values_list("pk", flat=True))
        process(new)
        events = list(PendingEvent.objects.order_by("pk").values_list("pk", flat=True))
        react_to(events)
        due = outbox.due_message_ids()
        deliver(due)
        if not (new or events or due):
            return


def main() -> None:
    make_robot(sys.argv[1])
    with serving(mail_handler()) as door:
        print(door.port, flush=True)
        for line in sys.stdin:
            with time_machine.travel(datetime.fromisoformat(line.strip())):
                work()
            sent = Message.objects.filter(direction="out", delivery__in=[Delivery.SENT, Delivery.UNCERTAIN]).count()
            print(sent, flush=True)
