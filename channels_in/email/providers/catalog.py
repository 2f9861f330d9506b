"""Every mail provider there is, as data: its names, what it wants to know, and how its webhooks prove themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from channels_in.email.providers import proofs
from channels_in.email.providers.account import Account
from tickets.models import Inbox

Proof = proofs.Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`options` and `webhook_options` say which of anymail's settings each of the account's values is."""

    key: str
    label: str
    options: Mapping[str, str]
    inbound: str = ""
    tracking: str = ""
    webhook_options: Mapping[str, str] = field(default_factory=dict)
    proof: Proof = proofs.by_password
    # How its webhook of new mail differs from its other ones.
    is_inbound: Callable[[proofs.Call], bool] = lambda call: False
    # What the fields of the form hold for this provider, in the words of its own pages.
    hints: Mapping[str, str] = field(default_factory=dict)
    # What must be there before a mail can leave.
    needs: tuple[str, ...] = ("key",)
    # It drops or refuses pictures inside the text; they travel beside it.
    takes_pictures: bool = True
    extra_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def backend(self) -> str:
        return f"anymail.backends.{self.key}.EmailBackend"

    @property
    def has_webhook(self) -> bool:
        return bool(self.tracking or self.inbound)

    def settings_for(self, account: Account, names: Mapping[str, str]) -> dict[str, Any]:
        """Anymail's settings from the account's values; what is empty is left to anymail's own default."""
        return {name: value for name, source in names.items() if (value := getattr(account, source))}


def _json_with(name: str) -> Callable[[proofs.Call], bool]:
    return lambda call: isinstance(call.json, dict) and name in call.json


PROVIDERS: dict[str, Provider] = {
    item.key: item
    for item in (
        Provider(
            key="mailgun",
            label="Mailgun",
            options={"api_key": "key", "sender_domain": "place", "api_url": "url"},
            inbound="mailgun.MailgunInboundWebhookView",
            tracking="mailgun.MailgunTrackingWebhookView",
            webhook_options={"webhook_signing_key": "proof"},
            proof=proofs.by_mailgun,
            is_inbound=lambda call: call.json is None,
            hints={"place": "the sending domain", "proof": "the HTTP webhook signing key"},
            needs=("key", "place"),
        ),
        Provider(
            key="postmark",
            label="Postmark",
            options={"server_token": "key", "api_url": "url"},
            inbound="postmark.PostmarkInboundWebhookView",
            tracking="postmark.PostmarkTrackingWebhookView",
            is_inbound=lambda call: isinstance(call.json, dict) and call.json.get("RecordType", "Inbound") == "Inbound",
            hints={"key": "the server token"},
            # Else it puts an id of its own in place of ours.
            extra_headers={"X-PM-KeepID": "true"},
        ),
        Provider(
            key="sendgrid",
            label="SendGrid",
            options={"api_key": "key", "api_url": "url"},
            inbound="sendgrid.SendGridInboundWebhookView",
            tracking="sendgrid.SendGridTrackingWebhookView",
            proof=proofs.by_sendgrid,
            is_inbound=lambda call: call.json is None,
            hints={"proof": "the verification keys of the signed webhooks (events, inbound), one a line"},
        ),
        Provider(
            key="amazon_ses",
            label="Amazon SES",
            options={},
            inbound="amazon_ses.AmazonSESInboundWebhookView",
            tracking="amazon_ses.AmazonSESTrackingWebhookView",
            proof=proofs.by_sns,
            is_inbound=proofs.is_received_by_ses,
            hints={
                "key": "the access key id",
                "second_key": "the secret access key",
                "place": "the region, such as eu-west-1",
                "proof": "the ARNs of the SNS topics, one a line",
            },
            needs=("key", "second_key", "place"),
        ),
        Provider(
            key="mailjet",
            label="Mailjet",
            options={"api_key": "key", "secret_key": "second_key", "api_url": "url"},
            inbound="mailjet.MailjetInboundWebhookView",
            tracking="mailjet.MailjetTrackingWebhookView",
            is_inbound=lambda call: isinstance(call.json, dict) and "event" not in call.json,
            hints={"second_key": "the secret key"},
            needs=("key", "second_key"),
        ),
        Provider(
            key="brevo",
            label="Brevo",
            options={"api_key": "key", "api_url": "url"},
            inbound="brevo.BrevoInboundWebhookView",
            tracking="brevo.BrevoTrackingWebhookView",
            webhook_options={"api_key": "key"},
            is_inbound=_json_with("items"),
            takes_pictures=False,
        ),
        Provider(
            key="resend",
            label="Resend",
            options={"api_key": "key", "api_url": "url"},
            inbound="resend.ResendInboundWebhookView",
            tracking="resend.ResendTrackingWebhookView",
            webhook_options={"api_key": "key"},
            proof=proofs.by_svix,
            is_inbound=lambda call: isinstance(call.json, dict) and call.json.get("type") == "email.received",
            hints={"proof": "the signing secrets of its webhooks, one a line"},
        ),
        Provider(
            key="mandrill",
            label="Mandrill (Mailchimp Transactional)",
            options={"api_key": "key", "api_url": "url"},
            inbound="mandrill.MandrillCombinedWebhookView",
            tracking="mandrill.MandrillCombinedWebhookView",
            webhook_options={"webhook_key": "proof", "webhook_url": "hook_url"},
            proof=proofs.by_anymail("mandrill.MandrillCombinedWebhookView", "webhook_key", url="webhook_url"),
            hints={"proof": "the webhook authentication key"},
        ),
        Provider(
            key="sparkpost",
            label="SparkPost",
            options={"api_key": "key", "api_url": "url"},
            inbound="sparkpost.SparkPostInboundWebhookView",
            tracking="sparkpost.SparkPostTrackingWebhookView",
            is_inbound=lambda call: b'"relay_message"' in call.body,
        ),
        Provider(
            key="mailersend",
            label="MailerSend",
            options={"api_token": "key", "api_url": "url"},
            inbound="mailersend.MailerSendInboundWebhookView",
            tracking="mailersend.MailerSendTrackingWebhookView",
            webhook_options={"signing_secret": "proof", "inbound_secret": "proof"},
            proof=proofs.by_hex_hmac("signature"),
            is_inbound=lambda call: isinstance(call.json, dict) and call.json.get("type") == "inbound.message",
            hints={"proof": "the signing secrets of webhook and inbound route, one a line"},
        ),
        Provider(
            key="mailtrap",
            label="Mailtrap",
            options={"api_token": "key", "api_url": "url"},
            tracking="mailtrap.MailtrapTrackingWebhookView",
            proof=proofs.by_hex_hmac("mailtrap-signature"),
            hints={"proof": "the signature key of the webhook"},
        ),
        Provider(
            key="postal",
            label="Postal",
            options={"api_key": "key", "api_url": "url"},
            inbound="postal.PostalInboundWebhookView",
            tracking="postal.PostalTrackingWebhookView",
            webhook_options={"webhook_key": "proof"},
            proof=proofs.by_anymail("postal.PostalTrackingWebhookView", "webhook_key"),
            is_inbound=_json_with("rcpt_to"),
            hints={"proof": "the public key of its signatures", "url": "the address of your Postal"},
            needs=("key", "url"),
            takes_pictures=False,
        ),
        Provider(
            key="unisender_go",
            label="Unisender Go",
            options={"api_key": "key", "api_url": "url"},
            tracking="unisender_go.UnisenderGoTrackingWebhookView",
            webhook_options={"api_key": "key"},
            proof=proofs.by_anymail("unisender_go.UnisenderGoTrackingWebhookView", "api_key", source="key"),
            hints={"url": "the address of its API in your data centre"},
            needs=("key", "url"),
        ),
        Provider(
            key="scaleway",
            label="Scaleway",
            options={"secret_key": "key", "project_id": "place", "api_url": "url"},
            hints={"key": "the secret key", "place": "the project id"},
            needs=("key", "place"),
            takes_pictures=False,
        ),
    )
}


def provider_of(inbox: Inbox) -> Provider | None:
    """The provider that serves this inbox; None where a mail server does."""
    return PROVIDERS.get(str(inbox.config.get("provider") or ""))


def account_of(inbox: Inbox) -> Account:
    return Account.of(inbox, site_url=settings.SITE_URL)
