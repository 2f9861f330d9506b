"""Budgets, limits, addresses and hours of the chat's doors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import redis
import time_machine
from django.core.cache import cache
from pytest_django import Settings

from core import limits
from core.clock import now
from core.errors import TooMany
from core.limits import Limit
from core.peer import client_address
from people.models import Agent, Availability, Team
from portal.availability import availability_of, expected_in_words
from portal.budget import Budget
from sla.prediction import Expected
from sla.services.hours import HoursDraft, save_hours
from tests.cast import Cast
from tests.desk import a_team
from tickets.models import Brand


def test_bucket_empties_and_fills_with_time() -> None:
    bucket = Budget(per_second=10, most=20, at=0)
    assert bucket.take(20, at=0)
    assert not bucket.take(1, at=0)
    assert bucket.take(10, at=1)
    assert not bucket.take(21, at=100)
    assert bucket.take(20, at=100)


def test_caller_comes_too_often_and_is_told_when_to_return() -> None:
    limit = Limit(name="test-once", times=1, seconds=3600)
    subject = now().isoformat()
    limits.require(limit, subject)
    with pytest.raises(TooMany) as refusal:
        limits.require(limit, subject)
    assert 0 < refusal.value.details["retry_after"] <= 3600
    limits.require(limit, f"{subject} of another")


def test_redis_is_away_and_the_process_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(url: str) -> redis.Redis:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(limits, "_redis", gone)
    limit = Limit(name="test-local", times=2, seconds=3600)
    assert [limits.is_within(limit, "x") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("9.9.9.9", "6.6.6.6", [], "9.9.9.9"),
        ("10.0.0.1", "6.6.6.6, 7.7.7.7", ["10.0.0.0/8"], "7.7.7.7"),
        ("10.0.0.1", "6.6.6.6, 10.0.0.2", ["10.0.0.0/8"], "6.6.6.6"),
        ("10.0.0.1", "", ["10.0.0.0/8"], "10.0.0.1"),
        ("10.0.0.1", "nonsense", ["10.0.0.0/8"], "unknown"),
        ("", "6.6.6.6", ["10.0.0.0/8"], "6.6.6.6"),
        ("", "6.6.6.6", [], "unknown"),
        ("2001:db8::1:2:3", "", [], "2001:db8::"),
        ("::ffff:9.9.9.9", "", [], "9.9.9.9"),
    ],
)
def test_address_is_the_visitors_and_no_one_elses_word(
    peer: str, forwarded: str, trusted: list[str], address: str
) -> None:
    assert client_address(peer, forwarded, trusted) == address


@pytest.mark.django_db
def test_widget_has_hours_and_is_closed_outside_them(cast: Cast, settings: Settings) -> None:
    cast.chat.config = {"hours": "Office"}
    cast.chat.save()
    with time_machine.travel(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), tick=False) as clock:  # a Monday
        save_hours(HoursDraft(name="Office", time_zone="UTC", periods=[(0, 9 * 60, 17 * 60)]))
        cast.ana.availability, cast.ana.last_seen_at = Availability.AVAILABLE, now()
        cast.ana.save()
        closed = availability_of(cast.chat)
        assert (closed.is_online, closed.opens_at) == (False, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
        clock.move_to(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
        cast.ana.last_seen_at = now()
        cast.ana.save()
        assert availability_of(cast.chat).is_online


@pytest.mark.django_db
def test_widget_opens_with_the_hours_of_its_brand_unless_it_has_its_own(cast: Cast) -> None:
    acme = Brand.objects.create(name="Acme")
    cast.chat.brand = acme
    cast.chat.save()
    with time_machine.travel(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), tick=False):  # a Monday
        ten, nine = ([(0, opens * 60, 17 * 60)] for opens in (10, 9))
        save_hours(HoursDraft(name="Brand", time_zone="UTC", periods=ten, brand_ids=[acme.pk]))
        assert availability_of(cast.chat).opens_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
        save_hours(HoursDraft(name="Own", time_zone="UTC", periods=nine, inbox_ids=[cast.chat.pk]))
        assert availability_of(cast.chat).opens_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "team", "is_private", "is_online"),
    [
        ("lia", "support", False, False),
        ("ana", "support", False, True),
        ("mona", "support", False, False),
        ("cleo", "support", False, False),
        ("ana", "support", True, False),
        ("cleo", "legal", True, True),
        ("mona", "nobody", True, True),
        ("ben", "nobody", True, False),
        ("ben", "", False, True),
    ],
)
def test_chat_is_online_while_somebody_of_its_team_is_there_who_may_answer_it(
    cast: Cast, name: str, team: str, is_private: bool, is_online: bool
) -> None:
    cache.clear()
    cast.support.members.add(cast.lia)
    nobody = a_team("Nobody")
    cast.chat.default_team = {"support": cast.support, "legal": cast.legal, "nobody": nobody, "": None}[team]
    cast.chat.is_private = is_private
    cast.chat.save()
    cast.chat.teams.set([cast.legal])
    agent: Agent = getattr(cast, name)
    agent.availability, agent.last_seen_at = Availability.AVAILABLE, now()
    agent.save()
    assert availability_of(cast.chat).is_online == is_online


@pytest.mark.django_db
def test_chat_follows_the_sun_to_the_team_that_helps_out_in_its_own_hours(cast: Cast) -> None:
    Team.objects.filter(pk=cast.support.pk).update(overflow_team=cast.legal)
    Team.objects.filter(pk=cast.legal.pk).update(overflow_team=cast.support)
    agents = Agent.objects.filter(pk__in=[cast.ana.pk, cast.cleo.pk])
    with time_machine.travel(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), tick=False) as clock:  # a Monday
        for name, team, opens, closes in (("Day", cast.support, 9, 17), ("Night", cast.legal, 16, 24)):
            period = [(0, opens * 60, closes * 60)]
            save_hours(HoursDraft(name=name, time_zone="UTC", periods=period, team_ids=[team.pk]))
        assert availability_of(cast.chat).opens_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        told = []
        for hour, online in ((10, cast.cleo), (10, cast.ana), (20, cast.ana), (20, cast.cleo)):
            clock.move_to(datetime(2026, 11, 23, hour, 0, tzinfo=UTC))
            agents.update(last_seen_at=None)
            agents.filter(pk=online.pk).update(availability=Availability.AVAILABLE, last_seen_at=now())
            cache.clear()
            told.append(availability_of(cast.chat).is_online)
        assert told == [False, True, False, True]


@pytest.mark.django_db
@pytest.mark.parametrize(("usual", "words"), [(600, "Usually within 10 minutes"), (90_000, "")])
def test_chat_tells_only_spans_that_a_chat_waits_for(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, usual: int, words: str
) -> None:
    likely = Expected(
        p50_seconds=usual, p90_seconds=usual, usual_p50_seconds=usual, basis="history", waiting=0, agents=1, sample=50
    )
    monkeypatch.setattr("portal.availability.expected_response", lambda inbox: likely)
    assert expected_in_words(cast.chat) == words
