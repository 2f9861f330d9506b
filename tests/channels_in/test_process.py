"""Deliveries on their way through: leases, lanes, poison, sweeps, and what the door that waits is told."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError as BrokerError

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services import enqueue, process, sweep
from channels_in.services.accept import accept
from channels_in.services.claim import MAX_SILENT_ATTEMPTS, claim, claim_fresh
from channels_in.services.process import process_now
from channels_in.services.setbacks import MAX_POSTPONEMENTS
from channels_in.tasks import process_inbound
from channels_in.telegram.adapter import TelegramAdapter
from routing.selectors import listening
from sla.services import fitting
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.doors import handle_all, knock
from tickets.models import Inbox, Message
from tickets.services import intake

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What the workers were asked for, instead of a broker."""
    tasks: list[tuple[str, list[int]]] = []

    def note(name: str, args: list[Any], queue: str) -> None:
        tasks.append((name, args[0]))

    monkeypatch.setattr(current_app, "send_task", note)
    monkeypatch.setattr(enqueue, "_paused_until", 0.0)
    return tasks


def take_in(bot: Inbox, number: int = 41, words: str = "Hinge broke") -> InboundDelivery:
    accepted = accept(bot, f"update:{number}", rosa.text(number, words), {}, lane=f"chat:{rosa.ROSA}")
    return InboundDelivery.objects.get(pk=accepted.delivery_id)


def pass_time() -> None:
    InboundDelivery.objects.filter(state="new").update(due_at="2020-01-01T00:00Z")


def test_door_that_waits_is_told_what_became_of_it(bot: Inbox) -> None:
    first = process_now(take_in(bot).pk)
    message = Message.objects.get()
    assert (first.outcome, first.ticket_number, first.message_id) == ("created", message.ticket.number, message.pk)
    second = process_now(take_in(bot, 42, "And the lid").pk)
    assert (second.outcome, second.ticket_number) == ("appended", first.ticket_number)
    assert process_now(take_in(bot).pk) == first  # a copy tells the same


def test_delivery_is_asked_for_once_it_is_committed(
    bot: Inbox, asked: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = take_in(bot)
        assert asked == []
    assert asked == [(enqueue.PROCESS_INBOUND, [row.pk])]


def test_long_and_odd_ids_fit(bot: Inbox) -> None:
    for key in ("x" * 5000, "nul\x00", "half \ud800 pair"):
        first = accept(bot, key, b"{}", {}, is_enqueued=False)
        second = accept(bot, key, b"{}", {}, is_enqueued=False)
        assert not first.is_duplicate
        assert second.is_duplicate
        assert second.delivery_id == first.delivery_id


def test_same_id_in_another_inbox_is_another_delivery(bot: Inbox) -> None:
    other = Inbox.objects.create(kind="telegram", name="Other bot")
    assert not accept(bot, "1", b"{}", {}, is_enqueued=False).is_duplicate
    assert not accept(other, "1", b"{}", {}, is_enqueued=False).is_duplicate


def test_delivery_is_leased_to_one_worker_and_comes_back_when_it_dies(bot: Inbox) -> None:
    row = take_in(bot)
    assert [claimed.pk for claimed in claim(row.pk)] == [row.pk]
    assert claim(row.pk) == []
    pass_time()  # the lease ends
    assert claim(row.pk)[0].attempts == 2


def test_chat_is_handled_in_order_whatever_order_it_is_asked_for(bot: Inbox) -> None:
    rows = [take_in(bot, number, f"line {number}") for number in range(41, 46)]
    process.process([row.pk for row in reversed(rows)])
    assert list(Message.objects.order_by("seq").values_list("text", flat=True)) == [f"line {n}" for n in range(41, 46)]


def test_what_cannot_be_read_is_tried_three_times_and_then_shown(bot: Inbox) -> None:
    knock(bot, b'{"update_id": 7, "message": {"chat": {"id": 1, "type": "private"}}}')
    row = InboundDelivery.objects.get()
    for attempt in (1, 2, 3):
        pass_time()
        handle_all()
        row.refresh_from_db()
        assert row.attempts == attempt
        assert row.state == (DeliveryState.NEW if attempt < 3 else DeliveryState.QUARANTINED)
    assert row.error == "It could not be read (KeyError)."


def test_poison_blocks_nothing_but_its_own_chat_for_a_moment(bot: Inbox) -> None:
    knock(bot, b'{"update_id": 7, "message": {"chat": {"id": 5550001, "type": "private"}}}')
    knock(bot, rosa.text(42, "same chat"))
    knock(bot, rosa.text(43, "other chat", chat=5550009))
    handle_all()
    assert list(Message.objects.values_list("text", flat=True)) == ["other chat"]
    for _ in range(2):
        pass_time()
        handle_all()
    assert Message.objects.filter(text="same chat").exists()


def test_database_trouble_is_waited_out(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    row = take_in(bot)
    with mock.patch("channels_in.services.record.record", side_effect=OperationalError("deadlock")):
        handle_all()
    row.refresh_from_db()
    assert (row.state, row.error) == ("new", "The database was busy or away.")
    pass_time()
    handle_all()
    assert Message.objects.count() == 1


def test_endless_trouble_ends_among_the_problems(bot: Inbox) -> None:
    row = take_in(bot)
    InboundDelivery.objects.update(attempts=MAX_POSTPONEMENTS)
    with mock.patch("channels_in.services.record.record", side_effect=OperationalError("deadlock")):
        handle_all()
    row.refresh_from_db()
    assert row.state == DeliveryState.QUARANTINED


def test_half_recorded_delivery_leaves_nothing(bot: Inbox) -> None:
    take_in(bot)
    with mock.patch("channels_in.services.record.finish", side_effect=RuntimeError("crash before commit")):
        handle_all()
    assert not Message.objects.exists()
    pass_time()
    handle_all()
    assert Message.objects.count() == 1


def test_worker_killer_is_set_aside(bot: Inbox, asked: list[Any]) -> None:
    row = take_in(bot)
    for _ in range(MAX_SILENT_ATTEMPTS):
        assert claim(row.pk)
        pass_time()
    assert sweep.sweep_inbound() == 0
    row.refresh_from_db()
    assert row.state == DeliveryState.QUARANTINED


def test_sweeper_passes_over_what_waits_behind_another_of_its_chat(bot: Inbox, asked: list[Any]) -> None:
    first, _ = take_in(bot), take_in(bot, 42, "And the lid")
    pass_time()
    InboundDelivery.objects.filter(pk=first.pk).update(due_at="2999-01-01T00:00Z")  # it was put off
    assert sweep.sweep_inbound() == 0
    pass_time()
    assert sweep.sweep_inbound() == 1


def test_sweeper_asks_for_what_lost_its_task_and_not_over_and_over(bot: Inbox, asked: list[Any]) -> None:
    row = take_in(bot)
    enqueue.forget(enqueue.PROCESS_INBOUND, row.pk)
    assert sweep.sweep_inbound() == 0  # its own task is on the way
    pass_time()
    assert sweep.sweep_inbound() == 1
    assert sweep.sweep_inbound() == 0
    assert asked == [(enqueue.PROCESS_INBOUND, [row.pk])]


def test_broker_that_is_away_is_no_reason_to_fail(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def fail(name: str, **more: Any) -> None:
        calls.append(name)
        raise BrokerError("no broker")

    monkeypatch.setattr(enqueue, "_paused_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", fail)
    enqueue.ask(enqueue.DELIVER, [1])
    enqueue.ask(enqueue.DELIVER, [2])  # nobody waits for it twice
    assert calls == [enqueue.DELIVER]


def test_batch_without_time_left_is_handed_back(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [take_in(bot, number).pk for number in (41, 42)]
    monkeypatch.setattr(process, "BATCH_SECONDS", -1)
    assert process.process(rows) == rows


def test_handling_a_message_takes_few_round_trips(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for remembering in (fitting, listening):
        monkeypatch.setattr(remembering, "KEPT_SECONDS", 600)
    take_in(bot, 41)
    handle_all()
    row = take_in(bot, 42, "again")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        process.process([row.pk])
    sql = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(sql) <= 6, sql  # claim, inbox, facts, rows, marks, and a look for what waits behind


def test_parser_is_called_without_the_database(bot: Inbox, django_db_blocker: Any) -> None:
    body = rosa.text(41, "Hinge broke")
    raw = mock.Mock(raw=body)
    with django_db_blocker.block():
        assert TelegramAdapter().parse(raw)


def test_backlog_is_recorded_together_and_in_order(bot: Inbox) -> None:
    rows = []
    for line in range(1, 4):
        for chat in range(1, 9):
            key, lane = f"{chat}-{line}", f"chat:{chat}"
            rows.append(accept(bot, key, rosa.text(line, f"line {line}", chat=chat), {}, lane=lane).delivery_id)
    assert process.process(rows) == []
    assert Message.objects.count() == 24
    for chat in range(1, 9):
        said = Message.objects.filter(external_id__startswith=f"{chat}:").order_by("seq")
        assert [message.text for message in said] == ["line 1", "line 2", "line 3"]


def test_one_that_spoils_the_batch_fails_alone(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [accept(bot, f"u{chat}", rosa.text(1, f"from {chat}", chat=chat), {}).delivery_id for chat in range(1, 6)]
    rows.append(accept(bot, "broken", b'{"update_id": 1, "message": {}}', {}).delivery_id)
    real = intake.record_inbound

    def spoil(event: Any, **more: Any) -> Any:
        if event.text == "from 3":
            raise RuntimeError("a bug in a listener")
        return real(event, **more)

    monkeypatch.setattr(intake, "record_inbound", spoil)
    process.process(rows)
    assert sorted(Message.objects.values_list("text", flat=True)) == ["from 1", "from 2", "from 4", "from 5"]
    failed = InboundDelivery.objects.filter(state="new").order_by("id").values_list("external_id", "error")
    assert list(failed) == [
        ("u3", "It could not be read (RuntimeError)."),
        ("broken", "It could not be read (KeyError)."),
    ]


def test_delivery_that_was_interrupted_goes_alone(bot: Inbox) -> None:
    rows = [accept(bot, f"u{chat}", rosa.text(1, "hi", chat=chat), {}).delivery_id for chat in (1, 2, 3)]
    InboundDelivery.objects.filter(pk=rows[1]).update(attempts=1)
    assert [row.pk for row in claim_fresh(rows)] == [rows[0], rows[2]]


def test_one_task_takes_a_backlog_along(bot: Inbox) -> None:
    rows = [accept(bot, f"update:{n}", rosa.text(n, f"Word {n}"), {}) for n in range(41, 44)]
    process.process([rows[1].delivery_id])
    assert InboundDelivery.objects.filter(state=DeliveryState.DONE).count() == 3
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == ["Word 41", "Word 42", "Word 43"]
    process.process([rows[0].delivery_id])  # its own task comes later, and finds nothing to do
    assert Message.objects.count() == 3


def test_mails_that_come_while_a_task_is_on_its_way_need_no_task(
    bot: Inbox, asked: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    enqueue.begin()
    with django_capture_on_commit_callbacks(execute=True):
        first = accept(bot, "mail:1", rosa.text(1, "One"), {})
        accept(bot, "mail:2", rosa.text(2, "Two"), {})
    assert asked == [(enqueue.PROCESS_INBOUND, [first.delivery_id])]
    process_inbound([first.delivery_id])
    assert InboundDelivery.objects.filter(state=DeliveryState.DONE).count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        third = accept(bot, "mail:3", rosa.text(3, "Three"), {})
    assert asked[-1] == (enqueue.PROCESS_INBOUND, [third.delivery_id])
    enqueue.begin()


def test_a_task_whose_own_delivery_is_done_still_works_off_the_backlog(bot: Inbox) -> None:
    gone = accept(bot, "mail:gone", rosa.text(1, "Gone"), {})
    process.process([gone.delivery_id])
    rows = [accept(bot, f"mail:{n}", rosa.text(n, f"Word {n}"), {}) for n in range(2, process.TOGETHER * 2 + 3)]
    process.process([gone.delivery_id])
    assert InboundDelivery.objects.filter(state=DeliveryState.DONE).count() == len(rows) + 1


def test_a_large_backlog_is_worked_off_by_one_task(bot: Inbox) -> None:
    rows = [accept(bot, f"mail:{n}", rosa.text(n, f"Word {n}"), {}) for n in range(process.TOGETHER * 2 + 1)]
    process.process([rows[0].delivery_id])
    assert InboundDelivery.objects.filter(state=DeliveryState.DONE).count() == len(rows)
