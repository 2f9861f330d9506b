"""The sets of facts that figures count: each condition is written once, for the figure and for the list behind it.

The conditions are constant SQL over one row of `sla_fact` (here: f); docs/sla.md says what each kind holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ANSWERS = ("first_response", "next_response")
PROMISES = (*ANSWERS, "update", "resolution")


@dataclass(frozen=True, slots=True)
class FactSet:
    """Some facts: their `kinds`, narrowed by `sql`. `title` heads the list of them. `live` is a statement for the
    tickets that the set is about at this moment: it is asked at every look, while `sql` is kept with a closed day."""

    key: str
    title: str
    kinds: tuple[str, ...]
    sql: str = "true"
    live: str = ""

    @property
    def where(self) -> str:
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        now = f" AND f.ticket_id IN ({self.live})" if self.live else ""
        return f"(f.kind IN ({kinds}) AND {self.sql}{now})"


_WAS_DECIDED = "(f.kind = 'breached' OR f.is_kept)"
# The first thing that explains a missed promise; each miss has exactly one reason.
_AFTER_REOPENING = (
    "EXISTS (SELECT FROM sla_fact r WHERE r.ticket_id = f.ticket_id AND r.kind = 'reopened' AND r.at <= f.at)"
)
_HANDED_ON = (
    "EXISTS (SELECT FROM sla_fact r WHERE r.ticket_id = f.ticket_id AND r.kind IN ('transferred', 'team_changed')"
    " AND r.at <= f.at AND r.at >= f.began_at AND r.at > f.began_at + interval '1 second')"
)
# More than half of the time to the deadline went by on the wall while the desk was closed.
_OUTSIDE = "(f.business_seconds IS NOT NULL AND f.wall_seconds > 2 * f.business_seconds)"
# In two halves, as the indexes of open tickets are.
_OPEN_TICKETS = """
    SELECT t.id FROM tickets_ticket t WHERE t.status IN ('open', 'pending', 'on_hold') AND t.snoozed_until IS NULL
    UNION ALL
    SELECT t.id FROM tickets_ticket t
    WHERE t.status IN ('open', 'pending', 'on_hold') AND t.snoozed_until IS NOT NULL"""
_REASONS = {
    "reopened": ("Reopened", _AFTER_REOPENING),
    "unassigned": ("Nobody had it", f"NOT {_AFTER_REOPENING} AND f.agent_id IS NULL"),
    "handed_on": ("Handed on", f"NOT {_AFTER_REOPENING} AND f.agent_id IS NOT NULL AND {_HANDED_ON}"),
    "outside": (
        "Outside the hours",
        f"NOT {_AFTER_REOPENING} AND f.agent_id IS NOT NULL AND NOT {_HANDED_ON} AND {_OUTSIDE}",
    ),
    "agent": (
        "Waited for the agent",
        f"NOT {_AFTER_REOPENING} AND f.agent_id IS NOT NULL AND NOT {_HANDED_ON} AND {_OUTSIDE} IS NOT TRUE",
    ),
}
REASONS = {f"missed_{key}": title for key, (title, _) in _REASONS.items()}

# Spam and merged tickets go once: not where they were solved already.
_WENT_OUT = (
    "(f.kind = 'resolution' OR ((f.kind = 'spam' OR (f.data->>'what' = 'MessagesMovedOut'"
    " AND (f.data->>'is_merge')::boolean)) AND NOT EXISTS (SELECT FROM sla_fact o WHERE o.ticket_id = f.ticket_id"
    " AND o.kind = 'resolution' AND o.at < f.at AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = o.id)"
    " AND NOT EXISTS (SELECT FROM sla_fact r"
    " WHERE r.ticket_id = f.ticket_id AND r.kind = 'reopened' AND r.at >= o.at AND r.at < f.at))))"
)
# Who leaves within ten seconds has not waited for an answer.
_WAITED_FOR_SOMEBODY = "(f.kind <> 'chat_abandoned' OR f.wall_seconds >= 10)"
_STATE = "(f.data->>'state')"
_IS_PLANNED = "(f.data->>'is_planned')::boolean"
# The time that one look at an agent stands for.
LOOK_SECONDS = 900

_SCORE = "(f.data->>'score')::int"
_HAS_WORDS = "(f.data->>'comment')::boolean"

_SETS = (
    FactSet("decided", "Promises decided", ("breached", *PROMISES), _WAS_DECIDED),
    FactSet("kept", "Promises kept", PROMISES, "f.is_kept"),
    FactSet("missed", "Promises missed", ("breached",)),
    *(FactSet(f"missed_{key}", f"Promises missed: {title.lower()}", ("breached",), sql)
      for key, (title, sql) in _REASONS.items()),
    FactSet("paused", "Promises that began to stand still", ("paused",)),
    FactSet("first_answers", "First answers", ("first_response",)),
    FactSet("next_answers", "Later answers", ("next_response",)),
    FactSet("answers", "Answers to customers who waited", ANSWERS),
    FactSet("solved", "Tickets solved", ("resolution",)),
    FactSet(
        "first_contact", "Tickets solved with the first answer", ("resolution",),
        "(f.data->>'replies')::int = 1 AND (f.data->>'reopens')::int = 0",
    ),
    FactSet("opened", "Tickets opened", ("opened",)),
    FactSet(
        "still_open", "Tickets that are still open", ("opened",),
        live=_OPEN_TICKETS,
    ),
    FactSet("reopened", "Tickets reopened", ("reopened",)),
    FactSet("spam", "Tickets found to be spam", ("spam",)),
    FactSet("taken", "Tickets taken or given to an agent", ("assigned",), "f.data->>'after' IS NOT NULL"),
    FactSet("transferred", "Handed from agent to agent", ("transferred",), "f.data->>'after' IS NOT NULL"),
    FactSet("team_hops", "Moved to another team", ("team_changed",), "f.data->>'before' IS NOT NULL"),
    FactSet("channel_hops", "Continued on another channel", ("channel_hopped",)),
    FactSet("escalated", "Steps of escalation paths", ("escalated",)),
    FactSet("rule_runs", "Runs of rules", ("rule_ran",)),
    FactSet("macros", "Macros used", ("macro_applied",)),
    FactSet("foretold", "Expectations that met an answer", ("foretold",)),
    FactSet(
        "within_p50", "Answers within the usual time told", ("foretold",),
        "f.wall_seconds <= (f.data->>'p50')::float8",
    ),
    FactSet("within_p90", "Answers within the longest time told", ("foretold",), "f.is_kept"),
    FactSet("later_than_told", "Answers later than the longest time told", ("foretold",), "NOT f.is_kept"),
    FactSet("undelivered", "Messages that could not be delivered", ("delivery_failed",)),
    FactSet("csat_asked", "Customers asked for a rating", ("csat_asked",)),
    FactSet("csat_answered", "Questions that were answered", ("csat_answered",)),
    FactSet("rated", "Ratings", ("rated",)),
    FactSet("rated_good", "Ratings of 4 and 5", ("rated",), f"{_SCORE} >= 4"),
    FactSet("rated_bad", "Ratings of 1 and 2", ("rated",), f"{_SCORE} <= 2"),
    *(FactSet(f"rated_{score}", f"Ratings of {score}", ("rated",), f"{_SCORE} = {score}") for score in range(1, 6)),
    FactSet("commented", "Ratings with a comment", ("rated",), _HAS_WORDS),
    FactSet("commented_good", "Ratings of 4 and 5 with a comment", ("rated",), f"{_HAS_WORDS} AND {_SCORE} >= 4"),
    FactSet("commented_bad", "Ratings of 1 and 2 with a comment", ("rated",), f"{_HAS_WORDS} AND {_SCORE} <= 2"),
    FactSet("recoveries", "Recoveries begun", ("recovery_opened",)),
    FactSet("recovered", "Recoveries with an outcome", ("recovery_closed",)),
    FactSet("recovered_in_time", "Recoveries in time", ("recovery_closed",), "(f.data->>'in_time')::boolean"),
    FactSet("won_back", "Customers won back", ("recovery_closed",), "f.data->>'outcome' = 'won_back'"),
    FactSet("came_in", "Tickets opened or reopened", ("opened", "reopened")),
    FactSet("went_out", "Tickets solved, found to be spam or merged", ("resolution", "spam", "rearranged"), _WENT_OUT),
    FactSet("chats_begun", "Chats that visitors began", ("chat_begun",)),
    FactSet("chats", "Chats answered or abandoned", ("chat_answered", "chat_abandoned"), _WAITED_FOR_SOMEBODY),
    FactSet("chats_answered", "Chats answered", ("chat_answered",)),
    FactSet("chats_abandoned", "Chats abandoned", ("chat_abandoned",), _WAITED_FOR_SOMEBODY),
    FactSet("chats_left_early", "Chats left at once", ("chat_abandoned",), f"NOT {_WAITED_FOR_SOMEBODY}"),
    FactSet("chat_words_left", "Messages left while nobody was there", ("chat_left_word",)),
    FactSet("rings_missed", "Chats that rang out at an agent", ("ring_missed",)),
    FactSet("on_duty", "Looks that found an agent at work", ("on_duty",), f"{_STATE} IN ('available', 'busy')"),
    FactSet("available", "Looks that found an agent available", ("on_duty",), f"{_STATE} = 'available'"),
    FactSet("away", "Looks that found an agent connected, but away", ("on_duty",), f"{_STATE} = 'away'"),
    FactSet("planned", "Looks during an agent's shift", ("on_duty",), _IS_PLANNED),
    FactSet("absent", "Looks that missed an agent during their shift", ("on_duty",),
            f"({_IS_PLANNED} AND {_STATE} = 'absent')"),
    FactSet("held", "What available agents held, every quarter of an hour", ("held",)),
    FactSet("callbacks_planned", "Callbacks promised", ("callback_planned",)),
    FactSet("callbacks_made", "Callbacks made", ("callback_made",)),
    FactSet("callbacks_unanswered", "Callbacks that nobody answered", ("callback_made",),
            "f.data->>'outcome' = 'no_answer'"),
    FactSet("callbacks_kept", "Callbacks kept", ("callback_made",), "(f.data->>'kept')::boolean"),
    FactSet("callbacks_missed", "Callbacks missed", ("callback_missed",)),
    FactSet("callbacks_decided", "Callbacks kept or missed", ("callback_made", "callback_missed"),
            "(f.kind = 'callback_missed' OR (f.data->>'kept')::boolean)"),
)  # fmt: skip

SETS: dict[str, FactSet] = {found.key: found for found in _SETS}

# The one number of a fact that metrics add up or average, by its kind: SQL over the row f that gives a float8.
AMOUNTS: dict[str, str] = {
    "foretold": "(f.data->>'off')::float8",
    "chat_answered": "(f.data->>'at_once')::float8",
    "on_duty": f"{LOOK_SECONDS}::float8",
    "held": "(f.data->>'percent')::float8",
    "rated": "(f.data->>'score')::float8",
}
# The one thing that a fact is about beside its ticket, by its kind: SQL over the row f that gives a text such as
# "rule:7". The word before the colon keeps the kinds apart; reports/fact_names.py knows what to call them.
ITEMS: dict[str, str] = {
    "rule_ran": "'rule:' || (f.data->>'rule')",
    "macro_applied": "'macro:' || (f.data->>'macro')",
    "delivery_failed": "'failure:' || coalesce(f.data->>'why', 'other')",
}


def by_kind(expressions: Mapping[str, str], kinds: Iterable[str], otherwise: str) -> str:
    """The expression that goes with the kind of the row f."""
    cases = [f"WHEN '{kind}' THEN {expressions[kind]}" for kind in kinds if kind in expressions]
    return f"CASE f.kind {' '.join(cases)} ELSE {otherwise} END" if cases else otherwise


def kinds_of(keys: Iterable[str]) -> list[str]:
    return sorted({kind for key in keys for kind in SETS[key].kinds})
