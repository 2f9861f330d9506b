"""Put the ticket under a chosen SLA policy from now on, or back under the one whose conditions hold."""

from __future__ import annotations

from django import forms

from core.errors import Invalid
from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from sla.models import Policy
from sla.services import pinning
from sla.services.fitting import tried
from tickets.models import Ticket

FITTING = "fitting"


def _policy_choices() -> list[tuple[str, str]]:
    named = [(str(pk), name) for pk, name in tried().values_list("pk", "name")]
    return [*named, (FITTING, "The one whose conditions hold")]


class StartSlaForm(forms.Form):
    policy = forms.ChoiceField(
        choices=_policy_choices, label="Policy", help_text="Its times count in full from this moment."
    )


class StartSla(Action):
    key = "start_sla"
    label = "Start an SLA policy"
    Params = StartSlaForm

    def describe(self, params: Values) -> str:
        if params["policy"] == FITTING:
            return "Give it back to the SLA policy that fits"
        policy = _policy(params)
        return f"Start the SLA policy {policy.name}" if policy else "Start an SLA policy that is gone"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        if params["policy"] == FITTING:
            pinning.release(ticket, actor=actor)
            return
        policy = _policy(params)
        if policy is None:
            raise Invalid("The policy of this action is gone.", fields={"policy": "Choose another one."})
        pinning.start_policy(ticket, policy=policy, actor=actor)


def _policy(params: Values) -> Policy | None:
    return Policy.objects.filter(pk=int(params["policy"])).first() if params["policy"].isdecimal() else None
