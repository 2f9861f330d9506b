"""Agents promise calls from a ticket, see whom to call today, and say what came of it in one click."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime

from callbacks.models import Callback
from callbacks.services.planning import plan_callback
from core.clock import now
from tests.callbacks.conftest import PHONE, a_plan
from tests.callbacks.conftest import callback as callback
from tests.callbacks.conftest import ticket as ticket
from tests.cast import Cast, new_ticket
from tickets.models import Message, Ticket
from tickets.services import moving


@pytest.fixture
def as_ben(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ben)
    return client


def test_agent_promises_a_call_in_the_first_free_slot(as_ben: Client, cast: Cast, ticket: Ticket) -> None:
    address = f"/tickets/{ticket.number}/callbacks/new/"
    page = as_ben.get(address)
    slot = page.context["form"].fields["slot"].choices[0][0]
    refused = as_ben.post(address, {"phone": "12", "slot": slot, "minutes": 30})
    assert refused.status_code == 422
    assert "phone number with its country" in refused.content.decode()
    values = {"phone": PHONE, "slot": slot, "minutes": 30, "assignee": cast.ben.pk, "note": "About the refund"}
    assert as_ben.post(address, values).status_code == 302
    found = Callback.objects.get()
    assert (found.starts_at.isoformat(), found.assignee, found.note) == (slot[:25], cast.ben, "About the refund")
    side = as_ben.get(f"/tickets/{ticket.number}/side/").content.decode()
    assert "About the refund" in side
    assert "tel:+4930901820" in side


def test_agent_chooses_another_time_and_is_told_when_it_is_over(as_ben: Client, ticket: Ticket) -> None:
    address = f"/tickets/{ticket.number}/callbacks/new/"
    values = {"phone": PHONE, "slot": "other", "minutes": 60}
    assert "Choose a date and a time" in as_ben.post(address, values).content.decode()
    an_hour_ago = localtime(now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    past = as_ben.post(address, {**values, "starts_at": an_hour_ago}).content.decode()
    assert "still to come" in past
    assert "all the same" not in past, "nobody is asked whether they mean a time that is over"
    for year, words in (("0001", "still to come"), ("9999", "At most 90 days ahead")):
        slip = as_ben.post(address, {**values, "starts_at": f"{year}-12-31T23:50"})
        assert (slip.status_code, words in slip.content.decode()) == (422, True)
    later = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    first = as_ben.get(address).context["form"].fields["slot"].choices[0][0]
    # Whoever enters a time means it, also with a slot left as it was.
    assert as_ben.post(address, {**values, "slot": first, "starts_at": later, "is_more": "on"}).status_code == 302
    assert Callback.objects.get().ends_at - Callback.objects.get().starts_at == timedelta(hours=1)


def test_agent_sees_how_many_are_free_and_is_asked_before_they_promise_more(
    as_ben: Client, cast: Cast, ticket: Ticket
) -> None:
    address = f"/tickets/{ticket.number}/callbacks/new/"
    slot, label = as_ben.get(address).context["form"].fields["slot"].choices[1]
    people = int(label.rpartition(" · ")[2].removesuffix(" free"))
    starts_at, ends_at = (datetime.fromisoformat(at) for at in slot.split("/"))
    for _ in range(people):
        plan_callback(new_ticket(cast.mail), a_plan(starts_at=starts_at, ends_at=ends_at), actor=cast.ben.as_actor())
    assert slot not in dict(as_ben.get(address).context["form"].fields["slot"].choices)
    local = localtime(starts_at).strftime("%Y-%m-%dT%H:%M")
    values = {"phone": PHONE, "slot": "other", "starts_at": local, "minutes": 30}
    warned = as_ben.post(address, values)
    assert (warned.status_code, Callback.objects.filter(ticket=ticket).count()) == (422, 0)
    told = warned.content.decode()
    assert f"{people} people can call then, and {people} calls are promised already." in told
    assert "Promise it all the same" in told
    assert "Promise it all the same" not in as_ben.get(address).content.decode()
    assert as_ben.post(address, {**values, "is_more": "on"}).status_code == 302
    assert Callback.objects.filter(ticket=ticket).count() == 1


def test_agent_says_what_came_of_it_with_a_note_and_takes_it_back(
    as_ben: Client, cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    assert "Rosa Lind" in as_ben.get("/callbacks/").content.decode()
    answer = as_ben.post(f"/callbacks/{callback.pk}/called/", {"note": "She will send photos."})
    assert answer.headers["Location"] == "/callbacks/?whose=mine"
    assert Message.objects.get(ticket=ticket, kind="note").text == "Called back: She will send photos."
    assert "Called today" in as_ben.get("/callbacks/").content.decode()
    again = as_ben.post(f"/callbacks/{callback.pk}/called/", follow=True).content.decode()
    assert "Somebody was quicker" in again
    as_ben.post(f"/callbacks/{callback.pk}/undo/")
    callback.refresh_from_db()
    assert callback.state == "planned"
    next_try = as_ben.post(f"/callbacks/{callback.pk}/no-answer/")
    assert next_try.headers["Location"] == f"/tickets/{ticket.number}/callbacks/new/?again=1"
    assert as_ben.post(f"/callbacks/{callback.pk}/unknown/").status_code == 404


def test_agent_tries_again_where_a_merged_ticket_went(
    as_ben: Client, cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    between, there = new_ticket(cast.mail), new_ticket(cast.mail)
    moving.merge(ticket, into=between, actor=cast.ben.as_actor())
    moving.merge(between, into=there, actor=cast.ben.as_actor())
    address = f"/tickets/{ticket.number}/callbacks/new/"
    slot = as_ben.get(address).context["form"].fields["slot"].choices[0][0]
    refused = as_ben.post(address, {"phone": PHONE, "slot": slot, "minutes": 30})
    assert (refused.status_code, "merged into another one" in refused.content.decode()) == (422, True)
    answer = as_ben.post(f"/callbacks/{callback.pk}/no-answer/", {"whose": "mine"})
    assert answer.headers["Location"] == f"/tickets/{there.number}/callbacks/new/?again=1"


def test_agent_moves_a_callback(as_ben: Client, callback: Callback) -> None:
    address = f"/callbacks/{callback.pk}/move/"
    slot = as_ben.get(address).context["form"].fields["slot"].choices[0][0]
    assert as_ben.post(address, {"slot": slot, "minutes": 30}).status_code == 302
    assert list(Callback.objects.order_by("id").values_list("state", flat=True)) == ["moved", "planned"]
    page = as_ben.get("/callbacks/").content.decode()
    assert "Moved or called off today" in page
    assert "Called today" not in page
    assert as_ben.post(address, {"slot": slot, "minutes": 30}).status_code == 422


def test_agent_sees_mine_my_teams_and_all_but_never_what_is_hidden(
    as_ben: Client, cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    plan_callback(ticket, a_plan(assignee=cast.ana, note="for Ana"), actor=cast.ana.as_actor())
    hidden = plan_callback(new_ticket(cast.legal_mail), a_plan(note="secret"), actor=cast.cleo.as_actor())
    shown = {scope: as_ben.get(f"/callbacks/?whose={scope}").content.decode() for scope in ("mine", "team", "all")}
    assert [("for Ana" in page) for page in shown.values()] == [False, True, True]
    assert not any("secret" in page for page in shown.values())
    assert as_ben.post(f"/callbacks/{hidden.pk}/called/").status_code == 404
    light = Client()
    light.force_login(cast.lia)
    assert light.post(f"/callbacks/{callback.pk}/called/").status_code == 403
