"""Move the ticket to a team."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from people.models import Team
from routing.actions.base import Action, Values
from routing.actions.recipients import NOBODY, team_choices
from tickets.models import Ticket
from tickets.services import changes


class AssignTeamForm(forms.Form):
    team = forms.ChoiceField(choices=team_choices, label="Team")


class AssignTeam(Action):
    key = "assign_team"
    label = "Assign to a team"
    Params = AssignTeamForm

    def describe(self, params: Values) -> str:
        team = _team(params)
        return f"Move to {team.name}" if team else "Take out of its team"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        team = _team(params)
        if team is None and params["team"] != NOBODY:
            return
        changes.assign_team(ticket, team=team, actor=actor)


def _team(params: Values) -> Team | None:
    return Team.objects.filter(pk=int(params["team"])).first() if params["team"].isdigit() else None
