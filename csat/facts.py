"""What ratings add to the condition language: the newest rating of a ticket, its words, and how its recovery stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from csat.models import Rating, Recovery
from tickets.conditions.facts import Fact
from tickets.conditions.kinds import NOTHING, NUMBER, TEXT, WORD, FactValue
from tickets.conditions.occasion import Occasion
from tickets.conditions.registry import register

SECTION = "Satisfaction"
OPEN, OVERDUE, CLOSED = "open", "overdue", "closed"
RECOVERY_STATES = [(OPEN, "open"), (OVERDUE, "open and overdue"), (CLOSED, "closed")]


class RatingFact(Fact):
    """A column of the newest rating; on the event of a rating that is the one just given."""

    def value(self, occasion: Occasion) -> FactValue:
        found = Rating.objects.filter(ticket_id=occasion.ticket.pk, is_latest=True)
        value: FactValue = found.values_list("score" if self.kind is NUMBER else "comment", flat=True).first()
        return value

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        newest = Rating.objects.filter(ticket_id=OuterRef("pk"), is_latest=True)
        column = "score" if self.kind is NUMBER else "comment"
        return Q(Exists(newest.filter(self.kind.where(op, column, wanted, at))))


class RecoveryFact(Fact):
    """Of the ticket's newest rating."""

    def value(self, occasion: Occasion) -> FactValue:
        found = Recovery.objects.filter(ticket_id=occasion.ticket.pk, rating__is_latest=True).first()
        if found is None:
            return None
        if not found.is_open:
            return CLOSED
        return OVERDUE if found.due_at <= occasion.at else OPEN

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        of_newest = Recovery.objects.filter(ticket_id=OuterRef("pk"), rating__is_latest=True)
        if op == "is_set":
            return Q(Exists(of_newest))
        states = {
            OPEN: Q(closed_at__isnull=True, due_at__gt=at),
            OVERDUE: Q(closed_at__isnull=True, due_at__lte=at),
            CLOSED: Q(closed_at__isnull=False),
        }
        found = NOTHING
        for state in wanted if op == "in" else [wanted]:
            found |= states.get(state, NOTHING)
        return Q(Exists(of_newest.filter(found)))


register(RatingFact("rating", "Rating (1 to 5)", NUMBER, section=SECTION))
register(RatingFact("rating_comment", "Rating's comment", TEXT, section=SECTION))
register(RecoveryFact("recovery", "Recovery", WORD, section=SECTION, choices=lambda: list(RECOVERY_STATES)))
