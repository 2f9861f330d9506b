"""Answer the customer with a prepared text; from a rule it is automatic mail, and kept from looping."""

from __future__ import annotations

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.wording import TextForm, filled, shortened
from tickets.models import Ticket
from tickets.selectors.automatic_replies import may_answer_automatically
from tickets.services import messages


class ReplyWithTemplate(Action):
    key = "reply_with_template"
    label = "Reply with a text"
    Params = TextForm
    is_unsafe = True
    sends = True

    def describe(self, params: Values) -> str:
        return f"Reply “{shortened(params['text'])}”"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        is_automatic = actor.kind != "agent"
        if is_automatic and not may_answer_automatically(ticket):
            return
        text = filled(params["text"], ticket, by_itself=is_automatic)
        if text.strip():
            messages.reply(ticket, text=text, is_automatic=is_automatic, actor=actor)
