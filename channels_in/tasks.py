"""What the workers run for channels: process what came in, deliver what goes out, and sweep up what got lost."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task

from channels_in.services import checking, connecting, retention, sweep
from channels_in.services import deliver as delivering
from channels_in.services import process as processing
from channels_in.services.enqueue import CHECK_INBOXES, CONNECT, DELIVER, PROCESS_INBOUND, ask, begin
from channels_in.webchat.services import unread
from channels_in.webchat.services.visitors import forget_used_tokens

# A lease outlives the task that holds it: claim.LEASE_SECONDS and outbox.LEASE are longer.
_PROCESS_SECONDS = 45
_DELIVER_SECONDS = 80


@shared_task(name=PROCESS_INBOUND, queue="inbound", soft_time_limit=_PROCESS_SECONDS, time_limit=_PROCESS_SECONDS + 10)
def process_inbound(delivery_ids: Sequence[int]) -> None:
    begin()
    if rest := processing.process(delivery_ids):
        ask(PROCESS_INBOUND, rest)


@shared_task(name=DELIVER, queue="deliver", soft_time_limit=_DELIVER_SECONDS, time_limit=_DELIVER_SECONDS + 5)
def deliver(message_ids: Sequence[int]) -> None:
    if rest := delivering.deliver(message_ids):
        ask(DELIVER, rest)


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def sweep_inbound() -> None:
    sweep.sweep_inbound()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def sweep_outbox() -> None:
    sweep.sweep_outbox()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def sweep_connections() -> None:
    sweep.sweep_connections()


@shared_task(queue="bulk", soft_time_limit=100, time_limit=120)
def drop_raw() -> None:
    """Raw bytes of what never became a message are kept for a while only."""
    retention.drop_raw()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def mail_unread_chats() -> None:
    unread.mail_unread()


@shared_task(queue="bulk", soft_time_limit=60, time_limit=90)
def forget_used_chat_tokens() -> None:
    forget_used_tokens()


@shared_task(name=CONNECT, queue="deliver", soft_time_limit=_DELIVER_SECONDS, time_limit=_DELIVER_SECONDS + 5)
def connect(inbox_ids: Sequence[int]) -> None:
    """Connect inboxes to their providers after their settings were saved; a refusal is shown on the inbox."""
    for inbox_id in inbox_ids:
        connecting.connect(inbox_id)


@shared_task(name=CHECK_INBOXES, queue="deliver", soft_time_limit=_DELIVER_SECONDS, time_limit=_DELIVER_SECONDS + 5)
def check_inboxes(check_ids: Sequence[int]) -> None:
    """Try out what a person asked for on an inbox's settings page."""
    for check_id in check_ids:
        checking.run(check_id)
