"""Visitors book, move and call off a call of their own over HTTP; nobody touches another's, and nobody floods us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callbacks.models import Callback
from callbacks.services import missing, settling
from callbacks.services.planning import plan_callback
from core.errors import Conflict
from core.ids import new_token
from core.limits import Limit
from people.models import Agent
from portal import limits
from sla.services.hours import HoursDraft, save_hours
from tests.callbacks.conftest import a_plan
from tests.cast import Cast
from tests.channels_in.webchat.people import SECRET, signed
from tests.desk import agent_replies
from tests.portal.conftest import Browser
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import changes
from workspace.callbacks import line

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
PHONE = "+49 30 901820"
# A Friday; the widget opens on weekdays from nine to eleven.
FRIDAY = datetime(2026, 11, 20, 10, 5, tzinfo=BERLIN)
LATE_FRIDAY = datetime(2026, 11, 20, 10, 30, tzinfo=BERLIN)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=BERLIN)


@pytest.fixture
def visitor(cast: Cast, time_machine: time_machine.TimeMachineFixture, monkeypatch: pytest.MonkeyPatch) -> Browser:
    own = Limit(name=f"t-s-{new_token(8)}", times=6, seconds=86_400)
    monkeypatch.setattr(limits, "STRANGERS_CALLS_BY_ADDRESS", own)
    time_machine.move_to(FRIDAY, tick=False)
    week = [(day, 9 * 60, 11 * 60) for day in range(5)]
    save_hours(HoursDraft(name="Calls", time_zone=BERLIN.key, periods=week, inbox_ids=[cast.chat.pk]))
    cast.chat.config = {"callbacks": True, "callback_region": "de"}
    cast.chat.save()
    return someone(cast)


def someone(cast: Cast) -> Browser:
    browser = Browser(cast.chat)
    browser.begin()
    return browser


def books(browser: Browser, starts_at: datetime = MONDAY, **said: object) -> Any:
    values: dict[str, object] = {"id": new_token(20), "phone": PHONE, "text": "My refund", "name": "Eva", **said}
    return browser.post("callback/", starts=starts_at.isoformat(), **values)


def offered(browser: Browser) -> list[str]:
    slots = browser.get("callback/").json()["slots"]
    return [datetime.fromisoformat(slot).astimezone(BERLIN).strftime("%a %H:%M") for slot in slots]


def test_visitor_is_offered_the_half_hours_in_which_the_inbox_is_open(visitor: Browser) -> None:
    assert offered(visitor)[:4] == ["Fri 10:30", "Mon 09:00", "Mon 09:30", "Mon 10:00"]
    assert visitor.begin()["call"] == {"offered": True, "booked": None}


def test_visitor_books_moves_and_calls_off_and_the_agent_sees_it_all(visitor: Browser, cast: Cast) -> None:
    answer = books(visitor, phone="030 901820").json()
    ticket = Ticket.objects.get()
    booked = Callback.objects.get()
    assert (booked.ticket, booked.phone, booked.asked_by, booked.note) == (
        ticket,
        "+4930901820",
        "contact",
        "My refund",
    )
    assert booked.team == cast.support
    assert [message["text"] for message in answer["conversation"]["messages"]] == ["Please call me: My refund"]
    assert answer["booked"] == visitor.begin()["call"]["booked"]
    assert answer["booked"]["phone"] == "+49 30 901820"
    assert TicketEvent.objects.get(kind="CallbackPlanned").actor_name == "Eva"

    moved = visitor.post(f"callback/{booked.pk}/", starts=LATE_FRIDAY.isoformat()).json()["booked"]
    assert datetime.fromisoformat(moved["starts"]) == LATE_FRIDAY
    gone = visitor.client.delete(visitor.url(f"callback/{moved['id']}/"), headers=visitor.headers)
    assert gone.json() == {"booked": None}
    assert list(Callback.objects.order_by("pk").values_list("state", flat=True)) == ["moved", "cancelled"]
    kinds = TicketEvent.objects.filter(kind__startswith="Callback").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["CallbackPlanned", "CallbackMoved", "CallbackPlanned", "CallbackCancelled"]
    for callback in Callback.objects.all():
        assert line(callback)["may_undo"] is False, "what the customer decided is no click of an agent's"
        with pytest.raises(Conflict, match="customer decided"):
            settling.undo_callback(callback, actor=cast.ana.as_actor())


def test_call_goes_on_in_the_conversation_that_there_is_and_twice_the_same_is_one(visitor: Browser) -> None:
    visitor.says("Hello")
    for _ in range(2):
        assert books(visitor, id="the-same-request").status_code == 200
    assert (Ticket.objects.count(), Message.objects.count(), Callback.objects.count()) == (1, 2, 1)


def test_what_is_full_is_no_longer_offered_and_comes_back_when_it_is_called_off(visitor: Browser, cast: Cast) -> None:
    """Ana and Ben are two."""
    others = [someone(cast), someone(cast), someone(cast)]
    numbers = ["+49 30 901821", "+49 30 901822", "+49 30 901823"]
    first, second, third = (books(browser, phone=number) for browser, number in zip(others, numbers, strict=True))
    assert (first.status_code, second.status_code) == (200, 200)
    assert (third.status_code, third.json()["code"]) == (409, "conflict")
    left = datetime.fromisoformat(third.json()["slots"][1])
    assert left == MONDAY + timedelta(minutes=30), "who comes too late sees what is left"
    assert Message.objects.count() == 2, "what was refused said nothing"
    assert offered(visitor)[1] == "Mon 09:30"
    others[0].client.delete(others[0].url(f"callback/{first.json()['booked']['id']}/"), headers=others[0].headers)
    assert offered(visitor)[1] == "Mon 09:00"


def test_strangers_booking_is_not_there_for_anybody_else(visitor: Browser, cast: Cast) -> None:
    booked = books(visitor).json()["booked"]
    stranger = someone(cast)
    stranger.says("Hello")
    for browser in (stranger, Browser(cast.chat)):
        path = f"callback/{booked['id']}/"
        refused = [
            browser.post(path, starts=LATE_FRIDAY.isoformat()),
            browser.client.delete(browser.url(path), headers=browser.headers),
        ]
        assert [answer.status_code for answer in refused] == ([404, 404] if browser is stranger else [401, 401])
    assert stranger.get("callback/?booked").json() == {"booked": None}
    assert visitor.get("callback/?booked").json() == {"booked": booked}
    settling.cancel_callback(Callback.objects.get(), actor=cast.ana.as_actor())
    again = visitor.post(f"callback/{booked['id']}/", starts=LATE_FRIDAY.isoformat())
    assert again.status_code == 404
    assert "Ana" not in again.content.decode()


def test_call_that_an_agent_planned_is_not_the_visitors_to_change(visitor: Browser, cast: Cast) -> None:
    visitor.says("Hello")
    planned = plan_callback(Ticket.objects.get(), a_plan(), actor=cast.ana.as_actor())
    assert visitor.get("callback/").json()["booked"] is None
    assert visitor.post(f"callback/{planned.pk}/", starts=MONDAY.isoformat()).status_code == 404


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({"phone": "call me"}, 422, "phone"),
        ({"phone": "+49 30 1"}, 422, "phone"),
        ({"phone": "+49 900 1234567"}, 422, "phone"),  # whoever calls it pays by the minute
        ({"phone": "+44 7012 345678"}, 422, "phone"),  # "personal" numbers cost the caller as much
        ({"phone": "+881 612 345678"}, 422, "phone"),  # a satellite
        ({"phone": "+882 16 12345678"}, 422, "phone"),  # a network of no country
        ({"phone": "9" * 5000}, 422, "phone"),
        ({"phone": ["+4930901820"]}, 422, "phone"),
        ({"text": " \n "}, 422, "text"),
        ({"starts": "soon"}, 422, "starts"),
        ({"starts": None}, 422, "starts"),
        ({"starts": "2026-11-20T10:00:00+01:00"}, 409, None),  # is over
        ({"starts": "2026-11-23T09:10:00+01:00"}, 409, None),  # no half hour of ours
        ({"starts": "2026-11-22T09:00:00+01:00"}, 409, None),  # a Sunday
        ({"starts": "2036-11-24T09:00:00+01:00"}, 409, None),
        ({"starts": "0001-01-01T00:00:00+14:00"}, 422, "starts"),
        ({"id": "?"}, 422, "id"),
    ],
)
def test_wish_that_cannot_be_meant_is_refused_and_nothing_is_written(
    visitor: Browser, said: dict[str, object], status: int, field: str | None
) -> None:
    answer = visitor.post(
        "callback/", **{"id": new_token(20), "phone": PHONE, "text": "Hi", "starts": MONDAY.isoformat(), **said}
    )
    assert (answer.status_code, next(iter(answer.json()["fields"]), None)) == (status, field)
    assert not Ticket.objects.exists()
    assert not Callback.objects.exists()


def test_number_that_is_free_everywhere_may_be_called(visitor: Browser) -> None:
    assert books(visitor, phone="+800 1234 5678").status_code == 200


def test_machine_that_fills_in_the_hidden_field_books_nothing(visitor: Browser) -> None:
    assert books(visitor, website="https://spam.example").json() == {"booked": None}
    assert not Ticket.objects.exists()


def test_visitor_has_one_call_at_a_time_and_a_number_two(visitor: Browser, cast: Cast) -> None:
    books(visitor)
    second = books(visitor, LATE_FRIDAY)
    assert (second.status_code, Message.objects.count()) == (409, 1)
    assert second.json()["booked"]["phone"] == "+49 30 901820"
    assert books(someone(cast), LATE_FRIDAY).status_code == 200
    third = books(someone(cast), LATE_FRIDAY)
    assert (third.status_code, set(third.json()["fields"])) == (422, {"phone"})
    dear = books(someone(cast), LATE_FRIDAY, phone="+49 900 1234567")
    assert dear.json() == third.json(), "nobody learns from it that somebody is called there"


def test_flood_of_bookings_is_stopped_by_visitor_and_by_address(
    visitor: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BOOKINGS_BY_VISITOR", Limit(name="t-v", times=1, seconds=3600))
    monkeypatch.setattr(limits, "BOOKINGS_BY_ADDRESS", Limit(name=f"t-a-{new_token(8)}", times=2, seconds=3600))
    assert [books(visitor, phone="no").status_code for _ in range(2)] == [422, 429]
    assert [books(someone(cast), phone="no").status_code for _ in range(2)] == [422, 429]


def test_strangers_share_half_of_each_day_and_whoever_is_known_finds_the_rest(visitor: Browser, cast: Cast) -> None:
    """Two people for four half hours on Monday are eight calls."""
    halves = [MONDAY + timedelta(minutes=30 * number) for number in (0, 0, 1, 1)]
    booked = [books(someone(cast), at, phone=f"+49 30 90182{n}").json()["booked"] for n, at in enumerate(halves)]
    assert all(booked)
    assert offered(visitor)[:2] == ["Fri 10:30", "Tue 09:00"]
    late = MONDAY + timedelta(hours=1)
    assert books(visitor, late, phone="+49 30 901829").status_code == 409
    is_known(visitor, cast)
    assert offered(visitor)[1] == "Mon 10:00"
    assert books(visitor, late, phone="+49 30 901829").status_code == 200
    assert list(Callback.objects.order_by("pk").values_list("is_by_stranger", flat=True)) == [True] * 4 + [False]


def is_known(visitor: Browser, cast: Cast) -> None:
    """An agent has answered them."""
    visitor.says("Hello")
    agent_replies(Ticket.objects.order_by("-pk")[0], cast.ana)


def test_stranger_moves_their_call_within_a_day_of_which_strangers_have_their_half(
    visitor: Browser, cast: Cast
) -> None:
    half, whole = MONDAY + timedelta(minutes=30), MONDAY + timedelta(hours=1)
    for number, at in enumerate((MONDAY, MONDAY, half)):
        books(someone(cast), at, phone=f"+49 30 90182{number}")
    mine = books(visitor, half).json()["booked"]
    assert whole.astimezone(UTC).isoformat() in visitor.get("callback/").json()["slots"]
    assert visitor.post(f"callback/{mine['id']}/", starts=whole.isoformat()).status_code == 200
    assert Callback.objects.get(state="planned", starts_at=whole).is_by_stranger


def test_strangers_of_one_network_book_so_many_calls_a_day_and_no_more(
    visitor: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Limit(name=f"t-{new_token(8)}", times=1, seconds=86_400)
    monkeypatch.setattr(limits, "STRANGERS_CALLS_BY_ADDRESS", one)
    assert books(someone(cast), phone="+49 30 901821").status_code == 200
    assert books(visitor, phone="no").status_code == 422
    full = books(visitor, phone="+49 30 901822")
    assert full.status_code == 429
    assert full.json()["message"] == "No more calls can be booked from here today. Please write us a message instead."
    assert int(full.headers["Retry-After"]) > 0
    is_known(visitor, cast)
    assert books(visitor, phone="+49 30 901822").status_code == 200


def test_calls_of_spam_take_nobodys_time(visitor: Browser, cast: Cast) -> None:
    for number in range(2):
        books(someone(cast), phone=f"+49 30 90182{number}")
    assert offered(visitor)[1] == "Mon 09:30"
    changes.set_status(Ticket.objects.all()[0], status="spam", actor=cast.ana.as_actor())
    assert offered(visitor)[1] == "Mon 09:00"


def test_call_stays_while_it_may_be_ringing_and_one_that_was_missed_is_moved(
    visitor: Browser, time_machine: time_machine.TimeMachineFixture
) -> None:
    booked = books(visitor, LATE_FRIDAY).json()["booked"]
    time_machine.move_to(LATE_FRIDAY + timedelta(minutes=1), tick=False)
    assert visitor.begin()["call"]["booked"]["fixed"]
    assert visitor.post(f"callback/{booked['id']}/", starts=MONDAY.isoformat()).status_code == 409
    time_machine.move_to(LATE_FRIDAY + timedelta(minutes=31), tick=False)
    missing.miss_due()
    assert visitor.begin()["call"]["booked"]["late"]
    moved = visitor.post(f"callback/{booked['id']}/", starts=MONDAY.isoformat()).json()["booked"]
    assert (datetime.fromisoformat(moved["starts"]), moved["late"]) == (MONDAY, False)


def test_call_of_an_agent_who_has_left_is_moved_and_anybody_of_the_team_makes_it(visitor: Browser, cast: Cast) -> None:
    books(visitor)
    Callback.objects.update(assignee=cast.ben)
    Agent.objects.filter(pk=cast.ben.pk).update(is_active=False)
    answer = visitor.post(f"callback/{Callback.objects.get().pk}/", starts=(MONDAY + timedelta(minutes=30)).isoformat())
    assert (answer.status_code, cast.ben.name in answer.content.decode()) == (200, False)
    assert Callback.objects.get(state="planned").assignee is None


def test_visitor_whose_words_are_spam_makes_nobody_call(visitor: Browser, cast: Cast) -> None:
    books(visitor)
    spam = Ticket.objects.get()
    changes.set_status(spam, status="spam", actor=cast.ana.as_actor())
    address = f"callback/{Callback.objects.get().pk}/"
    assert visitor.post(address, starts=(MONDAY + timedelta(minutes=30)).isoformat()).status_code == 403
    assert visitor.client.delete(visitor.url(address), headers=visitor.headers).status_code == 200
    assert books(visitor).status_code == 403
    assert (Message.objects.count(), Callback.objects.filter(state="planned").count()) == (1, 0)


def test_widget_that_offers_no_calls_takes_none_and_shows_what_was_booked_before(visitor: Browser, cast: Cast) -> None:
    books(visitor)
    cast.chat.config = {}
    cast.chat.save()
    assert visitor.get("callback/").status_code == 404
    assert books(visitor, LATE_FRIDAY).status_code == 404
    assert visitor.begin()["call"]["offered"] is False
    assert visitor.begin()["call"]["booked"] is not None


def test_signed_user_finds_the_booking_of_their_other_browser(visitor: Browser, cast: Cast) -> None:
    books(visitor)
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    jwt = signed(cast.chat)
    visitor.begin(jwt=jwt)
    phone = Browser(cast.chat)
    assert phone.begin(jwt=signed(cast.chat))["call"]["booked"] is not None
