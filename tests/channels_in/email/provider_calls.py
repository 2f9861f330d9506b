"""Webhooks of mail providers as they send them, signed with keys of the tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from channels_in.email.providers.sns import string_to_sign
from core.clock import now

MIME = (
    b"From: Rosa Lind <rosa@example.net>\r\nTo: help@desk.example\r\nSubject: Broken hinge\r\n"
    b"Message-ID: <hinge-1@mail.example.net>\r\nDate: Sat, 21 Nov 2026 22:10:01 +0100\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nIt is broken, caf\xe9 style.\r\n"
)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem"
PASSWORD = "a-long-password-of-our-own"
KEY = "signing-key"

Call = tuple[bytes, dict[str, str]]


def as_json(body: Any, **headers: str) -> Call:
    return json.dumps(body).encode(), {"content-type": "application/json", **headers}


def with_password(call: Call) -> Call:
    mark = base64.b64encode(f"helpdesk:{PASSWORD}".encode()).decode()
    return call[0], {**call[1], "authorization": f"Basic {mark}"}


def form(fields: dict[str, bytes | str], files: dict[str, tuple[str, str, bytes]] | None = None) -> Call:
    """multipart/form-data by hand, since the bytes of a field must be exactly these."""
    lines: list[bytes] = []
    for name, value in fields.items():
        content = value.encode() if isinstance(value, str) else value
        lines.append(b'--XX\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content))
    for name, (file_name, kind, content) in (files or {}).items():
        head = f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: {kind}'
        lines.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(lines) + b"--XX--\r\n", {"content-type": "multipart/form-data; boundary=XX"}


def mailgun_mark(token: str = "token-1", *, at: datetime | None = None, key: str = KEY) -> dict[str, bytes | str]:
    timestamp = str(int((at or now()).timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def svix(body: Any, *, mark: str = "msg_1", key: str = "c3RhbmRhcmQtd2ViaG9vay1zZWNyZXQh") -> Call:
    raw = json.dumps(body).encode()
    timestamp = str(int(now().timestamp()))
    digest = hmac.new(base64.b64decode(key), f"{mark}.{timestamp}.".encode() + raw, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    headers = {"svix-id": mark, "svix-timestamp": timestamp, "svix-signature": f"v1,AAAA {signature}"}
    return raw, {"content-type": "application/json", **headers}


class Amazon:
    """A signing key of the tests with its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(datetime.now(UTC) - timedelta(days=400))
            .not_valid_after(datetime.now(UTC) + timedelta(days=400))
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)

    def notification(self, told: Any, *, version: str = "2", **changes: Any) -> Call:
        message: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": "sns-1",
            "TopicArn": TOPIC,
            "Message": json.dumps(told),
            "Timestamp": now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "SignatureVersion": version,
            "SigningCertURL": CERTIFICATE_URL,
            **changes,
        }
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self.key.sign(string_to_sign(message).encode(), padding.PKCS1v15(), algorithm)
        message["Signature"] = base64.b64encode(signature).decode()
        return self.posted(message)

    @staticmethod
    def posted(message: dict[str, Any]) -> Call:
        headers = {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": str(message["Type"])}
        return json.dumps(message).encode(), headers
