"""Answer the customer with a prepared text; from a rule it is automatic mail, and kept from looping."""

from __future__ import annotations

from typing import Any

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.wording import TextForm, filled, shortened
from routing.fitting_texts import fitting_text
from routing.models import Macro
from tickets.models import Ticket
from tickets.selectors.automatic_replies import may_answer_automatically
from tickets.services import messages


def _macro_choices() -> list[tuple[str, str]]:
    macros = Macro.objects.filter(owner=None, archived_at=None).exclude(texts=[]).order_by("name", "id")
    return [("", "—"), *((str(pk), name) for pk, name in macros.values_list("pk", "name"))]


class ReplyForm(TextForm):
    macro = forms.ChoiceField(
        choices=_macro_choices,
        label="Or the text of the macro",
        required=False,
        help_text="In the customer's language and for the channel, where the macro has such a text.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False

    def clean(self) -> None:
        if not self.errors and bool(self.cleaned_data.get("text")) == bool(self.cleaned_data.get("macro")):
            self.add_error("text", "Write a text, or choose a macro that has one.")


class ReplyWithTemplate(Action):
    key = "reply_with_template"
    label = "Reply with a text"
    Params = ReplyForm
    is_unsafe = True
    sends = True

    def describe(self, params: Values) -> str:
        if not params.get("macro"):
            return f"Reply “{shortened(params['text'])}”"
        macro = _macro(params)
        return f"Reply with the text of “{macro.name}”" if macro else "Reply with the text of a macro that is gone"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        is_automatic = actor.kind != "agent"
        if is_automatic and not may_answer_automatically(ticket):
            return "Wrote nothing: no automatic answer may go to them now"
        text = filled(_text(params, ticket), ticket, by_itself=is_automatic)
        if not text.strip():
            return "Wrote nothing: the macro is gone, or has no text for this channel"
        messages.reply(ticket, text=text, is_automatic=is_automatic, actor=actor)
        return None


def _text(params: Values, ticket: Ticket) -> str:
    if not params.get("macro"):
        return str(params["text"])
    macro = _macro(params)
    return fitting_text(macro.texts, language=ticket.contact.language, channel=ticket.channel) if macro else ""


def _macro(params: Values) -> Macro | None:
    """None where the rule has a text of its own, or the macro was put away."""
    chosen = params.get("macro")
    return Macro.objects.filter(pk=int(chosen), owner=None, archived_at=None).first() if chosen else None
