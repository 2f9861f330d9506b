"""Replies on their way out, whatever the channel: attempts, interruptions, patience, switched-off inboxes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from channels_in import registry
from channels_in.base import Adapter, ChannelError, ErrorKind, ParsedEvent, Progress, RawDelivery, Sent
from channels_in.models import AttemptOutcome, OutboundAttempt
from channels_in.services import attempts, deliver, enqueue, sweep
from core.clock import now
from tests.cast import Cast, new_ticket
from tickets.capabilities import Capabilities
from tickets.models import Delivery, Inbox, Message, Ticket, TicketEvent
from tickets.selectors.timeline import entries_after
from tickets.services import outbox
from tickets.services.messages import reply

pytestmark = pytest.mark.django_db


class Postcards(Adapter):
    """A channel that does what the test says."""

    kind = "postcard"
    capabilities = Capabilities(label="Postcard", icon="post", can_undo=True, can_start=True)

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answers: list[Exception] = []

    def parse(self, delivery: RawDelivery) -> list[ParsedEvent]:
        return []

    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append(message.text)
        return Sent(external_id=f"card-{len(self.sent)}")


@pytest.fixture
def post(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Postcards:
    adapter = Postcards()
    monkeypatch.setattr(deliver, "adapter_for", lambda kind: adapter)
    return adapter


def written(cast: Cast, text: str = "Hello", **more: Any) -> Message:
    return reply(new_ticket(cast.chat), text=text, actor=cast.ana.as_actor(), **more)


def attempt(message: Message) -> Message:
    Message.objects.filter(pk=message.pk, next_attempt_at__isnull=False).update(next_attempt_at="2020-01-01T00:00Z")
    deliver.deliver([message.pk])
    message.refresh_from_db()
    return message


def test_attempt_is_recorded_and_the_provider_id_kept(cast: Cast, post: Postcards) -> None:
    message = attempt(written(cast))
    assert (message.delivery, message.external_id) == (Delivery.SENT, "card-1")
    row = OutboundAttempt.objects.get()
    assert row.outcome == AttemptOutcome.SENT
    assert row.finished_at is not None


def test_sent_message_is_not_sent_again_however_often_it_is_asked_for(cast: Cast, post: Postcards) -> None:
    message = written(cast)
    for _ in range(3):
        deliver.deliver([message.pk])
    assert post.sent == ["Hello"]


def test_interrupted_attempt_is_uncertain_and_not_repeated(cast: Cast, post: Postcards) -> None:
    message = written(cast)
    claimed = outbox.claim(message.pk)
    assert claimed is not None
    attempts.begin(claimed)  # the process dies here
    message = attempt(message)
    assert (message.delivery, message.failure) == (Delivery.UNCERTAIN, deliver.INTERRUPTED)
    assert post.sent == []


def test_interrupted_attempt_is_repeated_where_the_provider_drops_copies(
    cast: Cast, post: Postcards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postcards, "is_idempotent", True)
    message = written(cast)
    claimed = outbox.claim(message.pk)
    assert claimed is not None
    attempts.begin(claimed)
    assert attempt(message).delivery == Delivery.SENT
    assert post.sent == ["Hello"]


@pytest.mark.parametrize("answer", [None, ChannelError(ErrorKind.UNCERTAIN, "No answer.")])
def test_end_of_an_attempt_that_cannot_be_written_is_uncertain_and_never_a_second_copy(
    cast: Cast, post: Postcards, answer: Exception | None
) -> None:
    def die(*_: object, **__: object) -> None:
        raise OperationalError("the database went away")

    post.answers = [answer] if answer else []
    message = written(cast)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(outbox, "_settle", die)  # after the provider answered, before the row says so
        attempt(message)
    handed_over = list(post.sent)
    assert attempt(message).delivery == Delivery.UNCERTAIN
    assert post.sent == handed_over


def test_worker_that_dies_before_it_tried_costs_nothing(cast: Cast, post: Postcards) -> None:
    message = written(cast)
    assert outbox.claim(message.pk) is not None  # the process dies here
    assert attempt(message).delivery == Delivery.SENT


@pytest.mark.parametrize("surprise", [RuntimeError("token=abc"), SoftTimeLimitExceeded()])
def test_unforeseen_failure_is_uncertain_and_tells_no_secret(cast: Cast, post: Postcards, surprise: Exception) -> None:
    post.answers = [surprise]
    message = attempt(written(cast))
    assert message.delivery == Delivery.UNCERTAIN
    assert "abc" not in message.failure


def test_temporary_refusals_end_when_patience_ends(cast: Cast, post: Postcards) -> None:
    post.answers = [ChannelError(ErrorKind.RETRY, "The post office is closed.") for _ in range(2)]
    message = attempt(written(cast))
    assert message.delivery == Delivery.RETRYING
    Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(hours=25))
    message = attempt(message)
    assert (message.delivery, message.failure) == (Delivery.FAILED, "The post office is closed.")


def test_open_screens_hear_once_why_a_reply_waits(cast: Cast, post: Postcards) -> None:
    post.answers = [ChannelError(ErrorKind.RETRY, "The post office is closed.") for _ in range(2)]
    message = attempt(written(cast))
    ticket = Ticket.objects.get(pk=message.ticket_id)
    entry = entries_after(ticket, ticket.last_seq - 1)[-1].message
    assert entry is not None
    assert (entry.delivery, entry.failure) == (Delivery.RETRYING, "The post office is closed.")
    attempt(message)
    assert TicketEvent.objects.filter(ticket=ticket, kind="MessagePostponed").count() == 1


def test_pauses_grow_with_jitter_and_obey_the_provider() -> None:
    plain = ChannelError(ErrorKind.RETRY, "x")
    waits = [deliver.wait_seconds(number, plain) for number in (1, 2, 3, 30)]
    assert 2.5 <= waits[0] <= 5
    assert 5 <= waits[1] <= 10
    assert 450 <= waits[3] <= 900
    assert deliver.wait_seconds(1, ChannelError(ErrorKind.RETRY, "x", after_seconds=14)) == 14
    assert deliver.wait_seconds(1, ChannelError(ErrorKind.RETRY, "x", after_seconds=-5)) == 1
    assert deliver.wait_seconds(1, ChannelError(ErrorKind.RETRY, "x", after_seconds=10**9)) == 3600


def test_switched_off_inbox_sends_nothing_and_says_why(cast: Cast, post: Postcards) -> None:
    message = written(cast)
    Inbox.objects.update(is_active=False, disabled_reason="the token was refused")
    message = attempt(message)
    assert message.delivery == Delivery.FAILED
    assert message.failure == "The inbox “Site chat” does not send: the token was refused"
    assert post.sent == []


def test_queued_reply_is_asked_for_at_once_and_one_within_its_undo_window_later(
    cast: Cast, post: Postcards, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(enqueue, "_paused_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: asked.extend(args[0]))
    monkeypatch.setattr("tickets.selectors.reach.capabilities_for", lambda kind: Postcards.capabilities)
    with django_capture_on_commit_callbacks(execute=True):
        now_due = written(cast, "at once")
        later = written(cast, "in ten seconds", undo_seconds=10)
    assert now_due.pk in asked
    assert later.pk not in asked
    asked.clear()
    enqueue.forget(enqueue.DELIVER, later.pk)
    Message.objects.filter(pk=later.pk).update(next_attempt_at=now() - timedelta(seconds=1))
    sweep.sweep_outbox()
    assert later.pk in asked


def test_sweeper_passes_over_replies_that_wait_behind_an_older_one(cast: Cast, post: Postcards) -> None:
    first = written(cast, "first")
    second = reply(first.ticket, text="second", actor=cast.ana.as_actor())
    assert outbox.due_message_ids() == [first.pk]
    Message.objects.filter(pk=first.pk).update(next_attempt_at=now() + timedelta(hours=1))
    assert outbox.due_message_ids() == []
    Message.objects.filter(pk=first.pk).update(delivery=Delivery.FAILED, next_attempt_at=None)
    assert outbox.due_message_ids() == [second.pk]


def test_every_kind_is_registered_by_a_path_that_exists() -> None:
    assert {registry.adapter_for(kind).kind for kind in registry.kinds()} == set(registry.kinds())
