"""Whether a webhook is the provider's own: signatures compared in constant time, old ones refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime

from channels_in.base import Verdict
from channels_in.email.providers import sns
from channels_in.email.providers.account import Account
from channels_in.email.providers.form import FormFields, fields_of
from channels_in.email.providers.request import view_of, webhook_request
from core.clock import now

# Standard Webhooks (Svix) signs each attempt anew.
FRESH_SECONDS = 300
# These repeat a refused call for hours with its first signature; the id in it makes every copy a no-op.
PATIENT_SECONDS = 24 * 3600
USER = "helpdesk"


@dataclass(frozen=True)
class Call:
    """A webhook as it came: its body, its headers in lower case, and what is in them."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]

    @cached_property
    def json(self) -> Any:
        """The body as JSON, None when it is something else. SNS calls its JSON plain text."""
        if "form" in self.headers.get("content-type", ""):
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def form(self) -> FormFields:
        return fields_of(self.body, self.headers.get("content-type", ""))


Proof = Callable[[Account, Call], Verdict]


def by_password(account: Account, call: Call) -> Verdict:
    """For those who sign nothing: Basic authentication, with the password in the address that they were given."""
    if not account.proof:
        return Verdict.FORGED
    given = call.headers.get("authorization", "")
    if not given.lower().startswith("basic "):
        return Verdict.UNSIGNED
    wanted = base64.b64encode(f"{USER}:{account.proof}".encode()).decode()
    return _verdict(constant_time_compare(given[6:].strip(), wanted))


def by_mailgun(account: Account, call: Call) -> Verdict:
    """It signs a time and a token, not the content: the token is the delivery's key, so it cannot serve twice."""
    timestamp, token, signature = mailgun_mark(call)
    if not (timestamp and token and signature):
        return Verdict.UNSIGNED
    if not account.proof:
        return Verdict.FORGED
    right = hmac.new(account.proof.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not constant_time_compare(signature, right):
        return Verdict.FORGED
    return _fresh(timestamp, PATIENT_SECONDS)


def mailgun_mark(call: Call) -> tuple[str, str, str]:
    """(timestamp, token, signature) of either form; of repeated fields the last counts."""
    if isinstance(call.json, dict):
        mark = call.json.get("signature")
        found: Mapping[str, Any] = mark if isinstance(mark, dict) else {}
    else:
        found = {name: call.form.last(name) for name in ("timestamp", "token", "signature")}
    return str(found.get("timestamp") or ""), str(found.get("token") or ""), str(found.get("signature") or "")


def by_sendgrid(account: Account, call: Call) -> Verdict:
    """ECDSA over the time and the exact bytes; events and inbound mail have a key each."""
    timestamp = call.headers.get("x-twilio-email-event-webhook-timestamp", "")
    signature = call.headers.get("x-twilio-email-event-webhook-signature", "")
    if not timestamp or not signature:
        return Verdict.UNSIGNED
    if not any(_ecdsa_fits(key, signature, timestamp.encode() + call.body) for key in account.proofs):
        return Verdict.FORGED
    return _fresh(timestamp, PATIENT_SECONDS)


def by_svix(account: Account, call: Call) -> Verdict:
    """Standard Webhooks: HMAC over id, time and body; the header may hold several signatures while a key rotates."""
    mark, timestamp = call.headers.get("svix-id", ""), call.headers.get("svix-timestamp", "")
    given = [item.partition(",")[2] for item in call.headers.get("svix-signature", "").split() if item[:3] == "v1,"]
    if not mark or not timestamp or not given:
        return Verdict.UNSIGNED
    signed = f"{mark}.{timestamp}.".encode() + call.body
    right = [_svix_signature(secret, signed) for secret in account.proofs]
    if not any(known and constant_time_compare(one, known) for known in right for one in given):
        return Verdict.FORGED
    return _fresh(timestamp, FRESH_SECONDS)


def by_sns(account: Account, call: Call) -> Verdict:
    """Amazon's signature, and one of the topics that the admin named: anybody can have a topic of their own."""
    if not isinstance(call.json, dict) or not call.json.get("Signature"):
        return Verdict.UNSIGNED
    named_otherwise = call.headers.get("x-amz-sns-message-type", call.json.get("Type")) != call.json.get("Type")
    if named_otherwise or str(call.json.get("TopicArn")) not in account.proofs or not sns.is_signed(call.json):
        return Verdict.FORGED
    at = parse_datetime(str(call.json.get("Timestamp") or ""))
    return _fresh(str(at.timestamp()) if at else "", PATIENT_SECONDS)


def is_received_by_ses(call: Call) -> bool:
    """A mail for us, as opposed to news about one of ours."""
    if not isinstance(call.json, dict):
        return False
    try:
        told = json.loads(str(call.json.get("Message") or ""))
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("notificationType") == "Received"


def by_hex_hmac(header: str) -> Proof:
    """HMAC-SHA256 over the body as hexadecimal digits in a header."""

    def proof(account: Account, call: Call) -> Verdict:
        if not call.headers.get(header):
            return Verdict.UNSIGNED
        rights = [hmac.new(key.encode(), call.body, hashlib.sha256).hexdigest() for key in account.proofs]
        return _verdict(any(constant_time_compare(call.headers[header], right) for right in rights))

    return proof


def by_anymail(view: str, setting: str, *, source: str = "proof", url: str = "") -> Proof:
    """As anymail checks it, with the account's own key."""

    def proof(account: Account, call: Call) -> Verdict:
        options = {setting: getattr(account, source), **({url: account.hook_url} if url else {})}
        if not options[setting]:
            return Verdict.FORGED
        try:
            request = webhook_request(call.body, call.headers, account.hook_url)
            view_of(view, options).run_validators(request)
        except (AnymailWebhookValidationFailure, AnymailError, ValueError, KeyError, TypeError, RecursionError):
            return Verdict.FORGED
        return Verdict.GENUINE

    return proof


def _verdict(is_genuine: bool) -> Verdict:
    return Verdict.GENUINE if is_genuine else Verdict.FORGED


def _fresh(timestamp: str, seconds: int) -> Verdict:
    try:
        at = datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return Verdict.FORGED
    return Verdict.GENUINE if abs((now() - at).total_seconds()) <= seconds else Verdict.STALE


def _ecdsa_fits(key: str, signature: str, signed: bytes) -> bool:
    try:
        public = serialization.load_der_public_key(base64.b64decode(key))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(base64.b64decode(signature), signed, ec.ECDSA(hashes.SHA256()))
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


def _svix_signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        return ""
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
