"""What a provider's webhook says: a mail for us, news about one of ours, or nothing. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from anymail.signals import AnymailInboundEvent

from channels_in.base import Confirmation, Enclosed, ParsedEvent, RawDelivery
from channels_in.email.providers import amazon
from channels_in.email.providers.catalog import PROVIDERS, Provider, account_of
from channels_in.email.providers.proofs import Call, mailgun_mark
from channels_in.email.providers.request import view_of, webhook_request
from channels_in.email.providers.tracking import told_by

PROVIDER = "provider"
# Where a provider can be told to send a mail as it came: better than any other form.
_RAW_FIELDS = ("body-mime", "email")


def read_webhook(delivery: RawDelivery) -> Sequence[ParsedEvent]:
    """Raises on what is not the provider's kind of webhook."""
    provider = PROVIDERS[delivery.headers[PROVIDER]]
    call = Call(delivery.raw, delivery.headers)
    if provider.key == amazon.KEY and call.json.get("Type") == "SubscriptionConfirmation":
        return [Confirmation(ref=str(call.json.get("SubscribeURL") or ""))]
    if provider.inbound and provider.is_inbound(call):
        return _mails(provider, call, delivery)
    events = _view_events(provider, provider.tracking, call, delivery)
    found: list[ParsedEvent] = []
    for event in events:
        if isinstance(event, AnymailInboundEvent):
            found.append(_as_mail(event))
        else:
            found += told_by(event)
    return found


def key_of(provider: Provider, call: Call) -> str:
    """The provider's own id of this call, where it has one: the same again is a copy, whatever is in it."""
    if provider.key == "mailgun":
        return mailgun_mark(call)[1]
    if call.headers.get("svix-id"):
        return call.headers["svix-id"]
    if provider.key == amazon.KEY and isinstance(call.json, dict):
        return str(call.json.get("MessageId") or "")
    if provider.key == "postmark" and isinstance(call.json, dict) and provider.is_inbound(call):
        return str(call.json.get("MessageID") or "")
    return ""


def _mails(provider: Provider, call: Call, delivery: RawDelivery) -> Sequence[ParsedEvent]:
    for name in _RAW_FIELDS:
        if raw := call.form.last_bytes(name):
            return [Enclosed(raw=raw, envelope=_form_envelope(call))]
    reader = _READERS.get(provider.key)
    if reader is not None and (found := reader(call)):
        return found
    return [_as_mail(event) for event in _view_events(provider, provider.inbound, call, delivery)]


def _view_events(provider: Provider, view: str, call: Call, delivery: RawDelivery) -> list[Any]:
    account = account_of(delivery.inbox)
    options = provider.settings_for(account, provider.webhook_options)
    # What it would sign with: the proof was given at the door, here only the reading is anymail's.
    options = {name: options.get(name) or "none" for name in provider.webhook_options}
    request = webhook_request(call.body, call.headers, account.hook_url)
    found: list[Any] = view_of(view, options).parse_events(request)
    return found


def _as_mail(event: Any) -> Enclosed:
    """Put together again from the provider's fields; the envelope as far as it tells."""
    mail = event.message
    envelope = {"mail_from": str(mail.envelope_sender or ""), "rcpt_to": str(mail.envelope_recipient or "")}
    return Enclosed(raw=mail.as_bytes(), envelope=envelope)


def _form_envelope(call: Call) -> Mapping[str, str]:
    try:
        told = json.loads(call.form.last("envelope") or "{}")
    except ValueError:
        told = {}
    to = told.get("to") if isinstance(told, dict) else None
    return {
        "mail_from": str(told.get("from") or "") if isinstance(told, dict) else call.form.last("sender"),
        "rcpt_to": str(to[0]) if isinstance(to, list) and to else call.form.last("recipient"),
    }


def _postmark(call: Call) -> list[ParsedEvent]:
    raw = call.json.get("RawEmail")
    if not raw:
        return []
    headers = {str(item.get("Name")).lower(): str(item.get("Value")) for item in call.json.get("Headers") or []}
    envelope = {
        "mail_from": headers.get("return-path", "").strip("<>"),
        "rcpt_to": str(call.json.get("OriginalRecipient") or ""),
    }
    return [Enclosed(raw=str(raw).encode("utf-8", "surrogateescape"), envelope=envelope)]


def _amazon(call: Call) -> list[ParsedEvent]:
    """In the notification itself, plain or as base64; else in a bucket."""
    told = json.loads(call.json["Message"])
    mail, action = told.get("mail") or {}, (told.get("receipt") or {}).get("action") or {}
    recipients = (told.get("receipt") or {}).get("recipients") or mail.get("destination") or [""]
    envelope = {"mail_from": str(mail.get("source") or ""), "rcpt_to": str(recipients[0])}
    content = told.get("content")
    if content is None:
        ref = json.dumps({"bucket": action.get("bucketName"), "key": action.get("objectKey")})
        return [Enclosed(envelope=envelope, ref=ref)]
    return [Enclosed(raw=_decoded(str(content), action.get("encoding")), envelope=envelope)]


def _resend(call: Call) -> list[ParsedEvent]:
    data = call.json.get("data") or {}
    to = data.get("to") or [""]
    envelope = {"mail_from": "", "rcpt_to": str(to[0] if isinstance(to, list) else to)}
    return [Enclosed(envelope=envelope, ref=str(data["email_id"]))]


def _brevo(call: Call) -> list[ParsedEvent]:
    """Its attachments must be fetched one by one; a mail without them is complete as it is."""
    return [Enclosed(envelope=_brevo_envelope(item), ref=json.dumps(item)) for item in call.json["items"]]


def _brevo_envelope(item: Mapping[str, Any]) -> Mapping[str, str]:
    headers = item.get("Headers") or {}

    def first(name: str) -> str:
        value = headers.get(name) or ""
        return unquote(str(value[0] if isinstance(value, list) else value)).strip("<>")

    return {"mail_from": first("Return-Path"), "rcpt_to": first("Delivered-To")}


def _postal(call: Call) -> list[ParsedEvent]:
    content = str(call.json["message"])
    raw = _decoded(content, "BASE64" if call.json.get("base64") else "")
    envelope = {"mail_from": str(call.json.get("mail_from") or ""), "rcpt_to": str(call.json.get("rcpt_to") or "")}
    return [Enclosed(raw=raw, envelope=envelope)]


def _sparkpost(call: Call) -> list[ParsedEvent]:
    """Its base64 holds the mail's own bytes, in whatever charset they are."""
    found: list[ParsedEvent] = []
    for item in call.json:
        relay = item.get("msys", {}).get("relay_message")
        if not relay:
            continue
        content = relay["content"]
        raw = _decoded(str(content["email_rfc822"]), "BASE64" if content.get("email_rfc822_is_base64") else "")
        envelope = {"mail_from": str(relay.get("msg_from") or ""), "rcpt_to": str(relay.get("rcpt_to") or "")}
        found.append(Enclosed(raw=raw, envelope=envelope))
    return found


def _decoded(content: str, encoding: object) -> bytes:
    plain = content.encode("utf-8", "surrogateescape")
    if str(encoding or "").upper() != "BASE64":
        return plain
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return plain


_READERS = {
    "postmark": _postmark,
    "amazon_ses": _amazon,
    "resend": _resend,
    "brevo": _brevo,
    "postal": _postal,
    "sparkpost": _sparkpost,
}


def headers_to_keep(provider: Provider, headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name in ("content-type", "svix-id")}
    return {**kept, PROVIDER: provider.key}
