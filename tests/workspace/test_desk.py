"""The desk's pages: few queries whatever the size, and only what the agent may see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from live.frames import changed_ticket
from people.models import Agent, Team
from people.services.contacts import rename
from routing.selectors.situation import situation
from tests.cast import Cast, new_ticket, receive
from tests.workspace.conftest import SignIn
from tickets.inbound import Clues
from tickets.services import changes, messages
from workspace.directory import directory
from workspace.view_shelf import views_beside

pytestmark = pytest.mark.django_db


def queries_of(client: Client, address: str) -> int:
    directory()  # remembered by the process, as are the views: not part of a page's own cost
    views_beside(Agent(pk=0))
    situation()
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_list_says_why_nobody_has_a_ticket(cast: Cast, sign_in: SignIn) -> None:
    Team.objects.filter(pk=cast.support.pk).update(strategy="round_robin")
    ticket = new_ticket(cast.mail)
    page = sign_in(cast.ana).get("/tickets/?view=all").content.decode()
    assert "Unassigned. Nobody who could take it is here now." in page
    assert 'title="Nobody who could take it is here now.">nobody here</span>' in page
    assert "nobody here" in changed_ticket(ticket)["row"], "and so does a row that comes by push"
    ticket = changes.assign(ticket, agent=cast.ben, actor=cast.ana.as_actor())
    assert "nobody here" not in changed_ticket(ticket)["row"]


def test_list_page_needs_six_queries_at_any_length(cast: Cast, sign_in: SignIn) -> None:
    new_ticket(cast.mail)
    few = queries_of(sign_in(cast.ana), "/tickets/?view=all")
    for number in range(30):
        new_ticket(cast.mail, f"Question {number}", subject=f"Question {number}")
    assert queries_of(sign_in(cast.ana), "/tickets/?view=all") == few <= 6
    assert queries_of(sign_in(cast.mona), "/tickets/?view=all") <= 6


def test_ticket_page_needs_eight_queries_at_any_length(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    address = f"/tickets/{ticket.number}/"
    few = queries_of(sign_in(cast.ana), address)
    for number in range(15):
        messages.add_note(ticket, text=f"Note {number}", actor=cast.ben.as_actor())
        receive(cast.mail, f"Still waiting {number}", clues=Clues(reply_token_ticket_id=ticket.pk))
    assert queries_of(sign_in(cast.ana), address) == few <= 8
    assert queries_of(sign_in(cast.mona), address) <= 8


def test_list_pages_follow_each_other_by_cursor(cast: Cast, sign_in: SignIn) -> None:
    for number in range(53):
        new_ticket(cast.mail, f"Question {number}", subject=f"Question {number}")
    ana = sign_in(cast.ana)
    first = ana.get("/tickets/?view=all")
    assert len(first.context["rows"]) == 50
    rest = ana.get(f"/tickets/rows/?view=all&cursor={first.context['next_cursor']}")
    assert len(rest.context["rows"]) == 3
    assert rest.context["next_cursor"] == ""


def test_agent_sees_only_tickets_in_reach(cast: Cast, sign_in: SignIn) -> None:
    secret = new_ticket(cast.legal_mail, "A canary sings", subject="Canary")
    ana = sign_in(cast.ana)
    for address in ("/tickets/?view=all", "/search/?q=Canary", f"/tickets/?contact={secret.contact_id}&state=any"):
        assert b"/tickets/%d/" % secret.number not in ana.get(address).content
    for piece in ("", "pane/", "side/", "after/0/", "earlier/?before=9", "canned/"):
        assert ana.get(f"/tickets/{secret.number}/{piece}").status_code == 404
    assert sign_in(cast.cleo).get(f"/tickets/{secret.number}/").status_code == 200


def test_unchanged_pane_is_not_sent_again(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    tag = ana.get(f"/tickets/{ticket.number}/pane/")["ETag"]
    assert ana.get(f"/tickets/{ticket.number}/pane/", headers={"if-none-match": tag}).status_code == 304
    messages.add_note(ticket, text="New", actor=cast.ben.as_actor())
    assert ana.get(f"/tickets/{ticket.number}/pane/", headers={"if-none-match": tag}).status_code == 200


def test_pane_is_drawn_anew_when_a_name_on_it_or_the_agents_clock_changes(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana, address = sign_in(cast.ana), f"/tickets/{ticket.number}/pane/"
    tag = ana.get(address)["ETag"]
    rename(ticket.contact, name="Rosalind")
    renamed = ana.get(address, headers={"if-none-match": tag})
    assert (renamed.status_code, "Rosalind" in renamed.content.decode()) == (200, True)
    Agent.objects.filter(pk=cast.ana.pk).update(time_zone="Asia/Tokyo")
    assert ana.get(address, headers={"if-none-match": renamed["ETag"]}).status_code == 200


def test_screen_fetches_only_what_it_misses(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail, "The first words")
    ticket.refresh_from_db()
    seen = ticket.last_seq
    messages.add_note(ticket, text="Look at this", actor=cast.ben.as_actor())
    news = sign_in(cast.ana).get(f"/tickets/{ticket.number}/after/{seen}/").json()
    assert "Look at this" in news["entries"]
    assert "The first words" not in news["entries"]
    assert news["seq"] > seen


def test_undone_reply_leaves_the_screens_of_colleagues(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    reply = messages.reply(ticket, text="Too early", undo_seconds=10, actor=cast.ana.as_actor())
    messages.undo(reply, actor=cast.ana.as_actor())
    news = sign_in(cast.ben).get(f"/tickets/{ticket.number}/after/{reply.seq}/").json()
    assert news["gone"] == [reply.pk]
    assert "Too early" not in news["entries"]


def test_wrong_view_and_filter_are_refused_in_words(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    assert ana.get("/tickets/?view=team:999").status_code == 404
    refused = ana.get("/tickets/?status=sleeping")
    assert refused.status_code == 422
    assert "status" in refused.json()["fields"]


def test_stranger_is_led_to_the_door_and_comes_back(client: Client, cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    answer = client.get(f"/tickets/{ticket.number}/?view=all")
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"next=/tickets/{ticket.number}/%3Fview%3Dall")
    script = client.get("/tickets/list/", headers={"x-fragment": "1"})
    assert script.status_code == 401
    assert script.json()["code"] == "signed_out"


def test_row_shows_strangers_words_harmlessly(cast: Cast, sign_in: SignIn) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    new_ticket(cast.mail, evil, subject=evil)
    page = sign_in(cast.ana).get("/tickets/?view=all").content
    assert b"<img src=x" not in page
    assert b"&lt;img src=x" in page
