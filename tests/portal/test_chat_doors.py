"""The chat over HTTP: sessions, words, files and forms, each for its own visitor, each within its limits."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from channels_in.models import ChatVisitor, InboundDelivery
from channels_in.webchat.services import words
from core import push
from core.clock import now
from core.limits import Limit
from people.models import Availability, Contact
from portal import limits
from tests.cast import Cast, new_ticket
from tests.channels_in.webchat.people import SECRET, signed
from tests.desk import agent_replies
from tests.portal.conftest import Browser
from tickets.models import Attachment, Message, Ticket, TicketEvent
from tickets.services import moving

pytestmark = pytest.mark.django_db


def come_online(cast: Cast) -> None:
    cast.ana.availability, cast.ana.last_seen_at = Availability.AVAILABLE, now()
    cast.ana.save()


def test_browser_begins_and_nothing_is_stored(cast: Cast) -> None:
    session = Browser(cast.chat).begin()
    assert session["conversation"] is None
    assert not session["visitor"]["verified"]
    assert ChatVisitor.objects.count() == 0
    assert Contact.objects.count() == 1  # the cast's own Rosa


def test_visitor_writes_reloads_and_goes_on(browser_of_visitor: Browser) -> None:
    assert browser_of_visitor.says("one").status_code == 200
    session = browser_of_visitor.begin()
    assert [message["text"] for message in session["conversation"]["messages"]] == ["one"]
    assert session["conversation"]["reset"]
    browser_of_visitor.says("two")
    assert Ticket.objects.count() == 1


def test_message_arrives_twice_and_is_one(browser_of_visitor: Browser) -> None:
    for _ in range(2):
        answer = browser_of_visitor.says("one", id="the-same-id")
        assert answer.json()["stored"] == "the-same-id"
    assert Message.objects.count() == InboundDelivery.objects.count() == 1


def test_browser_asks_for_what_it_misses(browser_of_visitor: Browser, cast: Cast) -> None:
    first = browser_of_visitor.says("one").json()["conversation"]
    agent_replies(Ticket.objects.get(), cast.ana, "Hello Eva")
    seq = first["messages"][-1]["seq"]
    missed = browser_of_visitor.get(f"messages/?ticket={first['ticket']}&seq={seq}").json()["conversation"]
    assert not missed["reset"]
    assert [message["text"] for message in missed["messages"]] == ["Hello Eva"]
    assert browser_of_visitor.get(f"messages/?before={seq}").json() == {"messages": [], "earlier": False}


def test_stranger_without_a_token_gets_nothing(cast: Cast) -> None:
    stranger = Browser(cast.chat)
    for path in ("messages/", "files/00000000-0000-0000-0000-000000000000/"):
        assert stranger.get(path).status_code == 401
    for path in ("messages/", "away/", "address/", "sign-out/"):
        assert stranger.post(path).status_code == 401


def test_token_in_the_address_counts_for_nothing(browser_of_visitor: Browser) -> None:
    url = f"{browser_of_visitor.url('messages/')}?token={browser_of_visitor.token}"
    assert Client().get(url).status_code == 401


def test_wrong_methods_and_bodies_are_refused_politely(browser_of_visitor: Browser) -> None:
    assert browser_of_visitor.get("session/").status_code == 405
    url = browser_of_visitor.url("session/")
    for body, status in ((b"{", 422), (b"[]", 422), (b"x" * 40_000, 413)):
        assert Client().post(url, body, content_type="application/json").status_code == status


def test_agent_is_online_and_the_panel_says_so(cast: Cast) -> None:
    assert not Browser(cast.chat).begin()["online"]
    come_online(cast)
    with patch("portal.availability._REMEMBERED_SECONDS", 0):
        from django.core.cache import cache

        cache.clear()
        assert Browser(cast.chat).begin()["online"]
        assert Browser(cast.chat).get("status/").json()["online"]


def test_private_inbox_counts_its_own_agents_only(cast: Cast) -> None:
    come_online(cast)
    cast.chat.is_private = True
    cast.chat.save()
    cast.chat.teams.set([cast.legal])
    assert not Browser(cast.chat).begin()["online"]


def test_nobody_is_there_and_the_form_becomes_a_ticket(browser_of_visitor: Browser) -> None:
    answer = browser_of_visitor.post(
        "away/", id="away-form-1", name="Eva", email=" Eva@Customer.example ", text="Please call me."
    )
    assert answer.status_code == 200
    visitor = ChatVisitor.objects.get()
    assert (visitor.email, visitor.is_mail_wanted) == ("eva@customer.example", True)
    assert Ticket.objects.get().contact.name == "Eva"
    assert answer.json()["conversation"]["messages"][0]["text"] == "Please call me."


@pytest.mark.parametrize(
    ("form", "field"),
    [({"text": "Hi"}, "email"), ({"text": "Hi", "email": "eva@"}, "email"), ({"email": "eva@a.example"}, "text")],
)
def test_form_has_an_error_and_it_is_named(browser_of_visitor: Browser, form: dict[str, str], field: str) -> None:
    answer = browser_of_visitor.post("away/", id="away-form-1", **form)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {field}
    assert Message.objects.count() == 0


def test_machine_fills_the_hidden_field_and_is_ignored(browser_of_visitor: Browser) -> None:
    answer = browser_of_visitor.post("away/", id="away-form-1", email="a@b.example", text="spam", website="x")
    assert answer.status_code == 200
    assert Message.objects.count() == 0


def test_visitor_leaves_an_address_later(browser_of_visitor: Browser) -> None:
    assert browser_of_visitor.post("address/", email="eva@customer.example").status_code == 404
    browser_of_visitor.says()
    assert browser_of_visitor.post("address/", email="eva").status_code == 422
    assert browser_of_visitor.post("address/", email="eva@customer.example").json() == {"email": "eva@customer.example"}


def test_visitor_ends_the_chat_once_and_writing_begins_another(browser_of_visitor: Browser, cast: Cast) -> None:
    visitor = browser_of_visitor
    assert visitor.post("end/").status_code == 404, "there is nothing to end"
    visitor.says()
    agent_replies(Ticket.objects.get(), cast.ana)
    assert visitor.begin()["conversation"]["chat"] == "on"
    for _ in range(2):
        assert visitor.post("end/").json()["conversation"]["chat"] == "over"
    event = TicketEvent.objects.get(kind="ChatEnded")
    assert (event.actor_kind, event.data) == ("contact", {"how": "visitor", "is_answered": True})
    visitor.says("One more thing")
    assert visitor.begin()["conversation"]["chat"] == "on"
    stranger = Browser(cast.chat)
    stranger.begin()
    assert stranger.post("end/").status_code == 404


def test_chat_whose_ticket_is_merged_goes_on_in_the_panel(
    browser_of_visitor: Browser,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[Any] = []
    other = new_ticket(cast.mail)
    shown = browser_of_visitor.says("one").json()["conversation"]
    monkeypatch.setattr(push, "publish", lambda topics, frame: told.append((topics, frame)))
    with django_capture_on_commit_callbacks(execute=True):
        moving.merge(Ticket.objects.exclude(pk=other.pk).get(), into=other, actor=cast.ana.as_actor())
    visitor = ChatVisitor.objects.get()
    assert ([push.visitor_topic(visitor.identity_id)], {"type": "resync"}) in told
    agent_replies(other, cast.ana, "Hello Eva")
    seq = shown["messages"][-1]["seq"]
    missed = browser_of_visitor.get(f"messages/?ticket={shown['ticket']}&seq={seq}").json()["conversation"]
    assert (missed["ticket"], missed["reset"], missed["chat"]) == (other.number, True, "on")
    assert [message["text"] for message in missed["messages"]] == ["one", "Hello Eva"]


def test_files_go_both_ways_and_to_nobody_else(browser_of_visitor: Browser, cast: Cast) -> None:
    answer = browser_of_visitor.says("see", files=[SimpleUploadedFile("<b>.svg", b"<svg onload=x>", "image/svg+xml")])
    file = answer.json()["conversation"]["messages"][0]["files"][0]
    opened = browser_of_visitor.get(f"files/{file['id']}/")
    assert b"".join(opened.streaming_content) == b"<svg onload=x>"
    assert opened["Content-Disposition"].startswith("attachment")
    assert opened["Content-Type"] == "application/octet-stream"
    assert opened["X-Content-Type-Options"] == "nosniff"
    other = Browser(cast.chat)
    other.begin()
    assert other.get(f"files/{file['id']}/").status_code == 404
    other.says("mine")
    assert other.get(f"files/{file['id']}/").status_code == 404


def test_file_that_the_storage_has_lost_is_not_found(browser_of_visitor: Browser) -> None:
    answer = browser_of_visitor.says("see", files=[SimpleUploadedFile("a.txt", b"x")])
    file = answer.json()["conversation"]["messages"][0]["files"][0]
    default_storage.delete(Attachment.objects.get(pk=file["id"]).storage_name)
    assert browser_of_visitor.get(f"files/{file['id']}/").status_code == 404


def test_too_many_or_too_large_files_are_refused_with_the_limit_named(
    browser_of_visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "MAX_FILE_BYTES", 10)
    large = browser_of_visitor.says("see", files=[SimpleUploadedFile("a.txt", b"x" * 11)])
    assert (large.status_code, set(large.json()["fields"])) == (413, {"files"})
    many = browser_of_visitor.says("see", files=[SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)])
    assert many.status_code == 413
    assert Attachment.objects.count() == 0


def test_visitor_writes_too_fast_and_hears_when_to_go_on(
    browser_of_visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MESSAGES_BY_VISITOR", Limit(name="test-messages", times=2, seconds=3600))
    statuses = [browser_of_visitor.says(f"{n}").status_code for n in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = browser_of_visitor.says("again")
    assert int(refused["Retry-After"]) > 0
    assert Message.objects.count() == 2


def test_address_makes_too_many_visitors_and_is_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "NEW_VISITORS_BY_ADDRESS", Limit(name="test-visitors", times=2, seconds=3600))
    statuses = []
    for _ in range(3):
        visitor = Browser(cast.chat)
        visitor.begin()
        statuses.append(visitor.says().status_code)
    assert statuses == [200, 200, 429]
    assert ChatVisitor.objects.count() == 2


def test_signed_user_signs_in_and_out(cast: Cast) -> None:
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    browser = Browser(cast.chat)
    session = browser.begin(jwt=signed(cast.chat))
    assert session["visitor"] == {"name": "Eva Berg", "email": "eva@customer.example", "verified": True}
    browser.says()
    old = browser.token
    assert browser.post("sign-out/").status_code == 204
    assert browser.get("messages/").status_code == 401
    browser.token = old
    assert browser.begin()["conversation"] is None  # a new visitor, with nothing of the old one


@pytest.mark.parametrize("secret", [SECRET, ""])
def test_forged_identity_is_refused(cast: Cast, secret: str) -> None:
    cast.chat.secrets = {"identity_secret": secret} if secret else {}
    cast.chat.save()
    forged = signed(cast.chat, secret="somebody-elses-secret-of-32-characters!!")
    answer = Browser(cast.chat).post("session/", jwt=forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity_refused")
    assert ChatVisitor.objects.count() == 0


def test_widget_that_verifies_takes_no_unsigned_name(cast: Cast) -> None:
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    browser = Browser(cast.chat)
    browser.begin()
    browser.says("Hi", name="The Boss")
    assert Ticket.objects.get().contact.name.startswith("Visitor ")
