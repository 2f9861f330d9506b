"""How mail leaves the inbox: by the desk's mail server, or by one of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from channels_in.base import ConfigForm, Section
from channels_in.email.transport import PLAIN, STARTTLS, TLS


class OutgoingFields(ConfigForm):
    """An empty mail server means the desk's own (EMAIL_URL)."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"smtp_password"})
    destination_fields: ClassVar[frozenset[str]] = frozenset({"smtp_host", "smtp_port", "smtp_security", "smtp_user"})
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "Outgoing mail",
            "Which server sends the answers. Left empty, the desk's own mail server does.",
            ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"),
        ),
    )

    smtp_host = forms.CharField(label="Outgoing mail server", required=False, max_length=253)
    smtp_port = forms.IntegerField(label="Port", required=False, min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(
        label="Encryption",
        required=False,
        choices=[(STARTTLS, "STARTTLS"), (TLS, "TLS from the start"), (PLAIN, "None")],
    )
    smtp_user = forms.CharField(label="User name", required=False, max_length=320)
    smtp_password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="It is stored encrypted and never shown again; leave it empty to keep it.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("smtp_user") and not cleaned.get("smtp_host"):
            self.add_error("smtp_host", "Name the mail server that this user belongs to.")
        return cleaned
