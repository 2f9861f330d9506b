"""Asks the workers to look at rows. Only a hint: when it gets lost, or Redis is away, the sweepers ask again."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence

import redis
from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

PROCESS_INBOUND = "channels_in.tasks.process_inbound"
DELIVER = "channels_in.tasks.deliver"
CONNECT = "channels_in.tasks.connect"
CHECK_INBOXES = "channels_in.tasks.check_inboxes"

_QUEUES = {PROCESS_INBOUND: "inbound", DELIVER: "deliver", CONNECT: "deliver", CHECK_INBOXES: "deliver"}
_BATCH = 20
# While the broker is away nobody waits for it twice.
_PAUSE_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 20

# As long as a task stands in the queue that will take every waiting delivery along, nobody asks for another.
_ANNOUNCED = "inbound-announced"
_ANNOUNCED_SECONDS = 2

_paused_until = 0.0


def ask(task: str, ids: Sequence[int]) -> None:
    """Enqueue the ids in batches; never raises."""
    global _paused_until  # a breaker is process-wide by nature
    if time.monotonic() < _paused_until:
        return
    try:
        for start in range(0, len(ids), _BATCH):
            current_app.send_task(task, args=[list(ids[start : start + _BATCH])], queue=_QUEUES[task])
    except (OperationalError, OSError) as error:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("The broker is away; the sweeper will ask again", extra={"task": task, "error": repr(error)})


def announce(delivery_id: int) -> None:
    """Ask for a committed delivery that stands in no lane, unless a task is on its way that has not begun yet: that one
    will find it. `begin` must be the first that such a task does."""
    try:
        is_first = cache.add(_ANNOUNCED, 1, _ANNOUNCED_SECONDS)
    except (redis.RedisError, OSError):
        is_first = True
    if is_first:
        ask(PROCESS_INBOUND, [delivery_id])


def begin() -> None:
    """From now on a new delivery needs a task of its own."""
    with contextlib.suppress(redis.RedisError, OSError):
        cache.delete(_ANNOUNCED)


def ask_again(task: str, ids: Sequence[int]) -> int:
    """The sweepers' way to ask: each id at most once in 20 s, so that a backlog is not enqueued over and over."""
    due = [pk for pk in ids if cache.add(_asked(task, pk), 1, _ASK_AGAIN_SECONDS)]
    ask(task, due)
    return len(due)


def forget(task: str, pk: int) -> None:
    """The row gets a new due time: the sweeper may ask for it again as soon as that has come."""
    with contextlib.suppress(redis.RedisError, OSError):
        cache.delete(_asked(task, pk))


def _asked(task: str, pk: int) -> str:
    return f"asked:{task}:{pk}"
