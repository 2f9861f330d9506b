"""What an admin sets on a chat widget."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.validators import RegexValidator

from channels_in.base import ConfigForm
from channels_in.webchat.languages import LANGUAGES
from channels_in.webchat.origins import read_origins

SHORTEST_SECRET = 32


class WebchatConfig(ConfigForm):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"identity_secret"})

    allowed_origins = forms.CharField(
        label="Sites that may show this chat",
        help_text="One origin a line, such as https://shop.example. Other sites cannot embed it.",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    title = forms.CharField(label="Name shown to customers", max_length=60, required=False)
    greeting = forms.CharField(label="Greeting", max_length=200, required=False)
    away_text = forms.CharField(label="Text while nobody is there", max_length=300, required=False)
    hours = forms.CharField(
        label="Business hours",
        help_text="The name of the hours in which chats are answered. Empty: the hours given to the team, the inbox or "
        "its brand; without any, whenever an agent is online.",
        max_length=80,
        required=False,
    )
    callbacks = forms.BooleanField(
        label="Customers may book a call",
        help_text="They choose a half hour in which the team is open and somebody is free, and leave a number.",
        required=False,
    )
    callback_region = forms.CharField(
        label="Country of numbers without one",
        help_text="Two letters, such as DE. Empty: numbers are entered with their country.",
        validators=[RegexValidator(r"^[A-Za-z]{2}$", "Two letters, such as DE.")],
        required=False,
    )
    language = forms.ChoiceField(
        label="Language",
        help_text="What visitors read in the chat. Dates and times follow their browser.",
        choices=[("", "As the site or the visitor's browser says"), *LANGUAGES.items()],
        required=False,
    )
    accent = forms.CharField(
        label="Colour",
        help_text="Six hexadecimal digits, such as #3f51d6.",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write it as #3f51d6.")],
        required=False,
    )
    identity_secret = forms.CharField(
        label="Identity secret",
        help_text="Your server signs its users' identities with it. Keep it off the web page.",
        widget=forms.PasswordInput(render_value=False),
        min_length=SHORTEST_SECRET,
        required=False,
    )

    def clean_allowed_origins(self) -> list[str]:
        good, bad = read_origins(str(self.cleaned_data.get("allowed_origins") or ""))
        if bad:
            raise forms.ValidationError(f"“{bad[0]}” is not an origin. Write it as https://shop.example.")
        return good
