"""The form that registers an app with Google, Microsoft 365 or any other OAuth 2 provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms

from channels_in.email.oauth.presets import OTHER, PRESETS
from channels_in.models import SignInFlow


class ProviderForm(forms.Form):
    preset = forms.ChoiceField(
        label="Provider", choices=[*((key, preset.label) for key, preset in PRESETS.items()), (OTHER, "Another one")]
    )
    flow = forms.ChoiceField(label="Who signs in", choices=SignInFlow.choices)
    client_id = forms.CharField(label="Client ID of your app", max_length=255)
    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="It is stored encrypted and never shown again.",
    )
    tenant = forms.RegexField(
        r"^[A-Za-z0-9.-]+$",
        label="Directory (tenant)",
        required=False,
        max_length=100,
        help_text="Microsoft 365 only: the directory's ID. Empty: any organization.",
    )
    authorize_url = forms.URLField(
        label="Sign-in address", required=False, max_length=500, assume_scheme="https", help_text="Another one only."
    )
    token_url = forms.URLField(
        label="Token address", required=False, max_length=500, assume_scheme="https", help_text="Another one only."
    )
    scopes = forms.CharField(
        label="Scopes",
        required=False,
        max_length=500,
        help_text="Separated by spaces. Empty: what the preset asks for.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("preset") == OTHER:
            self._demand(cleaned)
        if cleaned.get("flow") == SignInFlow.CLIENT and not cleaned.get("client_secret"):
            self.add_error("client_secret", "An app that signs in by itself needs its secret.")
        return cleaned

    def values(self) -> dict[str, str]:
        """What is stored: the preset filled in."""
        given = self.cleaned_data
        flow, tenant = given["flow"], given["tenant"] or "organizations"
        preset = PRESETS.get(given["preset"])
        label = preset.label if preset else (urlsplit(given["token_url"]).hostname or "OAuth 2")
        return {
            "name": f"{label}{', by the app itself' if flow == SignInFlow.CLIENT else ''}"[:80],
            "authorize_url": given["authorize_url"] or (preset.authorize_url.format(tenant=tenant) if preset else ""),
            "token_url": given["token_url"] or (preset.token_url.format(tenant=tenant) if preset else ""),
            "scopes": given["scopes"] or (preset.scopes_of(flow) if preset else ""),
            "flow": flow,
            "client_id": given["client_id"],
            "client_secret": given["client_secret"],
        }

    def _demand(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("token_url"):
            self.add_error("token_url", "Say where tokens are given.")
        if cleaned.get("flow") == SignInFlow.CODE and not cleaned.get("authorize_url"):
            self.add_error("authorize_url", "Say where people sign in.")
        if not cleaned.get("scopes"):
            self.add_error("scopes", "Say what the app may do.")
