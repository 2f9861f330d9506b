"""The settings of a mail inbox: how it signs, which server sends for it, whose word about senders it believes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from channels_in.base import ConfigForm
from channels_in.email.parse.addresses import normal_address
from channels_in.email.transport import PLAIN, STARTTLS, TLS


class EmailConfig(ConfigForm):
    """An empty mail server means the desk's own (EMAIL_URL)."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"smtp_password"})
    destination_fields: ClassVar[frozenset[str]] = frozenset({"smtp_host", "smtp_port", "smtp_security", "smtp_user"})

    from_name = forms.CharField(
        label="Sender name", required=False, max_length=120, help_text="Customers see it; the inbox's name otherwise."
    )
    aliases = forms.CharField(
        label="Further addresses",
        required=False,
        max_length=2000,
        help_text="Addresses that also lead here, separated by commas.",
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
    authserv_id = forms.CharField(
        label="Trusted mail border",
        required=False,
        max_length=253,
        help_text="The name by which your own border server signs Authentication-Results, such as mx.example.com.",
    )

    def clean_aliases(self) -> list[str]:
        words = str(self.cleaned_data["aliases"]).replace(",", " ").split()
        wrong = [word for word in words if not normal_address(word)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} is not an e-mail address.")
        return [normal_address(word) for word in words]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("smtp_user") and not cleaned.get("smtp_host"):
            self.add_error("smtp_host", "Name the mail server that this user belongs to.")
        return cleaned
