"""The composer's doors: replies, notes, undo, drafts, uploads, and the guard against double answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from core.clock import now
from tests.cast import Cast, last_message, new_ticket
from tests.workspace.conftest import SignIn
from tickets.models import Attachment, Draft, ScheduledReply
from tickets.services import messages, outbox

pytestmark = pytest.mark.django_db


def test_agent_replies_and_the_screen_gets_the_message(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    answer = sign_in(cast.ana).post(
        f"/tickets/{ticket.number}/reply/", {"text": "It is on its way.", "status": "pending"}
    )
    assert answer.status_code == 201
    body = answer.json()
    assert "It is on its way." in body["entries"]
    assert body["undo_until"]
    ticket.refresh_from_db()
    assert ticket.status == "pending"


def test_reply_whose_status_is_refused_is_not_sent(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    answer = sign_in(cast.ana).post(f"/tickets/{ticket.number}/reply/", {"text": "Done.", "status": "finished"})
    assert (answer.status_code, answer.json()["fields"].keys()) == (422, {"status"})
    assert not ticket.messages.filter(direction="out").exists()


def test_same_key_sends_one_reply(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    address = f"/tickets/{ticket.number}/reply/"
    first = ana.post(address, {"text": "Once"}, headers={"idempotency-key": "k1"}).json()
    again = ana.post(address, {"text": "Once"}, headers={"idempotency-key": "k1"}).json()
    assert first["message"] == again["message"]


def test_second_answer_is_refused_until_the_agent_insists(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ticket.refresh_from_db()
    seen = ticket.last_seq
    messages.reply(ticket, text="Ben was quicker", actor=cast.ben.as_actor())
    ana = sign_in(cast.ana)
    address = f"/tickets/{ticket.number}/reply/"
    refused = ana.post(address, {"text": "Me too", "seen": str(seen)})
    assert refused.status_code == 409
    assert refused.json()["details"]["author"] == "Ben"
    assert ana.post(address, {"text": "Me too", "seen": str(seen), "anyway": "1"}).status_code == 201


def test_undo_gives_the_words_back(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    sent = ana.post(f"/tickets/{ticket.number}/reply/", {"text": "Oops", "status": "resolved"}).json()
    body = ana.post(f"/m/{sent['message']}/undo/", {"seq": str(sent["seq"]), "status": "open"}).json()
    assert body["text"] == "Oops"
    assert body["gone"] == [sent["message"]]
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_colleague_cannot_undo(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    reply = messages.reply(ticket, text="Mine", undo_seconds=10, actor=cast.ana.as_actor())
    assert sign_in(cast.ben).post(f"/m/{reply.pk}/undo/").status_code == 403


def test_light_agent_writes_notes_only(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    lia = sign_in(cast.lia)
    assert lia.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello"}).status_code == 403
    noted = lia.post(f"/tickets/{ticket.number}/note/", {"text": "Call @Ben"})
    assert noted.status_code == 201
    assert 'class="mention">@Ben' in noted.json()["entries"]
    assert b'data-mode="reply"' not in lia.get(f"/tickets/{ticket.number}/pane/").content


@pytest.mark.parametrize(("values", "field"), [({"text": " "}, "text"), ({"text": "Hi", "cc_more": "nobody"}, "cc")])
def test_wrong_reply_is_refused_at_its_field(cast: Cast, sign_in: SignIn, values: dict[str, str], field: str) -> None:
    ticket = new_ticket(cast.mail)
    answer = sign_in(cast.ana).post(f"/tickets/{ticket.number}/reply/", values)
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_draft_is_kept_for_its_author_and_older_tabs_are_told(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    address = f"/tickets/{ticket.number}/draft/"
    assert ana.post(address, {"mode": "reply", "text": "Dear Ro", "revision": "0"}).json() == {"revision": 1}
    assert ana.post(address, {"mode": "reply", "text": "Dear Rosa", "revision": "1"}).json() == {"revision": 2}
    older = ana.post(address, {"mode": "reply", "text": "Dear", "revision": "0"})
    assert older.status_code == 409
    assert older.json()["details"]["text"] == "Dear Rosa"
    assert ana.get(f"/tickets/{ticket.number}/side/").json()["drafts"]["reply"]["text"] == "Dear Rosa"
    assert sign_in(cast.ben).get(f"/tickets/{ticket.number}/side/").json()["drafts"] == {}


def test_sent_and_emptied_drafts_are_forgotten(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    ana.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "Dear", "revision": "0"})
    ana.post(f"/tickets/{ticket.number}/draft/", {"mode": "note", "text": "Hm", "revision": "0"})
    ana.post(f"/tickets/{ticket.number}/reply/", {"text": "Dear Rosa"})
    ana.post(f"/tickets/{ticket.number}/draft/", {"mode": "note", "text": "", "revision": "1"})
    assert not Draft.objects.exists()


def test_upload_travels_with_the_reply(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    file = ana.post("/uploads/", {"file": SimpleUploadedFile("invoice.pdf", b"%PDF-1.7", "application/pdf")}).json()
    ana.post(f"/tickets/{ticket.number}/reply/", {"text": "Here", "attachments": [file["id"]]})
    assert [kept.name for kept in last_message(ticket).attachments.all()] == ["invoice.pdf"]


def test_large_upload_is_refused_with_the_limit_named(cast: Cast, sign_in: SignIn, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1_048_576
    big = SimpleUploadedFile("film.mp4", b"x" * 1_048_577)
    answer = sign_in(cast.ana).post("/uploads/", {"file": big})
    assert answer.status_code == 413
    assert "1 MB" in answer.json()["message"]


def test_endless_body_is_refused_before_it_is_read(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.ana).post("/uploads/", b"", content_type="multipart/form-data", CONTENT_LENGTH=str(10**12))
    assert answer.status_code == 413
    assert "25 MB" in answer.json()["message"]


def test_composer_says_before_sending_that_the_inbox_is_off(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    cast.mail.is_active = False
    cast.mail.save()
    ana = sign_in(cast.ana)
    assert "switched off" in ana.get(f"/tickets/{ticket.number}/side/").json()["state"]
    assert ana.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello"}).status_code == 403


def test_reply_that_failed_is_shown_with_its_reason_and_tried_again(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    reply = messages.reply(ticket, text="Hello", actor=cast.ana.as_actor())
    outbox.record_failed(reply, reason="The mailbox is full.")
    ana = sign_in(cast.ana)
    page = ana.get(f"/tickets/{ticket.number}/pane/").content.decode()
    assert "Not delivered: The mailbox is full." in page
    assert f'data-post="/m/{reply.pk}/retry/"' in page
    assert "Trying again" in ana.post(f"/m/{reply.pk}/retry/").json()["entries"]
    assert ana.post(f"/m/{reply.pk}/retry/").status_code == 409


def test_pasted_picture_is_kept_for_the_text(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.ana)
    pasted = {"file": SimpleUploadedFile("screen.png", b"\x89PNG", content_type="image/png"), "inline": "1"}
    kept = client.post("/uploads/", pasted).json()
    assert Attachment.objects.get(pk=kept["id"]).is_inline


def test_agent_schedules_a_reply_and_takes_its_words_back(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.ana)
    ticket = new_ticket(cast.mail)
    values = {"text": "Later.", "send_at": (now() + timedelta(hours=2)).isoformat(), "seq": ticket.last_seq}
    answer = client.post(f"/tickets/{ticket.number}/schedule/", values).json()
    assert "Your reply leaves" in answer["state"]
    row = ScheduledReply.objects.get()
    back = client.post(f"/tickets/{ticket.number}/scheduled/{row.pk}/cancel/", {"seq": answer["seq"]}).json()
    assert back["text"] == "Later."
    assert "Your reply leaves" not in back["state"]
    assert client.post(f"/tickets/{ticket.number}/scheduled/{row.pk}/send/").status_code == 409
    assert client.post(f"/tickets/{ticket.number}/schedule/", {**values, "send_at": "soon"}).status_code == 422


def test_manager_removes_what_a_message_said(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail, "A secret")
    address = f"/m/{last_message(ticket).pk}/redact/"
    assert sign_in(cast.ana).post(address).status_code == 403
    answer = sign_in(cast.mona).post(address, {"seq": ticket.last_seq}).json()
    assert "Mona removed this" in answer["entries"]
    assert "A secret" not in answer["entries"]
