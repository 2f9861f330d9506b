"""Takes the words of a removed message out of the reasons that rules have kept."""

from __future__ import annotations

from routing.models import RuleRun
from tickets.conditions.facts import MessageFact
from tickets.conditions.kinds import TEXT
from tickets.conditions.registry import facts
from tickets.selectors.links import whereabouts

_GONE = "removed"


def forget_words(message_id: int) -> None:
    """Of all runs on its tickets: which message a rule had looked at is not kept."""
    words = tuple(fact.label for fact in facts() if type(fact) is MessageFact and fact.kind is TEXT)
    for run in RuleRun.objects.filter(ticket_id__in=whereabouts(message_id)).exclude(findings=[]):
        run.findings = [
            {**finding, "seen": _GONE} if finding["test"].startswith(words) else finding for finding in run.findings
        ]
        run.save(update_fields=["findings"])
