"""Which values a person is offered in a condition: nothing by whose name they would learn what they may not see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from people.models import Agent, Organization, Team
from tickets.conditions.facts import Choices
from tickets.selectors.access import brands_visible_to, inboxes_visible_to, scopes_of, tickets_visible_to

MOST_ORGANIZATIONS = 200


def seen_choices(fact: str, offered: Choices, agent: Agent) -> Choices:
    """Of the offered values those that the agent may know."""
    if agent.sees_everything or fact not in ("inbox", "brand", "team", "organization"):
        return offered
    allowed: Iterable[int]
    if fact == "inbox":
        allowed = inboxes_visible_to(agent).values_list("pk", flat=True)
    elif fact == "brand":
        allowed = brands_visible_to(agent).values_list("pk", flat=True)
    elif fact == "team":
        allowed = Team.objects.filter(pk__in=scopes_of(agent).team_ids).values_list("pk", flat=True)
    else:
        theirs = tickets_visible_to(agent).filter(organization_id=OuterRef("pk"))
        allowed = Organization.objects.filter(Exists(theirs)).values_list("pk", flat=True)[:MOST_ORGANIZATIONS]
    known = {str(pk) for pk in allowed}
    return [choice for choice in offered if choice[0] in known]
