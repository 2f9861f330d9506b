"""What customers of an inbox can expect at this moment, from what answers took lately, who waits and who is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta

from django.core.cache import cache

from core.clock import now
from core.db import run
from people.selectors.agents import online_agents
from sla.models import BusinessHours
from sla.prediction import Expected, Past, predicted
from sla.selectors.promises import calendar_of
from tickets.models import OPEN_STATUSES, Inbox, Ticket
from tickets.selectors.attending import answering, teams_of

LEARNS_FROM = timedelta(days=28)
_PAST_KEPT = 600
_ANSWER_KEPT = 20

# Answers of the last weeks; what stands of them, as Fact.objects.standing() has it.
_PAST = """
    WITH answers AS (
        SELECT f.kind, coalesce(f.counted_seconds, f.business_seconds) AS took, f.agent_id, f.at::date AS day
        FROM sla_fact f
        WHERE f.kind IN ('first_response', 'next_response') AND f.at > %s AND f.at <= %s AND f.inbox_id = %s
            AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)
    )
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE kind = 'first_response'),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE kind = 'first_response'),
        count(*) FILTER (WHERE kind = 'first_response'), count(*), count(DISTINCT day),
        count(DISTINCT (agent_id, day))
    FROM answers"""


def expected_response(inbox: Inbox) -> Expected | None:
    """None while there is too little to learn from. Every open chat asks, so the answer is kept for some seconds."""
    key = _key(inbox.pk)
    known = cache.get(key)
    if known is None:
        found = _expected(inbox)
        known = asdict(found) if found else {}
        cache.set(key, known, _ANSWER_KEPT)
    return Expected(**known) if known else None


def without_expectation(inbox_ids: Iterable[int]) -> set[int]:
    """Of the inboxes, those of which is known at this moment that there is too little to learn from."""
    found = cache.get_many([_key(pk) for pk in inbox_ids])
    return {int(key.rpartition(":")[2]) for key, known in found.items() if not known}


def _key(inbox_id: int) -> str:
    return f"expected:{inbox_id}"


def _expected(inbox: Inbox) -> Expected | None:
    past = _past(inbox)
    if past is None:
        return None
    waiting = Ticket.objects.filter(
        inbox=inbox, status__in=OPEN_STATUSES, waiting_since__isnull=False, snoozed_until__isnull=True
    ).count()
    return predicted(past, waiting=waiting, agents=_agents(inbox), calendar=calendar_of(_hours(inbox)), at=now())


def _agents(inbox: Inbox) -> int:
    """How many are there to answer: of the inbox's team, else of the first team that helps out where somebody is."""
    counts = (answering(online_agents(), inbox, team).count() for team in teams_of(inbox))
    return next((count for count in counts if count), 0)


def _past(inbox: Inbox) -> Past | None:
    key = f"expected-past:{inbox.pk}"
    known = cache.get(key)
    if known is None:
        known = _measured(inbox)
        cache.set(key, known, _PAST_KEPT)
    return Past(**known) if known else None


def _measured(inbox: Inbox) -> dict[str, float | int]:
    until = now()
    since = until - LEARNS_FROM
    p50, p90, sample, answers, days, agent_days = run([(_PAST, [since, until, inbox.pk])])[0]
    if not sample:
        return {}
    open_seconds = calendar_of(_hours(inbox)).between(since, until).total_seconds()
    # A desk that answers little is not slow: an answer costs no more than it usually takes.
    return {
        "p50": p50,
        "p90": p90,
        "sample": sample,
        "seconds_per_answer": min(open_seconds / answers, p50),
        "usual_agents": agent_days / days,
    }


def _hours(inbox: Inbox) -> BusinessHours | None:
    """As for a ticket of the inbox that has come to its team: the team's, the inbox's, the desk's own."""
    found = run([("SELECT sla_hours_of(%s, %s)", [inbox.default_team_id, inbox.pk])])[0][0]
    return BusinessHours.objects.prefetch_related("holidays").get(pk=found) if found else None
