"""Small mails for tests, built as bytes so that they may be wrong on purpose."""

from channels_in.email.parse import ParsedMail, parse


def mail(body: str | bytes = "Hello", **headers: str) -> bytes:
    """Header names are written with underscores: `message_id="<a@b>"`; an empty value leaves a header out."""
    fields = {"from": "Rosa Lind <rosa@example.net>", "to": "help@example.com", "subject": "Broken hinge",
              "date": "Sat, 21 Nov 2026 22:10:01 +0100", "message_id": "<m1@example.net>", **headers}  # fmt: skip
    head = "".join(f"{name.replace('_', '-').title()}: {value}\n" for name, value in fields.items() if value)
    raw = head.encode("utf-8", "surrogateescape") + b"\n"
    raw += body.encode() if isinstance(body, str) else body
    return raw


def with_crlf(raw: bytes) -> bytes:
    return raw.replace(b"\n", b"\r\n")


def multipart(kind: str, *parts: str, boundary: str = "B") -> tuple[str, str]:
    """(content type, body) of a multipart; each part is its headers, a blank line and its content."""
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'multipart/{kind}; boundary="{boundary}"', f"{body}--{boundary}--\n"


def parsed(body: str | bytes = "Hello", **headers: str) -> ParsedMail:
    return parse(mail(body, **headers))
