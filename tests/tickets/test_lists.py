"""Lists page by key, counts equal what is counted, and neither grows with the data."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from core.clock import now
from core.errors import Invalid
from tests.cast import Cast, new_ticket
from tickets.models import Ticket
from tickets.selectors.counts import view_counts
from tickets.selectors.filters import Filters, filters_from
from tickets.selectors.lists import ticket_page
from tickets.selectors.timeline import entries_after, news_until, timeline
from tickets.services import changes
from tickets.services.counting import squash_counts
from tickets.services.messages import add_note

pytestmark = pytest.mark.django_db


def test_pages_by_key_visit_each_ticket_once(cast: Cast) -> None:
    made = {new_ticket(cast.mail).pk for _ in range(7)}
    same_moment = now()
    Ticket.objects.filter(pk__in=made).update(last_message_at=same_moment)
    for sort in ("recent", "due", "created"):
        seen: list[int] = []
        cursor = ""
        while True:
            page = ticket_page(cast.ana, filters=Filters(), sort=sort, cursor=cursor, size=3)
            seen += [ticket.pk for ticket in page.rows]
            cursor = page.next_cursor
            if not cursor:
                break
        assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJhIl0", "bnVsbA", "WyJ4IiwgMV0"])
def test_broken_cursor_is_refused(cast: Cast, cursor: str) -> None:
    with pytest.raises(Invalid):
        ticket_page(cast.ana, filters=Filters(), cursor=cursor)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "x"},
        {"status": "x"},
        {"assignee": "1; drop"},
        {"created_after": "32.13."},
        {"priority": "very"},
        {"where": "no"},
        {"where": '{"all": [{"fact": "is_new"}]}'},
        {"where": "[" * 99999},
    ],
)
def test_wrong_filter_is_refused_at_its_field(values: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        filters_from(values)
    assert set(refused.value.fields) == set(values)


def test_conditions_narrow_what_the_agent_may_see(cast: Cast) -> None:
    wanted, _ = new_ticket(cast.mail, subject="Invoice 7"), new_ticket(cast.mail)
    hidden = new_ticket(cast.legal_mail, subject="Invoice 8")
    where = {"all": [{"fact": "subject", "op": "contains", "value": "invoice"}]}
    for agent, expected in ((cast.ana, {wanted.pk}), (cast.mona, {wanted.pk, hidden.pk})):
        page = ticket_page(agent, filters=filters_from({"where": where}))
        assert {ticket.pk for ticket in page.rows} == expected


def test_filters_round_trip_through_the_url() -> None:
    filters = Filters(status=("open", "pending"), assignee="me", tag="vip", breached=True)
    assert filters_from(filters.as_dict()) == filters


def test_counts_equal_counting_after_random_changes(cast: Cast) -> None:
    rng = random.Random(7)
    tickets = [new_ticket(rng.choice([cast.mail, cast.legal_mail])) for _ in range(12)]
    actor = cast.mona.as_actor()
    moves: list[Callable[[Ticket], object]] = [
        lambda ticket: changes.set_status(ticket, status=rng.choice(["open", "pending", "resolved"]), actor=actor),
        lambda ticket: changes.assign_team(ticket, team=rng.choice([cast.support, cast.legal, None]), actor=actor),
        lambda ticket: changes.wake(ticket, why="test", actor=actor),
        lambda ticket: changes.assign(ticket, agent=rng.choice([cast.mona, cast.ada, None]), actor=actor),
    ]
    for _ in range(80):
        ticket = Ticket.objects.get(pk=rng.choice(tickets).pk)
        rng.choice(moves)(ticket)
        if rng.random() < 0.15 and Ticket.objects.get(pk=ticket.pk).is_open:
            changes.snooze(ticket, until=now() + timedelta(hours=1), actor=actor)
        if rng.random() < 0.1:
            squash_counts()
    for agent in (cast.ana, cast.cleo, cast.mona):
        counts = view_counts(agent)
        for slug, filters in {
            "mine": Filters(assignee="me"),
            "unassigned": Filters(assignee="none"),
            "all": Filters(),
            "snoozed": Filters(state="snoozed"),
            f"team:{cast.support.pk}": Filters(team=str(cast.support.pk)),
        }.items():
            assert counts.get(slug, 0) == len(ticket_page(agent, filters=filters, size=200).rows), slug


def test_list_takes_the_same_queries_at_any_size(
    cast: Cast, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for _ in range(2):
        for _ in range(6):
            new_ticket(cast.mail)
        cast.ana.__dict__.pop("_scopes", None)
        with django_assert_max_num_queries(3):
            page = ticket_page(cast.ana, filters=Filters())
            assert all(ticket.contact.name and ticket.inbox.name for ticket in page.rows)


def test_timeline_takes_the_same_queries_at_any_length(
    cast: Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    ticket = new_ticket(cast.mail)
    for length in (3, 60):
        for n in range(length):
            add_note(ticket, text=f"note {n}", actor=cast.ana.as_actor())
        ticket.refresh_from_db()
        with django_assert_num_queries(3):
            entries = timeline(ticket).entries
            assert all(str(entry.message.author_agent) for entry in entries if entry.message)


def test_earlier_pages_complete_the_timeline(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    for n in range(9):
        add_note(ticket, text=f"note {n}", actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    seqs: list[int] = []
    before: int | None = None
    while before != 0:
        part = timeline(ticket, before_seq=before, size=4)
        seqs = [entry.seq for entry in part.entries if entry.message] + seqs
        before = part.earlier_than
    assert len(seqs) == 10
    assert seqs == sorted(seqs)


def test_entries_after_a_seq_are_exactly_what_is_missing(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    before = ticket.last_seq
    add_note(ticket, text="new", actor=cast.ana.as_actor())
    changes.set_priority(ticket, priority="high", actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    entries = entries_after(ticket, before)
    assert [entry.message.text for entry in entries if entry.message] == ["new"]
    assert "PriorityChanged" in [entry.event.kind for entry in entries if entry.event]
    assert entries_after(ticket, ticket.last_seq) == []


def test_what_comes_while_a_screen_is_drawn_is_told_once_with_the_next_answer(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    changes.set_priority(ticket, priority="high", actor=cast.ana.as_actor())
    read = Ticket.objects.get(pk=ticket.pk)
    changes.set_priority(ticket, priority="urgent", actor=cast.ana.as_actor())
    add_note(ticket, text="meanwhile", actor=cast.ana.as_actor())
    drawn = [*timeline(read).entries, *entries_after(read, read.last_seq - 1)]
    assert max(entry.seq for entry in drawn) == read.last_seq
    later = entries_after(Ticket.objects.get(pk=ticket.pk), read.last_seq)
    assert [entry.event.kind if entry.event else "note" for entry in later] == ["PriorityChanged", "note"]


def test_screen_that_missed_very_much_asks_until_it_has_everything(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.selectors.timeline.MOST_NEWS", 2)
    ticket = new_ticket(cast.mail)
    seq = before = ticket.last_seq
    for priority in ("high", "urgent", "low", "normal", "high"):
        changes.set_priority(ticket, priority=priority, actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    told: list[int] = []
    while seq < ticket.last_seq:
        told += [entry.seq for entry in entries_after(ticket, seq)]
        seq = news_until(ticket, seq)
    assert told == list(range(before + 1, ticket.last_seq + 1))
