"""Tells the open lists when tickets wait for another reason than before: somebody came, left, or has room again."""

from __future__ import annotations

from django.core.cache import cache

from core.events.bus import publish
from core.events.catalogue import WaitReasonChanged
from people.models import TeamStrategy
from routing.selectors.situation import Words, look, note_change, words_of
from tickets.selectors.workload import unowned_tickets

# Of one reason; rows further down say it when their list is loaded again.
MOST_ROWS = 500
_TOLD = "routing:reasons"
_FORGOTTEN_AFTER = 3600

# Team, inbox and skills: whatever asks for the same waits for the same reason.
Ask = tuple[int, int, tuple[str, ...]]


def tell() -> int:
    """Of how many kinds of tickets the reason is another now; what was never told is another, too."""
    asks = _asks()
    before: dict[str, str] = cache.get(_TOLD) or {}
    if not asks and not before:
        return 0
    now_is = look()
    words = {ask: words_of(now_is, team_id=ask[0], inbox_id=ask[1], skills=ask[2]) for ask in asks}
    said = {_key(ask): short for ask, (short, _) in words.items()}
    if said == before:
        return 0
    cache.set(_TOLD, said, _FORGOTTEN_AFTER)
    note_change()
    changed = [ask for ask in asks if before.get(_key(ask)) != said[_key(ask)]]
    for ask in changed:
        _tell(ask, words[ask])
    return len(changed)


def _asks() -> list[Ask]:
    """Where tickets are taken by hand they wait for nobody in particular."""
    waiting = unowned_tickets().filter(team__is_active=True).exclude(team__strategy=TeamStrategy.MANUAL)
    rows = waiting.order_by().values_list("team_id", "inbox_id", "skills").distinct()
    return [(team_id or 0, inbox_id, tuple(skills)) for team_id, inbox_id, skills in rows]


def _key(ask: Ask) -> str:
    team_id, inbox_id, skills = ask
    return f"{team_id} {inbox_id} {','.join(skills)}"


def _tell(ask: Ask, words: Words) -> None:
    team_id, inbox_id, skills = ask
    short, sentence = words
    waiting = unowned_tickets().filter(team_id=team_id, inbox_id=inbox_id, skills=list(skills))
    newest = waiting.order_by("-last_message_at").values_list("pk", flat=True)[:MOST_ROWS]
    publish(
        WaitReasonChanged(team_id=team_id, inbox_id=inbox_id, short=short, sentence=sentence, ticket_ids=tuple(newest))
    )
