"""How mail leaves the inbox: by the desk's mail server, by one of its own, or by a provider."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms

from channels_in.base import ConfigForm, Section
from channels_in.email.providers.catalog import PROVIDERS, Provider
from channels_in.email.transport import PLAIN, STARTTLS, TLS

_PROVIDER_FIELDS = ("provider_key", "provider_second_key", "provider_proof", "provider_place", "provider_url")


class WriteOnlyLines(forms.Textarea):
    """Several lines that are never shown again."""

    def format_value(self, value: object) -> str:
        return ""


_OFF = {"autocomplete": "off", "spellcheck": "false"}


class OutgoingFields(ConfigForm):
    """An empty mail server means the desk's own (EMAIL_URL)."""

    secret_fields: ClassVar[frozenset[str]] = frozenset(
        {"smtp_password", "provider_key", "provider_second_key", "provider_proof"}
    )
    destination_fields: ClassVar[frozenset[str]] = frozenset(
        {"smtp_host", "smtp_port", "smtp_security", "smtp_user", "provider", "provider_place", "provider_url"}
    )
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "Outgoing mail",
            "Which server sends the answers. Left empty, the desk's own mail server does.",
            ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"),
        ),
        Section(
            "Mail provider",
            "In place of a mail server: a provider's API sends, its webhooks bring mail and tell what became of ours.",
            ("provider", *_PROVIDER_FIELDS),
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
        widget=forms.PasswordInput(attrs=_OFF),
        help_text="It is stored encrypted and never shown again; leave it empty to keep it.",
    )
    provider = forms.ChoiceField(
        label="Provider",
        required=False,
        choices=[("", "None: a mail server sends"), *((item.key, item.label) for item in PROVIDERS.values())],
    )
    provider_key = forms.CharField(
        label="API key or token",
        required=False,
        widget=forms.PasswordInput(attrs=_OFF),
        help_text="Stored encrypted, never shown again; leave it empty to keep it. Amazon SES: the access key id.",
    )
    provider_second_key = forms.CharField(
        label="Secret key",
        required=False,
        widget=forms.PasswordInput(attrs=_OFF),
        help_text="Amazon SES: the secret access key. Mailjet: the secret key. Others have none.",
    )
    provider_proof = forms.CharField(
        label="What its webhooks are checked with",
        required=False,
        max_length=4000,
        widget=WriteOnlyLines(attrs={**_OFF, "rows": 2}),
        help_text="Its signing key or secret, one a line; Amazon SES: the ARNs of the SNS topics. For a provider that "
        "signs nothing (Postmark, Mailjet, Brevo, SparkPost): a long password of your own. Never shown again.",
    )
    provider_place = forms.CharField(
        label="Domain, region or project",
        required=False,
        max_length=200,
        help_text="Mailgun: the sending domain. Amazon SES: the region. Scaleway: the project id.",
    )
    provider_url = forms.CharField(
        label="Address of its API",
        required=False,
        max_length=300,
        help_text="Only where it is not the usual one, such as https://api.eu.mailgun.net/v3 for Mailgun in Europe.",
    )

    def clean_provider_url(self) -> str:
        url = str(self.cleaned_data.get("provider_url") or "").strip()
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise forms.ValidationError("Write the whole address, beginning with https://.")
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("smtp_user") and not cleaned.get("smtp_host"):
            self.add_error("smtp_host", "Name the mail server that this user belongs to.")
        provider = PROVIDERS.get(str(cleaned.get("provider") or ""))
        if provider:
            self._check_provider(provider, cleaned)
        return cleaned

    def _check_provider(self, provider: Provider, cleaned: dict[str, Any]) -> None:
        """What is not secret must be there now; a secret may be stored already."""
        for name in provider.needs:
            field = f"provider_{name}"
            if field not in self.secret_fields and field in self.fields and not cleaned.get(field):
                what = provider.hints.get(name, "this")
                self.add_error(field, f"{provider.label} needs {what}.")
