"""Who looks at a ticket and who writes on it: leases in Redis, told to the screens that show the same ticket."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import redis.asyncio as redis
from redis.exceptions import RedisError

LEASE_SECONDS = 30
TYPING_SECONDS = 8

# What the frame says of one agent: {"id", "name", "state": "viewing" | "typing", "mode": "" | "reply" | "note"}.
Presence = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seat:
    """One socket of one agent; an agent with two devices has two seats and is shown once."""

    socket_id: str
    agent_id: int
    name: str


class Presences:
    """The leases of one desk. Losing them (a flushed Redis) costs one renewal; nothing here ever raises."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def take(self, seat: Seat, ticket_id: int, *, typing: str = "") -> Presence:
        """Say that the seat is at the ticket (and types a `reply` or a `note`); returns who is there now."""
        told = await self._run([_taken(seat, ticket_id, typing)], [ticket_id])
        return told.get(ticket_id, [])

    async def give_up(self, seat: Seat, ticket_ids: Collection[int]) -> dict[int, Presence]:
        return await self._run([("HDEL", _key(ticket_id), seat.socket_id) for ticket_id in ticket_ids], ticket_ids)

    async def renew(self, seats: Iterable[tuple[Seat, int, str]]) -> dict[int, Presence]:
        """Renew many leases (seat, ticket, typing) in one round trip; returns who is at each of the tickets."""
        listed = list(seats)
        return await self._run(
            [_taken(seat, ticket_id, typing) for seat, ticket_id, typing in listed],
            {ticket_id for _, ticket_id, _ in listed},
        )

    async def _run(self, commands: list[tuple[Any, ...]], asked: Collection[int]) -> dict[int, Presence]:
        if not asked:
            return {}
        pipeline = self._redis.pipeline(transaction=False)
        expiries = [("EXPIRE", _key(ticket_id), LEASE_SECONDS * 2) for ticket_id in asked]
        questions = [("HVALS", _key(ticket_id)) for ticket_id in asked]
        for command in (*commands, *expiries, *questions):
            pipeline.execute_command(*command)
        try:
            answers = await pipeline.execute()
        except RedisError:
            return {}
        return {ticket_id: _merged(values) for ticket_id, values in zip(asked, answers[-len(asked) :], strict=True)}


def _taken(seat: Seat, ticket_id: int, typing: str) -> tuple[Any, ...]:
    now = time.time()
    lease = {
        "id": seat.agent_id,
        "name": seat.name,
        "mode": typing,
        "until": now + LEASE_SECONDS,
        "typing_until": now + TYPING_SECONDS if typing else 0,
    }
    return "HSET", _key(ticket_id), seat.socket_id, json.dumps(lease)


def _merged(values: Iterable[bytes]) -> Presence:
    """One entry per agent: typing on any device beats viewing on another; dead leases are left out."""
    now = time.time()
    found: dict[int, dict[str, Any]] = {}
    for lease in map(json.loads, values):
        if lease["until"] <= now:
            continue
        is_typing = lease["typing_until"] > now
        entry = {
            "id": lease["id"],
            "name": lease["name"],
            "state": "typing" if is_typing else "viewing",
            "mode": lease["mode"] if is_typing else "",
        }
        if is_typing or lease["id"] not in found:
            found[lease["id"]] = entry
    return sorted(found.values(), key=lambda entry: (entry["name"], entry["id"]))


def _key(ticket_id: int) -> str:
    return f"presence:{ticket_id}"
