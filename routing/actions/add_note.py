"""Add an internal note."""

from __future__ import annotations

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.wording import TextForm, filled, shortened
from tickets.models import Ticket
from tickets.services import messages


class AddNote(Action):
    key = "add_note"
    label = "Add a note"
    Params = TextForm

    def describe(self, params: Values) -> str:
        return f"Add the note “{shortened(params['text'])}”"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        messages.add_note(ticket, text=filled(params["text"], ticket), actor=actor)
