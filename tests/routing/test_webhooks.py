"""Calls to other systems: signed so that the receiver can tell, logged, played again, switched off when they fail."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import http
from core.clock import now
from core.errors import Conflict, NotAllowed
from notifications.selectors.bell import bell_of
from people.models import Agent
from routing.models import CallState, WebhookCall, WebhookEndpoint
from routing.services import webhook_endpoints, webhooks
from routing.signing import new_secret, signature, signed_headers
from routing.tasks import fire_time_rules
from tests.desk import an_agent, customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


class Receiver:
    """Another system: it keeps what it got and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()
                self.wfile.write(b"Thanks, dear <desk>!")

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.0/8"]
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def mona(db: None) -> Agent:
    return an_agent("Mona", role="manager")


def call_what_is_due() -> None:
    for call_id in webhooks.due_calls():
        webhooks.call(call_id)


def verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, as docs/webhooks.md tells it."""
    expected = signature(secret, key=headers["webhook-id"], moment=int(headers["webhook-timestamp"]), body=body)
    return any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split())


def test_signature_is_that_of_standard_webhooks() -> None:
    """The vector of the specification's own libraries; docs/webhooks.md has it, too."""
    given = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        key="msg_p5jXN8AQM9LWM0D4loKWxJek",
        moment=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_signature_covers_id_moment_and_body() -> None:
    secret, at = new_secret(), datetime(2026, 1, 1, tzinfo=UTC)
    headers = signed_headers([secret], key="k", at=at, body=b"{}")
    assert verifies(secret, headers, b"{}")
    assert not verifies(secret, headers, b"{ }")
    assert not verifies(secret, {**headers, "webhook-id": "other"}, b"{}")
    assert not verifies(secret, {**headers, "webhook-timestamp": "1"}, b"{}")


def test_receiver_can_tell_that_we_called_and_the_log_says_what_it_answered(inbox: Inbox, receiver: Receiver) -> None:
    ticket = do("call_webhook", customer_writes(inbox, subject="Größe"), url=receiver.url)
    call_what_is_due()
    headers, body = receiver.got[0]
    endpoint, call = WebhookEndpoint.objects.get(), WebhookCall.objects.get()
    assert verifies(endpoint.secrets["now"], headers, body)
    assert json.loads(body)["ticket"] == {**call.payload["ticket"], "number": ticket.number, "subject": "Größe"}
    assert (call.state, [(one["status"], one["answer"]) for one in call.tries]) == (
        CallState.DONE,
        [(200, "Thanks, dear <desk>!")],
    )


def test_former_secret_signs_for_a_day(inbox: Inbox, receiver: Receiver, mona: Agent, mia: Agent) -> None:
    do("call_webhook", customer_writes(inbox), url=receiver.url)
    endpoint = WebhookEndpoint.objects.get()
    former = endpoint.secrets["now"]
    with pytest.raises(NotAllowed):
        webhook_endpoints.change_secret(endpoint, by=mia)
    fresh = webhook_endpoints.change_secret(endpoint, by=mona)
    call_what_is_due()
    assert all(verifies(secret, *receiver.got[0]) for secret in (fresh, former))
    with time_machine.travel(now() + timedelta(hours=25)):
        assert webhook_endpoints.secrets_of(endpoint) == [fresh]


def test_who_changed_an_address_stays_told(inbox: Inbox, mona: Agent, client: Client) -> None:
    do("call_webhook", customer_writes(inbox), url="https://hooks.example.com/")
    endpoint = WebhookEndpoint.objects.get()
    fresh = webhook_endpoints.change_secret(endpoint, by=mona)
    webhook_endpoints.switch(endpoint, on=False, by=mona)
    told = [(change.by, change.by_name, change.what) for change in endpoint.changes.all()]
    assert told == [(mona, "Mona", "Switched off"), (mona, "Mona", "A new secret")]
    client.force_login(mona)
    page = client.get(reverse("workspace:settings-webhook", args=[endpoint.pk])).content.decode()
    assert "Who changed what (2)" in page
    assert fresh not in page


def test_call_is_played_again_with_the_same_id(inbox: Inbox, receiver: Receiver, mona: Agent, mia: Agent) -> None:
    receiver.status = 422
    do("call_webhook", customer_writes(inbox), url=receiver.url)
    call_what_is_due()
    call = WebhookCall.objects.get()
    assert call.state == CallState.FAILED
    receiver.status = 200
    with pytest.raises(NotAllowed):
        webhooks.replay(call, by=mia)
    webhooks.replay(call, by=mona)
    with pytest.raises(Conflict):
        webhooks.replay(call, by=mona)
    call_what_is_due()
    call.refresh_from_db()
    assert (call.state, len(call.tries), call.problem) == (CallState.DONE, 2, "")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_address_that_takes_nothing_for_days_is_switched_off_and_managers_are_told(
    inbox: Inbox, mona: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*args: Any, **values: Any) -> http.Answer:
        raise http.NoAnswer("The server did not answer in time.")

    monkeypatch.setattr("routing.services.webhooks.http.post_body", silent)
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(14):
            do("call_webhook", customer_writes(inbox), url="https://hooks.example.com/")
            call_what_is_due()
            clock.shift(timedelta(hours=6))
    endpoint = WebhookEndpoint.objects.get()
    assert not endpoint.is_active
    assert [line.kind for line in bell_of(mona).notifications] == ["webhook_off"]
    call_what_is_due()
    do("call_webhook", customer_writes(inbox), url="https://hooks.example.com/")
    newest = WebhookCall.objects.order_by("-id")[0]
    assert (newest.state, newest.problem) == (CallState.FAILED, "This address is switched off.")
    webhook_endpoints.switch(endpoint, on=True, by=mona)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (True, None)


def test_manager_reads_the_log_and_sees_a_new_secret_once(
    inbox: Inbox, receiver: Receiver, mona: Agent, client: Client
) -> None:
    do("call_webhook", customer_writes(inbox), url=receiver.url)
    call_what_is_due()
    client.force_login(mona)
    endpoint, call = WebhookEndpoint.objects.get(), WebhookCall.objects.get()
    page = client.get(reverse("workspace:settings-webhook", args=[endpoint.pk])).content.decode()
    assert "Thanks, dear &lt;desk&gt;!" in page
    assert "whsec_" not in page
    shown = client.post(reverse("workspace:settings-webhook-secret", args=[endpoint.pk]))
    endpoint.refresh_from_db()
    assert endpoint.secrets["now"] in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    client.post(reverse("workspace:settings-webhook-replay", args=[call.pk]))
    call.refresh_from_db()
    assert call.state == CallState.QUEUED
    assert client.get(reverse("workspace:settings-webhooks")).status_code == 200


def test_slow_address_with_many_calls_keeps_nobody_waiting(inbox: Inbox) -> None:
    ticket = customer_writes(inbox)
    for _ in range(webhooks.MOST_TO_ONE + 5):
        do("call_webhook", ticket, url="https://slow.example/")
    do("call_webhook", ticket, url="https://quick.example/")
    calls = WebhookCall.objects.in_bulk(webhooks.due_calls())
    assert len(calls) == webhooks.MOST_TO_ONE + 1
    assert {call.url for call in calls.values()} == {"https://slow.example/", "https://quick.example/"}
    first = min(pk for pk, call in calls.items() if "slow" in call.url)
    WebhookCall.objects.update(handed_until=None)
    WebhookCall.objects.filter(pk=first).update(claimed_until=now() + webhooks.LEASE)
    assert [calls[pk].url for pk in webhooks.due_calls()] == ["https://quick.example/"]


def test_call_is_handed_out_once_while_the_workers_are_behind(
    inbox: Inbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, float]] = []
    monkeypatch.setattr(
        "routing.tasks.call_webhook.apply_async", lambda args, expires: asked.append((args[0], expires))
    )
    do("call_webhook", customer_writes(inbox), url=receiver.url)
    (pk,) = WebhookCall.objects.values_list("pk", flat=True)
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            fire_time_rules()
            clock.shift(timedelta(seconds=5))
        # The first task is dropped just when the second one is asked for: the queue never holds two.
        assert asked == [(pk, 60.0)]
        clock.shift(timedelta(seconds=50))
        fire_time_rules()
        assert len(asked) == 2
        webhooks.call(pk)
        fire_time_rules()
    assert (len(asked), len(receiver.got)) == (2, 1)


@pytest.mark.parametrize("url", ["http://xn--a.example/", "http://\uff41.example/", "http://xn--0.pt/"])
def test_name_that_is_none_fails_once_and_for_all(inbox: Inbox, url: str) -> None:
    do("call_webhook", customer_writes(inbox), url=url)
    call_what_is_due()
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts, call.problem) == ("failed", 1, "This is no address that can be called.")


def test_call_that_breaks_is_counted_and_tried_later(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **values: Any) -> None:
        raise RuntimeError("broken")

    do("call_webhook", customer_writes(inbox), url="https://a.example/")
    monkeypatch.setattr(http, "post_body", broken)
    call_what_is_due()
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts, call.claimed_until) == ("queued", 1, None)
    assert call.next_attempt_at > now()
