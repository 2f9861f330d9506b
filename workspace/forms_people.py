"""The forms about colleagues and about the tokens of their programs."""

from __future__ import annotations

from typing import Any

from django import forms

from people.models import Role
from people.services.api_tokens import SCOPES

_LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until it is revoked")]
_SCOPE_NAMES = {
    "tickets:read": "Read tickets",
    "tickets:write": "Change tickets and write messages",
    "contacts:read": "Read contacts",
    "contacts:write": "Change contacts",
    "events:read": "Read the journal",
    "reports:read": "Read reports (managers)",
    "rules:read": "Read rules and what they did (managers)",
    "rules:write": "Import, switch and try rules (managers)",
}


class TokenForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What will use it, such as Nightly export.")
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope, _SCOPE_NAMES.get(scope, scope)) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        initial="90", label="It ends after", choices=_LIFETIMES, coerce=int, empty_value=None, required=False
    )


class NewAgentForm(forms.Form):
    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.AGENT,
        help_text="Light agents read and write notes, agents answer customers, managers run the desk and read reports,"
        " admins also manage agents and credentials.",
    )
    is_invited = forms.BooleanField(label="Send an invitation to this address", required=False, initial=True)

    def refuse(self, fields: dict[str, str], message: str) -> None:
        """Put the service's words at their fields."""
        for name, words in fields.items():
            self.add_error(name if name in self.fields else None, words)
        if not fields:
            self.add_error(None, message)

    def agent(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "role")}
