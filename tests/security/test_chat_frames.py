"""Every type of frame of the visitors' socket against every kind of stranger: nobody hears of, or does anything to,
another visitor's conversation.

The types come from the source (tests/security/frames.py): a new one fails here until it says how it could be misused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from channels_in.services.deliver import deliver
from channels_in.webchat import tokens
from channels_in.webchat.services.visitors import sign_out
from channels_in.webchat.subscribers import on_agent_typed, on_ticket_seen
from core.events.catalogue import AgentTyped, TicketSeen
from live.hub import RESYNC, Hub
from portal import consumers
from tests.architecture.source import ROOT
from tests.cast import Cast
from tests.desk import agent_replies
from tests.live.sockets import Frame, hub_connected, in_loop
from tests.portal.conftest import _fresh_counters as _fresh_counters
from tests.portal.test_chat_socket import ChatSocket
from tests.security.frames import CHAT_CONSUMER, chat_frames_out, frames_in
from tests.security.test_agent_frames import frames_of
from tickets.models import Inbox, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "c4nary-of-eva"
EVAS_ID = "evas-client-id-1"

# What each frame of a stranger's browser says about Eva's conversation.
SENT: dict[str, dict[str, Any]] = {
    "hello": {"ticket": 0, "seq": 0, "visible": True},
    "message": {"id": EVAS_ID, "text": "I am Eva", "ticket": 0},
    "typing": {"ticket": 0},
    "received": {"ticket": 0, "seq": 0},
    "seen": {"ticket": 0, "seq": 0},
    "ping": {"visible": True, "ticket": 0},
}
# Frames that tell of one conversation, and those that anybody hears at their own socket.
PRIVATE = {"message", "typing", "seen"}
OWN = {"welcome", "stored", "refused", "pong", "resync"}


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of the consumer come back to the test's own and its database connection."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def a_token(inbox: Inbox) -> str:
    return tokens.issue(tokens.new_key(inbox.pk))


def test_every_type_of_frame_is_tried() -> None:
    assert frames_in(CHAT_CONSUMER) == set(SENT), "Say in SENT what a stranger could send"
    assert chat_frames_out() == PRIVATE | OWN, "Say whether the frame tells of a conversation"


def test_every_type_of_frame_is_documented() -> None:
    page = (ROOT / "docs/sockets.md").read_text(encoding="utf-8").partition("## `/ws/chat/`")[2]
    missing = {kind for kind in {*SENT, *PRIVATE, *OWN} if f'"type": "{kind}"' not in page}
    assert not missing


@pytest.mark.parametrize("kind", sorted(SENT))
def test_nobody_without_a_token_is_let_in(cast: Cast, kind: str) -> None:
    """No token, another widget's, and one that was signed out; a frame before the greeting closes the socket."""
    other = Inbox.objects.create(kind="webchat", name="Other site")
    ended = a_token(cast.chat)

    async def story(hub: Hub) -> None:
        eva = await eva_talks(hub, cast, ended)
        await eva.leave()
        await sync_to_async(sign_out)(tokens.read(ended, inbox_id=cast.chat.pk))
        ticket = await Ticket.objects.aget()
        for token in ("", "made-up", await sync_to_async(a_token)(other), ended):
            socket = ChatSocket()
            assert await socket.open()
            await socket.send(**about(kind, ticket, inbox=cast.chat, token=token))
            code = await socket.closed_with()
            assert code == (consumers.CLOSE_TOKEN if kind == "hello" else consumers.CLOSE_BAD_FRAME)
            assert socket.received == ""
        assert await Message.objects.acount() == 1

    in_loop(story)


@pytest.mark.parametrize("kind", sorted(SENT))
@pytest.mark.parametrize("has_spoken", [False, True])
def test_another_visitors_frame_does_nothing_to_the_conversation(cast: Cast, kind: str, has_spoken: bool) -> None:
    async def story(hub: Hub) -> None:
        eva = await eva_talks(hub, cast, await sync_to_async(a_token)(cast.chat))
        ticket = await Ticket.objects.aget()
        answer = await sync_to_async(an_answer)(cast, ticket)
        await eva.hear("message", lambda frame: frame["message"]["from"] == "desk")
        tom = ChatSocket()
        toms = await sync_to_async(a_token)(cast.chat)
        await tom.enter(cast.chat, toms)
        if has_spoken:
            await tom.says("I am Tom", "toms-client-id-1")
        before, heard = await sync_to_async(state_of)(ticket), len(eva.received)
        await tom.send(**about(kind, ticket, inbox=cast.chat, token=toms, seq=answer.seq))
        await tom.settle()
        await eva.settle()
        assert await sync_to_async(state_of)(ticket) == before
        assert CANARY not in tom.received
        assert {frame["type"] for frame in frames_of(eva.received[heard:])} <= {"pong"}
        await eva.leave()
        await tom.leave()

    in_loop(story)


@pytest.mark.parametrize("kind", sorted(PRIVATE | OWN))
def test_frame_is_heard_by_the_visitor_whom_it_is_for_and_nobody_else(cast: Cast, kind: str) -> None:
    async def story(hub: Hub) -> None:
        eva = await eva_talks(hub, cast, await sync_to_async(a_token)(cast.chat))
        tom, mute = ChatSocket(), ChatSocket()
        await tom.enter(cast.chat, await sync_to_async(a_token)(cast.chat))
        await mute.enter(cast.chat, await sync_to_async(a_token)(cast.chat))
        await tom.says("I am Tom", "toms-client-id-1")
        ticket = await Ticket.objects.aget(messages__text=CANARY)
        await causes(cast, ticket, eva, hub)[kind]()
        if not any(frame["type"] == kind for frame in frames_of(eva.received)):
            await eva.hear(kind)
        for socket in (tom, mute):
            await socket.settle()
            assert CANARY not in socket.received
            strange = [frame for frame in frames_of(socket.received) if frame["type"] in PRIVATE]
            assert all(frame.get("ticket") not in (None, ticket.number) for frame in strange), strange
            await socket.leave()
        await eva.leave()

    in_loop(story)


def causes(cast: Cast, ticket: Ticket, eva: ChatSocket, hub: Hub) -> dict[str, Callable[[], Any]]:
    """What makes the desk say each frame to Eva."""
    typed = AgentTyped(ticket_id=ticket.pk, agent_id=cast.ana.pk, agent_name=CANARY)

    async def said_already() -> None:
        """In the course of the story."""

    async def resync() -> None:
        hub.deliver_to_all(RESYNC)

    return {
        "message": lambda: sync_to_async(an_answer)(cast, ticket),
        "typing": lambda: sync_to_async(on_agent_typed)([typed]),
        "seen": lambda: sync_to_async(on_ticket_seen)([TicketSeen(ticket_id=ticket.pk, agent_id=cast.ana.pk)]),
        "refused": lambda: eva.send(type="message", id="evas-client-id-2", text="x" * 10_001),
        "resync": resync,
        "welcome": said_already,
        "stored": said_already,
        "pong": eva.settle,
    }


async def eva_talks(hub: Hub, cast: Cast, token: str) -> ChatSocket:
    eva = ChatSocket()
    await eva.enter(cast.chat, token)
    await hub_connected(hub)
    await eva.says(CANARY, EVAS_ID)
    return eva


def about(kind: str, ticket: Ticket, *, inbox: Inbox, token: str, seq: int = 2) -> Frame:
    words: Frame = {"type": kind, "inbox": inbox.token, "token": token, **SENT[kind]}
    if "ticket" in words:
        words["ticket"] = ticket.number
    if "seq" in words:
        words["seq"] = seq if kind != "hello" else 0
    return words


def an_answer(cast: Cast, ticket: Ticket) -> Message:
    reply = agent_replies(ticket, cast.ana, f"{CANARY} is on its way.")
    deliver([reply.pk])
    return reply


def state_of(ticket: Ticket) -> list[Any]:
    """Everything of Eva's that a frame could change."""
    ticket.refresh_from_db()
    rows = Message.objects.filter(ticket=ticket).order_by("seq")
    return [ticket.last_seq, ticket.status, *rows.values_list("seq", "text", "delivery", "external_id")]
