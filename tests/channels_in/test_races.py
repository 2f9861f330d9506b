"""The same things at the same time: copies of a delivery, workers after one row."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection

from channels_in.models import InboundDelivery
from channels_in.services.accept import accept
from channels_in.services.claim import claim
from channels_in.services.process import process
from tests.cast import Cast, new_ticket
from tests.channels_in import telegram_updates as rosa
from tickets.models import Inbox, Message
from tickets.services import outbox
from tickets.services.messages import reply

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
THREADS = 8


def at_once(work: Callable[[int], T]) -> list[T]:
    """Eight threads do it side by side, each on its own connection."""

    def run(number: int) -> T:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_copies_that_come_together_are_one_delivery(bot: Inbox) -> None:
    body = rosa.text(41, "Hinge broke")
    accepted = at_once(lambda _: accept(bot, "update:1", body, {}, is_enqueued=False))
    assert len({item.delivery_id for item in accepted}) == 1
    assert [item.is_duplicate for item in accepted].count(False) == 1


def test_one_of_many_workers_gets_the_row(bot: Inbox) -> None:
    row = accept(bot, "update:1", rosa.text(41, "Hinge broke"), {}, is_enqueued=False)
    assert [len(rows) for rows in at_once(lambda _: claim(row.delivery_id))].count(1) == 1


def test_same_message_in_many_deliveries_handled_together_is_one_message(bot: Inbox) -> None:
    body = rosa.text(41, "Hinge broke")
    ids = [accept(bot, f"update:{n}", body, {}, is_enqueued=False).delivery_id for n in range(THREADS)]
    at_once(lambda number: process([ids[number]]))
    assert Message.objects.count() == 1
    assert sorted(InboundDelivery.objects.values_list("outcome", flat=True)) == ["created"] + ["duplicate"] * 7


def test_many_first_messages_of_one_customer_open_one_ticket_in_order(bot: Inbox) -> None:
    ids = [
        accept(bot, f"update:{n}", rosa.text(n, f"line {n}"), {}, lane="chat:1", is_enqueued=False).delivery_id
        for n in range(1, THREADS + 1)
    ]
    at_once(lambda number: process([ids[number]]))
    said = Message.objects.order_by("seq")
    assert len({message.ticket_id for message in said}) == 1
    assert [message.text for message in said] == [f"line {n}" for n in range(1, THREADS + 1)]


def test_one_of_many_workers_sends_the_reply(cast: Cast) -> None:
    message = reply(new_ticket(cast.mail), text="Done.", actor=cast.ana.as_actor())
    claimed = at_once(lambda _: outbox.claim(message.pk))
    assert sum(item is not None for item in claimed) == 1
