"""The fan-out of a process: topics, audiences, slow readers, a Redis that comes and goes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator

import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import override_settings

from core.push import Hint, _is_heard, publish, publish_all, seal, unseal
from live.hub import Hub
from live.outlet import CLOSE_TOO_SLOW, MAX_FRAMES, Outlet
from tests.live.sockets import PATIENCE, in_loop
from tests.waiting import poll_until
from tickets.selectors.access import Scopes

EVERYTHING = Scopes(True, frozenset(), frozenset())


class Reader:
    """A socket that remembers; `is_stuck` makes it stop reading."""

    def __init__(self, *, is_stuck: bool = False) -> None:
        self.texts: list[str] = []
        self.codes: list[int] = []
        self.may_read = asyncio.Event()
        self.has_read = asyncio.Event()
        if not is_stuck:
            self.may_read.set()
        self.outlet = Outlet(self._read, self._close)

    async def _read(self, text: str) -> None:
        await self.may_read.wait()
        self.texts.append(text)
        self.has_read.set()

    async def _close(self, code: int) -> None:
        self.codes.append(code)

    def types(self) -> list[str]:
        return [json.loads(text)["type"] for text in self.texts]

    async def reads(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.texts) < count:
                self.has_read.clear()
                await self.has_read.wait()


def test_envelope_keeps_topics_and_frame_apart() -> None:
    hint = Hint(("scope:1:0", "agent:7"), {"type": "x", "text": "a|b\n\u2028é"}, unless=("desk",))
    topics, unless, text = unseal(seal(hint))
    assert (topics, unless) == (["scope:1:0", "agent:7"], ["desk"])
    assert json.loads(text) == {"type": "x", "text": "a|b\n\u2028é"}


def test_socket_on_two_topics_gets_a_frame_once_and_exceptions_get_none() -> None:
    async def story(hub: Hub) -> None:
        both, one, other = Reader(), Reader(), Reader()
        hub.join(both.outlet, ["desk", "agent:1"])
        hub.join(one.outlet, ["agent:1", "agent:2"])
        hub.join(other.outlet, ["agent:9"])
        hub.deliver(["desk", "agent:1"], '{"type":"first"}', unless=["agent:2"])
        hub.deliver(["desk", "agent:1"], '{"type":"second"}')
        await both.reads(2)
        await one.reads(1)
        assert (both.types(), one.types(), other.types()) == (["first", "second"], ["second"], [])

    in_loop(story)


def test_scope_topics_reach_those_whose_scopes_cover_them_now() -> None:
    async def story(hub: Hub) -> None:
        manager, agent = Reader(), Reader()
        hub.join(manager.outlet, [], scopes=EVERYTHING)
        hub.join(agent.outlet, [], scopes=Scopes(False, frozenset({1}), frozenset({5})))
        for topic in ("scope:1:0", "scope:1:5", "scope:1:6", "scope:2:5"):
            hub.deliver([topic], json.dumps({"type": topic}))
        hub.rescope(agent.outlet, Scopes(False, frozenset({1}), frozenset()))
        hub.deliver(["scope:1:5"], '{"type":"after"}')
        await manager.reads(5)
        await agent.reads(2)
        assert agent.types() == ["scope:1:0", "scope:1:5"]

    in_loop(story)


def test_slow_reader_is_dropped_while_others_hear_everything() -> None:
    async def story(hub: Hub) -> None:
        slow, quick = Reader(is_stuck=True), Reader()
        for reader in (slow, quick):
            hub.join(reader.outlet, ["desk"])
        for number in range(MAX_FRAMES + 10):
            hub.deliver(["desk"], json.dumps({"type": str(number)}))
            await quick.reads(number + 1)
        assert (slow.codes, quick.codes, slow.texts) == ([CLOSE_TOO_SLOW], [], [])

    in_loop(story)


def test_socket_that_left_hears_nothing_and_leaves_nothing_behind() -> None:
    async def story(hub: Hub) -> None:
        reader = Reader()
        hub.join(reader.outlet, ["desk"], scopes=EVERYTHING)
        hub.leave(reader.outlet)
        hub.subscribe(reader.outlet, "ticket:1")
        hub.deliver(["desk", "scope:1:0", "ticket:1"], '{"type":"x"}')
        await asyncio.sleep(0)
        assert (reader.texts, len(hub)) == ([], 0)

    in_loop(story)


def test_published_hints_cross_redis_in_order() -> None:
    async def story(hub: Hub) -> None:
        reader = Reader()
        hub.join(reader.outlet, ["agent:1"])
        await asyncio.wait_for(hub.is_connected.wait(), PATIENCE)
        await reader.reads(1)
        reader.texts.clear()  # the first subscription's resync
        await sync_to_async(publish_all)([Hint(("agent:1",), {"type": str(n)}) for n in range(5)])
        await sync_to_async(publish)(["agent:2"], {"type": "not for us"})
        await hub.publish(Hint(("agent:1",), {"type": "5"}))
        await reader.reads(6)
        assert reader.types() == ["0", "1", "2", "3", "4", "5"]

    in_loop(story)


def test_hints_of_an_iterator_are_made_only_while_a_screen_is_open() -> None:
    made: list[int] = []

    def hints() -> Iterator[Hint]:
        made.append(1)
        yield Hint(("agent:1",), {"type": "made"})

    async def story(hub: Hub) -> None:
        await sync_to_async(publish_all)(hints())
        assert made == []
        reader = Reader()
        hub.join(reader.outlet, ["agent:1"])
        await asyncio.wait_for(hub.is_connected.wait(), PATIENCE)
        await reader.reads(1)
        await sync_to_async(publish_all)(hints())
        await reader.reads(2)
        assert (made, reader.types()[-1]) == ([1], "made")

    # Redis may not have seen yet that the hub of the test before has hung up.
    poll_until(lambda: not _is_heard())
    in_loop(story)


def test_lost_redis_connection_is_reopened_and_all_screens_catch_up() -> None:
    async def story(hub: Hub) -> None:
        reader = Reader()
        hub.join(reader.outlet, ["desk"])
        await asyncio.wait_for(hub.is_connected.wait(), PATIENCE)
        await reader.reads(1)
        await sync_to_async(_cut_subscriptions)()
        await reader.reads(2)
        await hub.publish(Hint(("desk",), {"type": "after"}))
        await reader.reads(3)
        assert reader.types() == ["resync", "resync", "after"]

    in_loop(story)


def test_socket_that_joined_before_the_first_subscription_catches_up() -> None:
    """What was published while the process was still connecting is lost, and nobody may miss it."""

    async def story(hub: Hub) -> None:
        reader = Reader()
        hub.join(reader.outlet, ["desk"])
        assert not hub.is_connected.is_set()
        await reader.reads(1)
        assert reader.types() == ["resync"]

    in_loop(story)


def test_closing_hub_sends_sockets_away_with_service_restart() -> None:
    async def story(hub: Hub) -> None:
        readers = [Reader() for _ in range(3)]
        for reader in readers:
            hub.join(reader.outlet, ["desk"])
        await hub.close(over_seconds=0.03)
        await asyncio.sleep(0)
        assert [reader.codes for reader in readers] == [[1012]] * 3

    in_loop(story)


def test_publishing_without_redis_harms_nobody() -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        publish(["desk"], {"type": "x"})


def _cut_subscriptions() -> None:
    """What a restart of Redis does to this process's subscription."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    own = [entry for entry in client.client_list(_type="pubsub") if entry["name"] == f"helpdesk-live-{os.getpid()}"]
    for entry in own:
        client.client_kill(entry["addr"])
    client.close()
    assert own
