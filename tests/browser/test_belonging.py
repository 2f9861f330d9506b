"""Stories of messages and where they belong: moved and put back, passed on, asked about beside the ticket."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from channels_in.models import DemoMail
from tests.browser.agents import at_the_desk
from tests.browsers import PageMaker
from tests.cast import Cast, last_message, new_ticket, receive
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.inbound import Clues, Sender
from tickets.models import Attachment, Message, Ticket
from tickets.services.files import store

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def desk(live_stack: Stack, cast: Cast) -> Stack:
    return live_stack


def more(ticket: Ticket, text: str) -> Message:
    clues = Clues(message_id=f"{text}@mail.example.net", reply_token_ticket_id=ticket.pk)
    return Message.objects.get(pk=receive(ticket.inbox, text, clues=clues).message_id or 0)


def test_message_is_moved_and_put_back(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    here = new_ticket(cast.mail, "About the chair", subject="Chair")
    there = new_ticket(cast.mail, "About the table", subject="Table")
    more(here, "The table wobbles")
    more(here, "The chair creaks")
    ana = at_the_desk(new_page(), cast.ana, desk).opens(f"/tickets/{here.number}/?view=all")
    ben = at_the_desk(new_page(), cast.ben, desk).opens(f"/tickets/{here.number}/?view=all")
    stray = ana.timeline.locator(".msg", has_text="The table wobbles")
    stray.get_by_role("button", name="Move this message").click()
    ana.page.get_by_role("option", name="Table").click()
    expect(stray).to_have_count(0)
    expect(ben.timeline.locator(".msg", has_text="The table wobbles")).to_have_count(0)
    poll_until(lambda: there.messages.count() == 2)
    ana.page.get_by_role("button", name="Undo").last.click()
    expect(stray).to_be_visible()
    expect(ben.timeline.locator(".msg", has_text="The table wobbles")).to_be_visible()
    expect(ben.timeline.get_by_role("button", name="Undo")).to_have_count(0)
    words = ben.timeline.locator(".msg .msg-text").all_inner_texts()
    assert words == ["About the chair", "The table wobbles", "The chair creaks"]
    assert there.messages.count() == 1


def test_stranger_who_was_kept_out_is_joined_with_one_click(desk: Stack, cast: Cast, page: Page) -> None:
    ticket = new_ticket(cast.mail, "About the chair", subject="Chair")
    sender = Sender(kind="email", value="rosa@home.example", name="Rosa")
    clues = Clues(message_id="other@home.example", subject_number=ticket.number)
    apart = new_ticket(cast.mail, "It is me, from home", sender=sender, subject="Re: Chair", clues=clues)
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{apart.number}/?view=all")
    expect(page.locator("#ticket-head").get_by_text("Possibly belongs to")).to_be_visible()
    page.get_by_role("button", name="Join it").click()
    expect(page.get_by_role("heading", name="Chair", exact=False).first).to_be_visible()
    expect(ana.timeline.get_by_text("It is me, from home")).to_be_visible()
    poll_until(lambda: Ticket.objects.filter(pk=apart.pk, merged_into=ticket).exists())


def test_message_is_forwarded_with_the_files_of_choice_and_the_answer_stays_aside(
    desk: Stack, cast: Cast, page: Page
) -> None:
    ticket = new_ticket(cast.mail, "The hinge broke", subject="Hinge")
    for name in ("photo.txt", "passport.txt"):
        stored = store(name.encode(), name=name, content_type="text/plain")
        Attachment.objects.create(
            id=stored.id,
            message=last_message(ticket),
            storage_name=stored.storage_name,
            name=name,
            content_type="text/plain",
            size=stored.size,
            sha256=stored.sha256,
        )
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/?view=all")
    ana.timeline.get_by_role("button", name="Forward this message").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Subject")).to_have_value("Fwd: Hinge")
    dialog.get_by_role("textbox", name="To", exact=True).fill("rosa@example.net")
    dialog.get_by_label("passport.txt").uncheck()
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is the customer of this ticket")
    dialog.get_by_role("textbox", name="To", exact=True).fill("Acme <parts@acme.example>")
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_have_count(0)
    expect(ana.timeline.get_by_text("asked Acme in the side conversation")).to_be_visible()
    side = page.locator("#side").get_by_role("button", name="Fwd: Hinge")
    expect(side).to_contain_text("Waiting for them")
    mail = poll_until(lambda: DemoMail.objects.filter(mailbox="parts@acme.example", is_sent=False).first())
    assert mail is not None
    raw = bytes(mail.raw)
    assert b"photo.txt" in raw
    assert b"passport.txt" not in raw
    asked = Message.objects.get(ticket=ticket, kind="side")
    parts = Sender(kind="email", value="parts@acme.example", name="Acme")
    answer = Clues(message_id="yes@acme.example", side_token_id=asked.side_id)
    receive(cast.mail, "We have four of them", sender=parts, clues=answer, subject="Re: Hinge")
    expect(side).to_contain_text("They answered")
    expect(ana.timeline.get_by_text("We have four of them")).to_have_count(0)
    side.click()
    expect(dialog.get_by_text("We have four of them")).to_be_visible()
    dialog.get_by_role("textbox", name="Write to Acme").fill("Send two, please.")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.locator(".msg.out", has_text="Send two, please.")).to_be_visible()
    poll_until(lambda: DemoMail.objects.filter(mailbox="parts@acme.example", is_sent=False).count() == 2)
    assert not DemoMail.objects.filter(mailbox="rosa@example.net").exists()


def test_copies_say_who_they_are_before_they_are_sent(desk: Stack, cast: Cast, page: Page) -> None:
    people = {
        "to": [{"name": "", "address": cast.mail.address}, {"name": "Ben Boss", "address": "boss@example.net"}],
        "cc": [{"name": "", "address": "eva@example.net"}],
    }
    ticket = new_ticket(cast.mail, "To all of you", recipients=people)
    cast.ana.undo_seconds = 0
    cast.ana.save()
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/?view=all")
    state = page.locator(".composer-to")
    expect(state.locator(".chip", has_text="Rosa Lind")).to_contain_text("requester")
    expect(state.locator(".chip", has_text="Ben Boss")).to_contain_text("new")
    page.get_by_role("button", name="Reply all").click()
    page.get_by_label("Copy to").fill("zoe@elsewhere.example")
    page.get_by_label("Copy to").press("Enter")
    expect(state.locator(".chip", has_text="zoe@elsewhere.example")).to_contain_text("third party")
    ana.composer.fill("Hello everybody")
    ana.presses("Control+Enter")
    expect(ana.timeline.locator(".msg.out:not(.ghost)", has_text="Hello everybody")).to_be_visible()
    sent = Message.objects.get(ticket=ticket, direction="out")
    assert [item["address"] for item in sent.recipients["to"]] == ["rosa@example.net", "boss@example.net"]
    assert [item["address"] for item in sent.recipients["cc"]] == ["eva@example.net", "zoe@elsewhere.example"]
