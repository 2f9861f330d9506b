"""Come back to the ticket in some days, unless it is resolved by then."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.services import errands
from tickets.models import Ticket


class FollowUpForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=365, label="Days")
    text = forms.CharField(label="What to remember", max_length=300, required=False)


class FollowUp(Action):
    key = "follow_up"
    label = "Follow up later"
    Params = FollowUpForm

    def describe(self, params: Values) -> str:
        days = params["days"]
        return f"Follow up in {days} day{'s' if days != 1 else ''}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        errands.remind(ticket, days=params["days"], text=params.get("text") or "", actor=actor)
