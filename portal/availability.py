"""Whether somebody answers a chat right now, and what the visitor is told when nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import F, Q

from core.clock import now
from people.models import Team
from people.selectors.agents import online_agents
from portal.words import FALLBACK, words_in
from routing.chat_words import span_in
from routing.selectors.duty import agents_on_duty
from sla.models import HoursUse, OpenInterval
from sla.prediction import as_told
from sla.selectors.expectations import expected_response
from tickets.models import Inbox
from tickets.selectors.attending import answering, teams_of

_REMEMBERED_SECONDS = 3
# Who reads "online" waits for minutes; a longer span, as on a Sunday with an eager colleague, would only confuse.
_LONGEST_TOLD_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    is_online: bool
    text: str = ""
    opens_at: datetime | None = None


def availability_of(inbox: Inbox, language: str = FALLBACK) -> Availability:
    """Online when somebody of the inbox's team, or of a team that helps it out, is on duty within that team's hours."""
    opens = {team: _opens_at(inbox, team) for team in teams_of(inbox)}
    told, own = words_in(language).told, inbox.config.get("away_text")
    moments = [at for at in opens.values() if at is not None]
    if len(moments) == len(opens):
        return Availability(is_online=False, text=own or told["closed"], opens_at=min(moments))
    if not _somebody_is_online(inbox, [team for team, at in opens.items() if at is None]):
        return Availability(is_online=False, text=own or told["away"])
    return Availability(is_online=True)


def expected_in_words(inbox: Inbox, language: str = FALLBACK) -> str:
    """How soon an answer is likely; empty while nobody can tell, and where it is more than a chat waits for."""
    expected = expected_response(inbox)
    if expected is None or expected.usual_p50_seconds > _LONGEST_TOLD_SECONDS:
        return ""
    told = words_in(language).told
    usual, now_is = (span_in(language, seconds) if seconds else "" for seconds in as_told(expected))
    return told["usually_now"].format(usual=usual, now=now_is) if now_is else told["usually"].format(usual=usual)


def _somebody_is_online(inbox: Inbox, teams: Sequence[Team | None]) -> bool:
    """Asked by every open chat, so the answer is kept for some seconds."""
    key = f"chat-online:{inbox.pk}:{'-'.join(str(team.pk) for team in teams if team)}"
    known = cache.get(key)
    if known is not None:
        return bool(known)
    is_online = any(agents_on_duty(list(answering(online_agents(), inbox, team))) for team in teams)
    cache.set(key, int(is_online), _REMEMBERED_SECONDS)
    return is_online


def _opens_at(inbox: Inbox, team: Team | None) -> datetime | None:
    """When the hours begin in which this team answers the inbox; None while they last, or where there are none. Hours
    named in the inbox's own settings count before those that were given to the team, the inbox or its brand."""
    name = inbox.config.get("hours")
    whose = Q(hours__name=name) if name else Q(hours=_hours_given(inbox, team))
    at = now()
    intervals = OpenInterval.objects.filter(whose, ends_at__gt=at).order_by("starts_at")
    next_one = intervals.values_list("starts_at", flat=True).first()
    return next_one if next_one and next_one > at else None


def _hours_given(inbox: Inbox, team: Team | None) -> int | None:
    """As promises count, except that the desk's own hours close no chat: whoever is there then wants to be asked."""
    whose = Q(team=team, team__isnull=False) | Q(inbox=inbox) | Q(brand=inbox.brand_id, brand__isnull=False)
    given = HoursUse.objects.filter(whose).order_by(
        F("team_id").asc(nulls_last=True), F("inbox_id").asc(nulls_last=True)
    )
    return given.values_list("hours_id", flat=True).first()
