"""Tell another system about the ticket by a POST to its address."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.services import webhooks
from tickets.models import Ticket


class CallWebhookForm(forms.Form):
    url = forms.URLField(label="Address", max_length=500, assume_scheme="https")


class CallWebhook(Action):
    key = "call_webhook"
    label = "Call a webhook"
    Params = CallWebhookForm
    is_unsafe = True

    def describe(self, params: Values) -> str:
        return f"Call {urlsplit(params['url']).hostname or 'a webhook'}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        webhooks.ask_for_call(ticket, url=params["url"], actor=actor)
