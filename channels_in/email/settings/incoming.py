"""How mail reaches the inbox: its further addresses, and whose word about senders is believed."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from channels_in.base import ConfigForm, Section
from channels_in.email.parse.addresses import normal_address


class IncomingFields(ConfigForm):
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "Incoming mail", "How mail of customers gets in here.", ("aliases", "authserv_id", "trusts_spam_marks")
        ),
    )

    aliases = forms.CharField(
        label="Further addresses",
        required=False,
        max_length=2000,
        help_text="Addresses that also lead here, separated by commas.",
    )
    authserv_id = forms.CharField(
        label="Trusted mail border",
        required=False,
        max_length=253,
        help_text="The name by which your own border server signs Authentication-Results, such as mx.example.com.",
    )

    trusts_spam_marks = forms.BooleanField(
        label="My mail server marks spam: hold back what it marks (X-Spam-Flag, X-Spam-Status and their like)",
        required=False,
    )

    def clean_aliases(self) -> list[str]:
        words = str(self.cleaned_data["aliases"]).replace(",", " ").split()
        wrong = [word for word in words if not normal_address(word)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} is not an e-mail address.")
        return [normal_address(word) for word in words]
