"""A call is promised, made, moved, called off or missed; each is said once, and the last word can be taken back."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection

from callbacks.models import Callback
from callbacks.phone import normal_phone
from callbacks.selectors.calls import callbacks_of, callbacks_visible_to
from callbacks.services import missing, settling
from callbacks.services.planning import move_callback, plan_callback
from callbacks.tasks import tick_callbacks
from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed
from notifications.models import Notification
from people.models import Agent, Role
from people.selectors.agents import active_managers
from sla.models import Fact
from tests.callbacks.conftest import a_plan
from tests.cast import Cast, new_ticket
from tests.desk import an_agent
from tickets.models import Ticket, TicketEvent
from tickets.services import journal, moving
from tickets.services.redacting import redact

HALF_HOUR = timedelta(minutes=30)


def told(ticket: Ticket) -> list[str]:
    events = TicketEvent.objects.filter(ticket=ticket, kind__startswith="Callback").order_by("seq")
    return [kind.removeprefix("Callback") for kind in events.values_list("kind", flat=True)]


def facts(ticket: Ticket) -> list[str]:
    found = Fact.objects.standing().filter(ticket=ticket, kind__startswith="callback").order_by("id")
    return [kind.removeprefix("callback_") for kind in found.values_list("kind", flat=True)]


def let_begin(callback: Callback, **ago: float) -> None:
    """Its window began so long ago, and lasts half an hour."""
    starts_at = now() - timedelta(**ago)
    Callback.objects.filter(pk=callback.pk).update(starts_at=starts_at, ends_at=starts_at + HALF_HOUR)


def test_agent_calls_in_time_and_the_promise_is_kept(cast: Cast, callback: Callback, ticket: Ticket) -> None:
    assert (callback.phone, callback.team, callback.state) == ("+4930901820", cast.support, "planned")
    let_begin(callback, minutes=10)
    settling.record_call(callback, outcome="called", actor=cast.ben.as_actor())
    assert (told(ticket), facts(ticket)) == (["Planned", "Made"], ["planned", "made"])
    made = Fact.objects.get(kind="callback_made")
    assert (made.agent_id, made.team_id, made.data["kept"]) == (cast.ben.pk, cast.support.pk, True)
    with pytest.raises(Conflict, match="Somebody was quicker: called by Ben"):
        settling.cancel_callback(callback, actor=cast.ana.as_actor())


def test_missed_callback_is_told_once_with_how_late_and_can_be_made_late(
    cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    let_begin(callback, minutes=90)
    tick_callbacks()
    tick_callbacks()
    assert told(ticket) == ["Planned", "Missed"], "what is over does not come near"
    assert 3590 < TicketEvent.objects.get(kind="CallbackMissed").data["late_by"] < 3700
    assert set(Notification.objects.filter(kind="callback_late").values_list("agent", flat=True)) == {
        cast.ben.pk,
        cast.ana.pk,
    }, "who had promised it, and the team's lead"
    settling.record_call(callback, outcome="called", actor=cast.ana.as_actor())
    assert Fact.objects.get(kind="callback_made").data["kept"] is False


def test_call_after_the_window_is_late_also_before_the_sweep_has_come(
    cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    let_begin(callback, minutes=31)
    settling.record_call(callback, outcome="no_answer", actor=cast.ben.as_actor())
    assert (told(ticket), facts(ticket)) == (["Planned", "Missed", "Made"], ["planned", "missed", "made"])
    assert TicketEvent.objects.get(kind="CallbackMade").data["is_kept"] is False


def test_agent_hears_of_it_five_minutes_before(cast: Cast, callback: Callback) -> None:
    let_begin(callback, minutes=-6)
    assert missing.tell_near() == 0
    let_begin(callback, minutes=-4)
    assert missing.tell_near() == 1
    assert missing.tell_near() == 0
    assert Notification.objects.get(kind="callback_near").agent == cast.ben


def test_callback_that_is_nobodys_rings_for_the_whole_team(cast: Cast, ticket: Ticket) -> None:
    let_begin(plan_callback(ticket, a_plan(), actor=cast.cleo.as_actor()), minutes=1)
    missing.tell_near()
    rung = Notification.objects.filter(kind="callback_near").values_list("agent", flat=True)
    assert set(rung) == {cast.ana.pk, cast.ben.pk}


def test_callback_of_somebody_who_has_left_rings_for_the_team_and_without_a_team_for_the_managers(
    cast: Cast, callback: Callback
) -> None:
    Agent.objects.filter(pk=cast.ben.pk).update(is_active=False)
    let_begin(callback, minutes=1)
    missing.tell_near()
    assert Notification.objects.get(kind="callback_near").agent == cast.ana
    Agent.objects.filter(pk=cast.ana.pk).update(is_active=False)
    let_begin(callback, minutes=31)
    missing.miss_due()
    rung = set(Notification.objects.filter(kind="callback_late").values_list("agent", flat=True))
    assert rung == set(active_managers().values_list("pk", flat=True)) != set()


def test_callback_that_cannot_be_told_holds_up_no_other(
    cast: Cast, callback: Callback, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = plan_callback(new_ticket(cast.mail), a_plan(), actor=cast.ana.as_actor())
    let_begin(callback, minutes=90)
    let_begin(other, minutes=80)
    real = journal.locked
    broken = callback.ticket_id

    def locked(ticket: Ticket | int) -> Ticket:
        if ticket == broken:
            raise RuntimeError("This row is broken.")
        return real(ticket)

    monkeypatch.setattr(journal, "locked", locked)
    missing.miss_due()
    other.refresh_from_db()
    assert other.state == "missed"
    broken = 0
    missing.miss_due()
    callback.refresh_from_db()
    assert callback.state == "missed"


def test_agent_takes_the_last_word_back_and_it_counts_no_longer(cast: Cast, callback: Callback, ticket: Ticket) -> None:
    ana = cast.ana.as_actor()
    settling.record_call(callback, outcome="called", actor=ana)
    settling.undo_callback(callback, actor=ana)
    callback.refresh_from_db()
    assert (callback.state, callback.settled_by, facts(ticket)) == ("planned", "", ["planned"])
    with pytest.raises(Conflict, match="nothing to take back"):
        settling.undo_callback(callback, actor=ana)
    let_begin(callback, minutes=31)
    tick_callbacks()
    assert facts(ticket) == ["planned", "missed"]


def test_number_of_a_call_goes_with_a_message_that_is_removed(cast: Cast, callback: Callback, ticket: Ticket) -> None:
    settling.record_call(callback, outcome="called", actor=cast.ana.as_actor())
    waits = plan_callback(ticket, a_plan(note="Once more"), actor=cast.ana.as_actor())
    redact(ticket.messages.earliest("pk"), agent=an_agent("Mona", role=Role.MANAGER))
    callback.refresh_from_db()
    waits.refresh_from_db()
    assert (callback.phone, callback.note) == ("", "")
    assert (waits.phone, waits.note, waits.state) == ("", "", "planned"), "the promise stands"
    with pytest.raises(Conflict, match="removed"):
        settling.undo_callback(callback, actor=cast.ana.as_actor())


def test_callback_of_a_ticket_that_was_merged_is_seen_where_the_story_goes_on(
    cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    there = new_ticket(cast.mail)
    moving.merge(ticket, into=there, actor=cast.ana.as_actor())
    assert callbacks_of(there) == [callback]
    settling.record_call(callback, outcome="called", actor=cast.ben.as_actor())
    assert callbacks_of(there)[0].state == "called"


def test_moved_callback_is_a_new_promise_and_undo_brings_the_old_one_back(
    cast: Cast, callback: Callback, ticket: Ticket
) -> None:
    ana, later = cast.ana.as_actor(), now() + timedelta(days=1)
    again = move_callback(callback, starts_at=later, ends_at=later + HALF_HOUR, actor=ana)
    callback.refresh_from_db()
    assert (callback.state, again.assignee, again.phone) == ("moved", cast.ben, callback.phone)
    settling.undo_callback(callback, actor=ana)
    assert list(Callback.objects.order_by("id").values_list("state", flat=True)) == ["planned", "cancelled"]
    third = move_callback(callback, starts_at=later, ends_at=later + HALF_HOUR, actor=ana)
    settling.record_call(third, outcome="called", actor=ana)
    with pytest.raises(Conflict, match="settled already"):
        settling.undo_callback(callback, actor=ana)
    with pytest.raises(Invalid, match="time is over"):
        move_callback(plan_callback(ticket, a_plan(), actor=ana), starts_at=now() - HALF_HOUR, ends_at=now(), actor=ana)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"phone": "030 901820"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"starts_at": timedelta(hours=-1)}, "starts_at"),
        ({"ends_at": timedelta(minutes=61)}, "ends_at"),
        ({"starts_at": timedelta(days=91), "ends_at": timedelta(days=91, hours=1)}, "starts_at"),
    ],
)
def test_promise_that_cannot_be_meant_is_refused_at_its_field(
    cast: Cast, ticket: Ticket, plan: dict[str, str | timedelta], field: str
) -> None:
    meant = {name: now() + value if isinstance(value, timedelta) else value for name, value in plan.items()}
    with pytest.raises(Invalid) as refusal:
        plan_callback(ticket, a_plan(**meant), actor=cast.ana.as_actor())
    assert set(refusal.value.fields) == {field}


def test_number_without_its_country_is_read_where_the_region_is_known() -> None:
    assert normal_phone("030 / 90 18 20", region="de") == "+4930901820"


def test_light_agent_cannot_be_the_one_who_calls(ticket: Ticket, cast: Cast) -> None:
    looks = an_agent("Lou", role=Role.LIGHT)
    with pytest.raises(Invalid, match="only looks"):
        plan_callback(ticket, a_plan(assignee=looks), actor=cast.ana.as_actor())


def test_callbacks_go_through_the_door_of_tickets(cast: Cast) -> None:
    hidden = plan_callback(new_ticket(cast.legal_mail), a_plan(), actor=cast.cleo.as_actor())
    assert list(callbacks_visible_to(cast.cleo)) == [hidden]
    assert not callbacks_visible_to(cast.ana).exists()
    with pytest.raises(Invalid, match="may not see"):
        plan_callback(hidden.ticket, a_plan(assignee=cast.ana), actor=cast.cleo.as_actor())
    with pytest.raises(NotAllowed):
        settling.cancel_callback(hidden, actor=cast.lia.as_actor())


def test_window_over_the_change_of_clocks_is_missed_at_its_end_and_not_an_hour_off(
    cast: Cast, time_machine: time_machine.TimeMachineFixture
) -> None:
    """From 1:45 to 3:15 on the morning when clocks go forward at two is half an hour in Berlin."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    time_machine.move_to(datetime(2026, 3, 28, 12, tzinfo=berlin), tick=False)
    ticket = new_ticket(cast.mail)
    window = {
        "starts_at": datetime(2026, 3, 29, 1, 45, tzinfo=berlin).astimezone(ZoneInfo("UTC")),
        "ends_at": datetime(2026, 3, 29, 3, 15, tzinfo=berlin).astimezone(ZoneInfo("UTC")),
    }
    callback = plan_callback(ticket, a_plan(**window), actor=cast.ana.as_actor())
    assert callback.ends_at - callback.starts_at == timedelta(minutes=30)
    time_machine.move_to(datetime(2026, 3, 29, 3, 14, tzinfo=berlin), tick=False)
    assert missing.miss_due() == 0
    time_machine.move_to(datetime(2026, 3, 29, 3, 15, tzinfo=berlin), tick=False)
    assert missing.miss_due() == 1
    assert TicketEvent.objects.get(kind="CallbackMissed").data["late_by"] == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_tell_each_callback_once(cast: Cast) -> None:
    for minutes in (60, 10) * 6:
        let_begin(plan_callback(new_ticket(cast.mail), a_plan(), actor=cast.ana.as_actor()), minutes=minutes)
    barrier = Barrier(2)

    def sweep() -> None:
        barrier.wait()
        try:
            tick_callbacks()
        finally:
            connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = TicketEvent.objects.filter(kind__in=["CallbackNear", "CallbackMissed"]).values_list("kind", flat=True)
    assert sorted(kinds) == ["CallbackMissed"] * 6 + ["CallbackNear"] * 6
    assert Fact.objects.filter(kind="callback_missed").count() == 6
