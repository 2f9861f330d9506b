"""Sends hints to the open screens: one Redis PUBLISH that every live process hears. A lost hint costs time only.

Topics: `scope:<inbox>:<team or 0>` (whoever may see such tickets), `agent:<id>`, `ticket:<id>` (screens that show
it), `visitor:<identity id>`, `browser:<visitor's uid>`, `desk` (every agent). Call it after commit only.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

logger = logging.getLogger(__name__)

Frame = Mapping[str, Any]
DESK = "desk"
# The type of a frame that is obeyed by the live processes instead of being handed on.
LEAVE = "leave"
# A request waits this long at most when Redis is a black hole.
_PATIENCE_SECONDS = 0.5


def scope_topic(*, inbox_id: int, team_id: int | None) -> str:
    return f"scope:{inbox_id}:{team_id or 0}"


def agent_topic(agent_id: int) -> str:
    return f"agent:{agent_id}"


def ticket_topic(ticket_id: int) -> str:
    return f"ticket:{ticket_id}"


def visitor_topic(identity_id: int) -> str:
    return f"visitor:{identity_id}"


def browser_topic(uid: str) -> str:
    return f"browser:{uid}"


@dataclass(frozen=True, slots=True)
class Hint:
    """A frame for all on `topics` who are on none of `unless`; a socket on several topics gets it once."""

    topics: tuple[str, ...]
    frame: Frame
    unless: tuple[str, ...] = ()


def publish(topics: Iterable[str], frame: Frame) -> None:
    """Hint the screens on these topics. Never raises."""
    publish_all([Hint(tuple(topics), frame)])


def send_away(topics: Iterable[str], *, code: int) -> None:
    """Close the sockets on these topics: who was there may hear no more. Never raises."""
    publish(topics, {"type": LEAVE, "code": code})


def publish_all(hints: Iterable[Hint]) -> None:
    """Several hints in one round trip. Those of an iterator are not even made while no screen is open anywhere: who
    opens one in this moment is told to catch up. Never raises what Redis does."""
    if not isinstance(hints, Sequence) and not _is_heard():
        return
    sealed = [seal(hint) for hint in hints if hint.topics]
    if not sealed:
        return
    try:
        pipeline = _client(settings.REDIS_URL).pipeline(transaction=False)
        for envelope in sealed:
            pipeline.publish(channel(), envelope)
        pipeline.execute()
    except redis.RedisError as problem:
        logger.warning("Hints were lost; the screens catch up by themselves", extra={"problem": str(problem)})


def _is_heard() -> bool:
    try:
        return any(count for _, count in _client(settings.REDIS_URL).pubsub_numsub(channel()))
    except redis.RedisError as problem:
        logger.warning("Hints were lost; the screens catch up by themselves", extra={"problem": str(problem)})
        return False


def channel() -> str:
    """Redis databases share one space of channels; two desks on one server must not hear each other."""
    return f"helpdesk:live:{urlsplit(settings.REDIS_URL).path.strip('/') or '0'}"


def seal(hint: Hint) -> bytes:
    """The topics in front of the frame, which is serialised once for all its receivers."""
    text = json.dumps(hint.frame, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)
    return f"{' '.join(hint.topics)}|{' '.join(hint.unless)}\n{text}".encode()


def unseal(envelope: bytes) -> tuple[list[str], list[str], str]:
    """Topics, exceptions and the frame's text, as `seal` put them together."""
    head, _, text = envelope.decode().partition("\n")
    topics, _, unless = head.partition("|")
    return topics.split(), unless.split(), text


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
