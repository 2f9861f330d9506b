"""Who answers what comes into an inbox: members of its team, or of the teams that help that one out."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import Agent, Role, Team
from tickets.models import Inbox


def teams_of(inbox: Inbox) -> list[Team | None]:
    """The inbox's team, then the one that takes over from it, and so on, each once. None alone stands for everybody:
    there is no team, or nobody is in it."""
    found: dict[int, Team] = {}
    next_id = inbox.default_team_id
    while next_id and next_id not in found:
        team = Team.objects.filter(pk=next_id, is_active=True).first()
        if team is None:
            break
        found[team.pk] = team
        next_id = team.overflow_team_id
    members = Team.members.through.objects.filter(team_id__in=found, agent__is_active=True)
    has_people = bool(found) and members.exclude(agent__role=Role.LIGHT).exists()
    return [*found.values()] if has_people else [None]


def answering(agents: QuerySet[Agent], inbox: Inbox, team: Team | None) -> QuerySet[Agent]:
    """Of the agents those who may see the inbox and answer; of this team only, where one is given."""
    # Light agents see the ticket, and may not answer it.
    found = agents.exclude(role=Role.LIGHT)
    if team is not None:
        found = found.filter(teams=team)
    if inbox.is_private:
        allowed = Inbox.objects.filter(pk=inbox.pk, teams__members=OuterRef("pk"))
        found = found.filter(Q(role__in=[Role.ADMIN, Role.MANAGER]) | Exists(allowed))
    return found
