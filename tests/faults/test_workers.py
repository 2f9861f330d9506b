"""Workers killed in the middle and Redis flushed under load: nothing is lost, nothing is doubled, order is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import psutil
import pytest
import redis
from django.conf import settings
from django.db import transaction

from channels_in.models import InboundDelivery
from core.clock import now
from people.models import Agent, Role
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.conftest import WEBHOOK_SECRET
from tests.channels_in.doors import handle_all, knock
from tests.fakes.bot_api import TOKEN, BotApi, running_bot_api
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Delivery, Inbox, Message, Ticket, TicketEvent
from tickets.services.messages import reply

pytestmark = [pytest.mark.faults, pytest.mark.stack]

CUSTOMERS, LINES = 50, 10
PATIENCE_SECONDS = 120  # much less on a quiet machine


@pytest.fixture
def api() -> Iterator[BotApi]:
    with running_bot_api() as running:
        yield running


@pytest.fixture
def bot(transactional_db: None, api: BotApi) -> Inbox:
    return Inbox.objects.create(
        kind="telegram",
        name="Bot",
        config={"api_base": api.base},
        secrets={"token": TOKEN, "webhook_secret": WEBHOOK_SECRET},
    )


def flush_redis() -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        broker.flushdb()


def end_leases() -> None:
    """The time passes after which what a dead worker held may be taken by another."""
    with transaction.atomic():
        # Rows that a worker is writing at this moment are left alone: waiting for several could be a deadlock.
        held = (
            InboundDelivery.objects.select_for_update(skip_locked=True).filter(state="new").values_list("pk", flat=True)
        )
        InboundDelivery.objects.filter(pk__in=list(held)).update(due_at=now())
    with transaction.atomic():
        sending = Message.objects.select_for_update(skip_locked=True).filter(delivery=Delivery.SENDING)
        pks = list(sending.values_list("pk", flat=True))
        Message.objects.filter(pk__in=pks).update(next_attempt_at=now())


def wait_until(stack: Stack, ask: Callable[[], bool], pause: float = 0.005) -> None:
    """Until it is so; says what the processes said when it never is."""
    try:
        poll_until(ask, PATIENCE_SECONDS, pause=pause)
    except AssertionError:
        pytest.fail(f"{handled()} deliveries are handled.\n" + "\n".join(stack.lines[-40:]))


def handled() -> int:
    return InboundDelivery.objects.exclude(state="new").count()


def kill_one_child(stack: Stack) -> None:
    """As the kernel does when memory is short: the worker lives on without one of its processes."""
    children = psutil.Process(stack.supervisor.running["worker"].process.pid).children()
    children[0].kill()


def test_500_messages_survive_killed_workers_and_flushed_redis(live_stack: Stack, bot: Inbox) -> None:
    said = {(chat, line): f"line {line}" for line in range(1, LINES + 1) for chat in range(1, CUSTOMERS + 1)}
    live_stack.stop("worker")
    for number, ((chat, line), words) in enumerate(said.items(), start=1):
        assert knock(bot, rosa.text(line, words, chat=chat)).status_code == 200
        if number == 250:
            flush_redis()
    live_stack.supervisor.start_one("worker")
    wait_until(live_stack, lambda: handled() >= 100)
    live_stack.kill("worker")
    flush_redis()
    end_leases()
    live_stack.start("worker")
    wait_until(live_stack, lambda: handled() >= 250)
    kill_one_child(live_stack)
    flush_redis()
    wait_until(live_stack, lambda: handled() >= 400)
    kill_one_child(live_stack)
    end_leases()

    wait_until(live_stack, lambda: handled() == len(said), pause=0.2)
    ledger = Counter(Message.objects.values_list("external_id", flat=True))
    assert ledger == Counter(f"{chat}:{line}" for chat, line in said)
    assert Ticket.objects.count() == CUSTOMERS
    for ticket in Ticket.objects.all():
        shown = Message.objects.filter(ticket=ticket).order_by("seq").values_list("text", flat=True)
        assert list(shown) == [f"line {line}" for line in range(1, LINES + 1)]
        seqs = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
        assert all(second == first + 1 for first, second in pairwise(seqs))
        assert seqs[-1] == ticket.last_seq


def test_replies_survive_a_killed_worker_and_none_is_sent_twice(live_stack: Stack, bot: Inbox, api: BotApi) -> None:
    agent = Agent.objects.create_user("ana@desk.example", "a-good-password-1", name="Ana", role=Role.AGENT)
    live_stack.stop("worker")
    for chat in range(1, 61):
        knock(bot, rosa.text(1, "Hello?", chat=chat))
    handle_all()
    flush_redis()
    api.seconds = 0.05
    for ticket in Ticket.objects.all():
        reply(ticket, text=f"Answer to {ticket.number}", actor=agent.as_actor())
    live_stack.supervisor.start_one("worker")
    wait_until(live_stack, lambda: len(api.texts()) >= 15)
    live_stack.kill("worker")
    flush_redis()
    end_leases()
    live_stack.start("worker")

    waiting = Message.objects.filter(delivery__in=["queued", "sending", "retrying"])
    wait_until(live_stack, lambda: not waiting.exists(), pause=0.2)
    arrived = Counter(api.texts())
    assert max(arrived.values()) == 1
    by_state = {
        state: {message.text for message in Message.objects.filter(direction="out", delivery=state)}
        for state in (Delivery.SENT, Delivery.UNCERTAIN)
    }
    assert len(by_state[Delivery.SENT]) + len(by_state[Delivery.UNCERTAIN]) == 60
    assert by_state[Delivery.SENT] <= arrived.keys()
    # Only what the killed processes had in their hands is uncertain, and the agents are told so.
    assert len(by_state[Delivery.UNCERTAIN]) <= 3
