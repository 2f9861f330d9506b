"""Merge the ticket into another one of the same contact in the same inbox, when there is one."""

from __future__ import annotations

from django import forms
from django.db.models import Q

from core.events.catalogue import Actor
from people.policy import require
from people.selectors.agents import acting_agent
from routing.actions.base import Action, Values
from tickets.models import Ticket
from tickets.models.ticket import IS_OPEN
from tickets.selectors.access import tickets_visible_to
from tickets.services import moving

SAME_SUBJECT = "same_subject"
NEWEST = "newest"
_WHICH = {SAME_SUBJECT: "with the same subject", NEWEST: "that they wrote to last"}


class MergeIntoForm(forms.Form):
    which = forms.ChoiceField(
        label="Into the contact's open ticket",
        choices=list(_WHICH.items()),
        help_text="Of the same inbox. When there is none, nothing happens.",
    )


class MergeInto(Action):
    key = "merge_into"
    label = "Merge into an earlier ticket"
    Params = MergeIntoForm

    def describe(self, params: Values) -> str:
        return f"Merge into the contact's open ticket {_WHICH[params['which']]}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        agent = acting_agent(actor)
        if agent:
            require(agent, "edit_ticket")
        others = (tickets_visible_to(agent) if agent else Ticket.objects.all()).filter(
            IS_OPEN, Q(created_at__lt=ticket.created_at), contact_id=ticket.contact_id, inbox_id=ticket.inbox_id
        )
        if params["which"] == SAME_SUBJECT:
            others = others.filter(subject__iexact=ticket.subject)
        into = others.exclude(pk=ticket.pk).order_by("-last_inbound_at", "-id").first()
        if into:
            moving.merge(ticket, into=into, actor=actor)
