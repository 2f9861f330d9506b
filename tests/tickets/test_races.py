"""Many at once: no doubles, no gaps, one winner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from core.errors import Conflict
from people.models import Agent, Contact
from tests.cast import Cast, inbound, new_ticket
from tickets.inbound import Clues, Sender
from tickets.models import Draft, Message, Ticket, TicketEvent
from tickets.services.drafts import save_draft
from tickets.services.intake import record_inbound
from tickets.services.messages import reply

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def _all_at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run the jobs from one starting line; exceptions come back as results."""
    line = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        try:
            line.wait(timeout=60)
            return job()
        except Conflict as lost:
            return lost
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_copies_of_one_delivery_make_one_message(cast: Cast) -> None:
    message = inbound(sender=Sender(kind="email", value="fast@example.org"))
    _all_at_once([lambda: record_inbound(message, inbox=cast.mail)] * AT_ONCE)
    assert Message.objects.count() == 1
    assert Contact.objects.filter(identities__value="fast@example.org").count() == 1


def test_burst_of_one_chat_makes_one_gapless_ticket(cast: Cast) -> None:
    def line(n: int) -> Callable[[], object]:
        words = inbound(
            f"line {n}",
            external_id=f"burst-{n}",
            sender=Sender(kind="webchat", value="v-1"),
            clues=Clues(thread_key="conv"),
        )
        return lambda: record_inbound(words, inbox=cast.chat)

    _all_at_once([line(n) for n in range(AT_ONCE)])
    ticket = Ticket.objects.get()
    assert Message.objects.filter(ticket=ticket).count() == AT_ONCE
    seqs = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ticket.last_seq + 1))


def test_of_two_agents_answering_at_once_one_is_stopped(cast: Cast) -> None:
    for _ in range(5):
        ticket = new_ticket(cast.mail)
        seen = ticket.last_seq

        def answer(agent: Agent, ticket: Ticket = ticket, seen: int = seen) -> Callable[[], object]:
            actor = agent.as_actor()
            return lambda: reply(ticket, text="Here you are", seen_seq=seen, actor=actor)

        results = _all_at_once([answer(cast.ana), answer(cast.ben)])
        assert sum(isinstance(result, Conflict) for result in results) == 1
        assert Message.objects.filter(ticket=ticket, direction="out").count() == 1


def test_double_click_sends_once(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    actor = cast.ana.as_actor()
    results = _all_at_once([lambda: reply(ticket, text="Once", idempotency_key="click", actor=actor)] * AT_ONCE)
    assert len({result.pk for result in results if isinstance(result, Message)}) == 1


def test_two_tabs_that_begin_a_draft_together_keep_one(cast: Cast) -> None:
    for _ in range(5):
        ticket = new_ticket(cast.mail)

        def save(text: str, ticket: Ticket = ticket) -> Callable[[], object]:
            return lambda: save_draft(ticket, mode="reply", text=text, revision=0, agent=cast.ana)

        results = _all_at_once([save("one tab"), save("the other")])
        assert sum(isinstance(result, Conflict) for result in results) == 1
        assert Draft.objects.filter(ticket=ticket).count() == 1
