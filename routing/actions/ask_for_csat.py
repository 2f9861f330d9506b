"""Ask the customer how it was, whatever the ticket's status."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from csat.models import Survey
from csat.selectors.eligibility import survey_for
from csat.services import asking
from routing.actions.base import Action, Values
from tickets.models import Ticket

FITTING = "fitting"


def _choices() -> list[tuple[str, str]]:
    surveys = Survey.objects.filter(is_active=True).values_list("pk", "name")
    return [(FITTING, "the one that fits the ticket"), *((str(pk), name) for pk, name in surveys)]


class AskForCsatForm(forms.Form):
    survey = forms.ChoiceField(
        label="Survey",
        choices=_choices,
        help_text="The rule says when; the survey's own delay and conditions do not count.",
    )


class AskForCsat(Action):
    key = "ask_for_csat"
    label = "Ask for a rating"
    Params = AskForCsatForm
    # Agents may ask by hand, too; so may their own macros, with a Send.
    waits_for_send = True

    def describe(self, params: Values) -> str:
        return f"Ask for a rating{_named(params['survey'])}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        chosen = params["survey"]
        survey = survey_for(ticket) if chosen == FITTING else Survey.objects.filter(pk=int(chosen)).first()
        if survey is None or not survey.is_active:
            return "Nobody was asked: no survey fits"
        asking.ask(ticket, survey=survey, actor=actor)
        return None


def _named(chosen: str) -> str:
    if chosen == FITTING:
        return ""
    name = Survey.objects.filter(pk=int(chosen)).values_list("name", flat=True).first()
    return f" with “{name}”" if name else ""
