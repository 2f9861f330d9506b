"""Write to a third party about the ticket, in a side conversation that the customer never sees."""

from __future__ import annotations

from django import forms
from django.core.validators import validate_email

from core.events.catalogue import Actor
from csat.link_tokens import without_tokens
from routing.actions.base import Action, Values
from routing.actions.wording import TextForm, filled, shortened, unknown_placeholder
from tickets.models import CustomField, FieldKind, Ticket
from tickets.selectors.sides import last_words_of_customer
from tickets.services import sides
from tickets.services.sides import is_address

QUOTES = [("", "Nothing more"), ("last", "The customer's last message")]


def _field_choices() -> list[tuple[str, str]]:
    fields = CustomField.objects.filter(is_active=True, kind=FieldKind.TEXT)
    return [("", "—"), *fields.values_list("key", "label")]


class MailOutsideForm(TextForm):
    to = forms.CharField(label="To", max_length=500, required=False, help_text="Addresses, commas between.")
    field = forms.ChoiceField(
        choices=_field_choices, label="Or to the address in the field", required=False, help_text="Empty: nobody."
    )
    subject = forms.CharField(label="Subject", max_length=200)
    quote = forms.ChoiceField(choices=QUOTES, label="Add below", required=False)
    field_order = ("to", "field", "subject", "text", "quote")

    def clean_to(self) -> str:
        addresses = _addresses(self.cleaned_data["to"])
        for address in addresses:
            validate_email(address)
        return ", ".join(addresses)

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if unknown := unknown_placeholder(subject):
            raise forms.ValidationError(f"There is no placeholder {{{{{unknown}}}}}.")
        return subject

    def clean(self) -> None:
        if not self.errors and not self.cleaned_data.get("to") and not self.cleaned_data.get("field"):
            self.add_error("to", "Enter an address, or choose a field that holds one.")


class MailOutside(Action):
    key = "mail_outside"
    label = "Write to a third party"
    Params = MailOutsideForm
    is_unsafe = True
    sends = True

    def describe(self, params: Values) -> str:
        to = params["to"] or f"the address in {_label(params['field'])}"
        return f"Write to {to}: “{shortened(params['subject'])}”"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        to = _usable(params["to"] or str(ticket.fields.get(params["field"]) or ""))
        if not to:
            return f"Wrote to nobody: {_label(params['field'])} holds no address"
        text = filled(params["text"], ticket)
        if params["quote"] and (words := without_tokens(last_words_of_customer(ticket))):
            text = f"{text}\n\n> " + "\n> ".join(words.splitlines())
        subject = filled(params["subject"], ticket)
        if not sides.write_by_itself(ticket, to=to, subject=subject, text=text, actor=actor):
            return f"Did not write to {', '.join(to)}: they were written to enough"
        return None


def _label(key: str) -> str:
    return CustomField.objects.filter(key=key).values_list("label", flat=True).first() or key


def _addresses(text: str) -> list[str]:
    return [part for item in text.split(",") if "@" in (part := item.strip().lower())]


def _usable(text: str) -> list[str]:
    """What stands in a field was checked by nobody."""
    return [address for address in _addresses(text) if is_address(address)]
