"""The visitors' socket: the right origin, a token in the first frame, words at once, answers live, nothing missed."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from channels_in.models import ChatVisitor
from channels_in.services.deliver import deliver
from channels_in.webchat import tokens
from channels_in.webchat.services.visitors import sign_out
from core import push
from live.hub import Hub
from portal import consumers
from portal.routing import websocket_urlpatterns
from tests.cast import Cast, last_message
from tests.desk import agent_replies
from tests.live.sockets import Frame, Socket, hub_connected, in_loop
from tickets.models import Inbox, Message, Ticket
from tickets.services.messages import add_note

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-91c2-note"


class ChatSocket(Socket):
    """A visitor's open socket."""

    def __init__(self, origin: str = "http://desk.example", host: str = "desk.example") -> None:
        headers = [(b"host", host.encode()), (b"x-forwarded-for", b"6.6.6.6")]
        if origin:
            headers.append((b"origin", origin.encode()))
        scope = {"type": "websocket", "path": "/ws/chat/", "headers": headers, "client": ("127.0.0.1", 1)}
        self._wire = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)
        self.received = ""

    async def enter(self, inbox: Inbox, token: str, ticket: int | None = None, seq: int = 0) -> Frame:
        assert await self.open()
        await self.send(type="hello", inbox=inbox.token, token=token, ticket=ticket, seq=seq, visible=True)
        return await self.hear("welcome")

    async def says(self, text: str, client_id: str) -> None:
        await self.send(type="message", id=client_id, text=text)
        await self.hear("stored")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of the consumer come back to the test's own and its database connection."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def token(cast: Cast) -> str:
    return tokens.issue(tokens.new_key(cast.chat.pk))


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://desk.example.evil.example", "http://desk.example:81"]
)
def test_foreign_site_knocks_and_is_refused(origin: str) -> None:
    async def story(hub: Hub) -> None:
        assert not await ChatSocket(origin).open()

    in_loop(story)


def test_visitor_writes_and_the_agent_answers(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        welcome = await socket.enter(cast.chat, token)
        await hub_connected(hub)
        assert welcome["conversation"] is None
        await socket.says("Hello", "client-id-1")
        told = (await socket.hear("welcome"))["conversation"]
        assert [(entry["id"], entry["text"]) for entry in told["messages"]] == [("client-id-1", "Hello")]
        await socket.send(type="message", id="client-id-2", text="Anyone?")
        second = await socket.hear("message", lambda frame: frame["message"].get("id") == "client-id-2")
        assert second["ticket"] == told["ticket"]
        answer = await sync_to_async(_answer)(cast)
        shown = (await socket.hear("message", lambda frame: frame["message"]["from"] == "desk"))["message"]
        assert (shown["text"], shown["name"], shown["seq"]) == ("On its way.", "Ana", answer.seq)
        await socket.send(type="seen", seq=shown["seq"])
        await socket.settle()
        assert (await sync_to_async(last_message)(answer.ticket)).delivery == "read"
        await socket.leave()

    in_loop(story)


def test_note_is_written_while_the_chat_is_open_and_no_byte_of_it_arrives(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await hub_connected(hub)
        await socket.says("Hello", "client-id-1")
        await sync_to_async(_note)(cast)
        await sync_to_async(_answer)(cast)
        await socket.hear("message", lambda frame: frame["message"]["from"] == "desk")
        await socket.settle()
        assert CANARY not in socket.received
        assert "@" not in socket.received
        await socket.leave()

    in_loop(story)


def test_two_windows_of_one_visitor_stay_equal(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        first, second = ChatSocket(), ChatSocket()
        await first.enter(cast.chat, token)
        await hub_connected(hub)
        await first.says("one", "client-id-1")
        assert (await second.enter(cast.chat, token))["conversation"]["messages"][0]["text"] == "one"
        await second.says("two", "client-id-2")
        await first.hear("message", lambda frame: frame["message"]["text"] == "two")
        await first.leave()
        await second.leave()

    in_loop(story)


def test_two_visitors_hear_nothing_of_each_other(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        eva, tom = ChatSocket(), ChatSocket()
        await eva.enter(cast.chat, token)
        await tom.enter(cast.chat, tokens.issue(tokens.new_key(cast.chat.pk)))
        await hub_connected(hub)
        await tom.says("I am Tom", "client-id-1")
        await eva.says(CANARY, "client-id-1")
        await tom.settle()
        assert CANARY not in tom.received
        await eva.leave()
        await tom.leave()

    in_loop(story)


def test_socket_was_away_and_hears_exactly_what_it_missed(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await socket.says("Hello", "client-id-1")
        told = (await socket.hear("welcome"))["conversation"]
        await socket.leave()
        await sync_to_async(_answer)(cast)
        again = ChatSocket()
        seq = told["messages"][-1]["seq"]
        missed = (await again.enter(cast.chat, token, ticket=told["ticket"], seq=seq))["conversation"]
        assert (missed["reset"], [entry["text"] for entry in missed["messages"]]) == (False, ["On its way."])
        await again.says("Hello", "client-id-1")  # sent again after the gap
        assert await sync_to_async(Message.objects.filter(direction="in").count)() == 1
        await again.leave()

    in_loop(story)


def test_visitor_types_and_the_agents_screen_hears_it(cast: Cast, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await socket.says("Hello", "client-id-1")
        hints: list[push.Hint] = []
        monkeypatch.setattr("live.subscribers.publish_all", hints.extend)
        for _ in range(3):
            await socket.send(type="typing")
        await socket.settle()
        assert [hint.frame["type"] for hint in hints] == ["contact.typing"]
        await socket.leave()

    in_loop(story)


def test_visitor_in_view_counts_as_present(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await socket.says("Hello", "client-id-1")
        await socket.settle()
        assert (await ChatVisitor.objects.aget()).last_seen_at is not None
        await socket.leave()

    in_loop(story)


@pytest.mark.parametrize(
    "frames",
    [
        ['{"type":"message","id":"client-id-1","text":"x"}'],
        ["[]"],
        ["{"],
        ["x" * 20_000],
        ['{"type":"hello","inbox":7}', "{"],
    ],
)
def test_socket_talks_nonsense_and_is_closed(frames: list[str]) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        assert await socket.open()
        for frame in frames:
            await socket.send_text(frame)
        assert await socket.closed_with() == consumers.CLOSE_BAD_FRAME

    in_loop(story)


def test_socket_says_nothing_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HELLO_SECONDS", 0.05)

    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        assert await socket.open()
        assert await socket.closed_with() == consumers.CLOSE_SILENT

    in_loop(story)


def test_signed_out_token_is_closed_and_told_why(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await socket.says("Hello", "client-id-1")
        await socket.leave()
        await sync_to_async(sign_out)(tokens.read(token, inbox_id=cast.chat.pk))
        for bad in (token, "nonsense"):
            late = ChatSocket()
            assert await late.open()
            await late.send(type="hello", inbox=cast.chat.token, token=bad)
            assert await late.closed_with() == consumers.CLOSE_TOKEN

    in_loop(story)


def test_socket_floods_and_is_closed_without_harm_to_others(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        flood, calm = ChatSocket(), ChatSocket()
        await flood.enter(cast.chat, token)
        await calm.enter(cast.chat, tokens.issue(tokens.new_key(cast.chat.pk)))
        padding = json.dumps({"type": "ping", "padding": "x" * 15_000})
        for _ in range(5):
            await flood.send_text(padding)
        assert await flood.closed_with() == consumers.CLOSE_TOO_FAST
        await calm.settle()
        await calm.leave()

    in_loop(story)


def test_message_that_cannot_be_is_refused_by_its_id(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        await socket.send(type="message", id="client-id-1", text="x" * 10_001)
        refused = await socket.hear("refused")
        assert (refused["id"], refused["code"]) == ("client-id-1", "too_large")
        await socket.leave()

    in_loop(story)


def test_server_restarts_and_sends_everybody_away(cast: Cast, token: str) -> None:
    async def story(hub: Hub) -> None:
        socket = ChatSocket()
        await socket.enter(cast.chat, token)
        closing = asyncio.create_task(hub.close())
        assert await socket.closed_with() == 1012
        await closing

    in_loop(story)


def _answer(cast: Cast) -> Message:
    reply = agent_replies(Ticket.objects.get(), cast.ana, "On its way.")
    deliver([reply.pk])
    return reply


def _note(cast: Cast) -> None:
    add_note(Ticket.objects.get(), text=f"{CANARY} ben@desk.example", actor=cast.ana.as_actor())
