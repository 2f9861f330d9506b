"""The seed: many realistic tickets, the same ones for the same number."""

from __future__ import annotations

from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Count, F

from sla.models import Clock
from tickets.models import Message, Ticket, TicketCount, TicketEvent

pytestmark = pytest.mark.django_db


def _seed(tickets: int = 300, **options: float) -> None:
    call_command("seed", tickets=tickets, agents=10, stdout=StringIO(), stderr=StringIO(), **options)


def test_seed_makes_a_desk_in_real_proportions() -> None:
    _seed(600)
    tickets = Ticket.objects.all()
    assert tickets.count() == 600
    share_open = tickets.filter(status__in=["open", "pending", "on_hold"]).count() / 600
    assert 0.1 < share_open < 0.3
    assert 4 < Message.objects.count() / 600 < 6.5
    assert Clock.objects.filter(decided_at__isnull=False).exists()
    assert sum(TicketCount.objects.values_list("n", flat=True)) == 600


def test_seeded_journal_has_no_gap() -> None:
    _seed()
    assert not Ticket.objects.annotate(entries=Count("events")).exclude(entries=F("last_seq")).exists()
    assert TicketEvent.objects.filter(kind="MessageReceived").count() == Message.objects.filter(direction="in").count()


def test_seed_leaves_the_sequences_behind_its_rows() -> None:
    _seed(50)
    with connection.cursor() as cursor:
        for sequence, table in (
            ("tickets_ticket_id_seq", "tickets_ticket"),
            ("tickets_message_id_seq", "tickets_message"),
        ):
            cursor.execute(f"SELECT nextval('{sequence}') > (SELECT max(id) FROM {table})")
            assert cursor.fetchone() == (True,)


def test_same_number_gives_the_same_words() -> None:
    _seed(40, random_seed=5)
    first = list(Message.objects.order_by("id").values_list("text", flat=True))
    Ticket.objects.all().delete()
    _seed(40, random_seed=5)
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == first


def test_messages_of_different_tickets_interleave() -> None:
    _seed(200)
    order = list(Message.objects.order_by("id").values_list("ticket_id", "created_at"))
    assert [at for _, at in order] == sorted(at for _, at in order)
    neighbours = sum(a[0] == b[0] for a, b in pairwise(order))
    assert neighbours < 0.9 * len(order)


@pytest.mark.parametrize("options", [{"tickets": 0}, {"tickets": 10, "messages_per_ticket": 0.5}])
def test_impossible_seed_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(CommandError, match="Give at least"):
        call_command("seed", **options)
