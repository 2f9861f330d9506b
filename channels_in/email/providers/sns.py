"""The signature of Amazon SNS, versions 1 and 2, checked against a certificate from Amazon's own hosts only."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.core.cache import cache

from channels_in.base import ChannelError, ErrorKind
from core import http
from core.clock import now

_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_ONE_LINE = ("MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn")
_FIELDS = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _SUBSCRIPTION,
    "UnsubscribeConfirmation": _SUBSCRIPTION,
}
_KEPT_SECONDS = 24 * 3600


def is_signed(message: Mapping[str, Any]) -> bool:
    """Raises ChannelError (RETRY) while Amazon's certificate cannot be had.

    What is signed has no quotes: with a made-up type, the words of somebody's own topic could be cut into other fields.
    """
    if str(message.get("Type")) not in _FIELDS or any("\n" in str(message.get(name)) for name in _ONE_LINE):
        return False
    algorithm = _HASHES.get(str(message.get("SignatureVersion")))
    url = str(message.get("SigningCertURL") or "")
    if algorithm is None or not is_amazon(url) or not urlsplit(url).path.endswith(".pem"):
        return False
    try:
        certificate = x509.load_pem_x509_certificate(_certificate(url))
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or not _is_valid_now(certificate):
            return False
        signature = base64.b64decode(str(message.get("Signature") or ""), validate=True)
        key.verify(signature, string_to_sign(message).encode(), padding.PKCS1v15(), algorithm())
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


def string_to_sign(message: Mapping[str, Any]) -> str:
    """The fields of its kind in their fixed order; Subject only when there is one."""
    names = _FIELDS.get(str(message.get("Type")), _SUBSCRIPTION)
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None)


def is_amazon(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.netloc == parts.hostname and bool(_HOST.fullmatch(parts.hostname or ""))


def confirm(url: str) -> None:
    """Tell Amazon that the topic may call us. Raises ChannelError."""
    if not is_amazon(url):
        raise ChannelError(ErrorKind.PERMANENT, "The address for confirming the topic is not Amazon's.")
    _fetched(url)


def _certificate(url: str) -> bytes:
    known = cache.get(f"sns-certificate:{url}")
    if isinstance(known, str):
        return known.encode()
    fresh = _fetched(url)
    cache.set(f"sns-certificate:{url}", fresh.decode("ascii", "replace"), _KEPT_SECONDS)
    return fresh


def _fetched(url: str) -> bytes:
    try:
        answer = http.get(url, max_bytes=64 * 1024)
    except http.HttpError as error:
        raise ChannelError(ErrorKind.RETRY, "Amazon SNS cannot be reached.") from error
    if not answer.is_ok:
        raise ChannelError(ErrorKind.RETRY, f"Amazon SNS answered {answer.status}.")
    return answer.body


def _is_valid_now(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_before_utc <= now() <= certificate.not_valid_after_utc
