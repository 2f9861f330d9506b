"""The one condition language: data that rules, promises, views, reports and the API share.

Conditions are JSON: a group `{"all": [...]}`, `{"any": [...]}` or `{"none": [...]}` whose parts are groups again, or
tests `{"fact": "priority", "op": "is", "value": "high"}`. A group may carry several of the three; all must hold.
Empty conditions always hold.

`holds(conditions, Occasion(ticket, event))` decides in memory, where something reacts; `where(conditions)` is the same
as a filter of `Ticket` rows, where something lists. A property test proves that both agree.
"""

from tickets.conditions.checking import checked
from tickets.conditions.deciding import findings, holds
from tickets.conditions.language import Conditions, InvalidConditions
from tickets.conditions.listing import for_viewer, sql_of, where
from tickets.conditions.occasion import Occasion
from tickets.conditions.picks import Pick, picks_of
from tickets.conditions.words import in_words

__all__ = [
    "Conditions",
    "InvalidConditions",
    "Occasion",
    "Pick",
    "checked",
    "findings",
    "for_viewer",
    "holds",
    "in_words",
    "picks_of",
    "sql_of",
    "where",
]
