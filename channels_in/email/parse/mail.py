"""The whole parse: headers, body, files, nature, reply; every step falls back to less instead of failing."""

from collections.abc import Callable
from typing import TypeVar

from channels_in.email.parse.addresses import Address, first_address, name_without_address, parse_addresses
from channels_in.email.parse.armor import SIGNED_TEXT, without_armor
from channels_in.email.parse.automatic import read_nature
from channels_in.email.parse.body import Body, read_body
from channels_in.email.parse.headers import Headers
from channels_in.email.parse.identifiers import generated_message_id, message_ids, own_message_id, parse_date
from channels_in.email.parse.invitations import read_invitation
from channels_in.email.parse.limits import MAX_SUBJECT
from channels_in.email.parse.mime import PKCS7, Part, build_tree
from channels_in.email.parse.model import Nature, ParsedMail, Protection
from channels_in.email.parse.reply import HISTORY_MARK, reply_only
from core.html import has_remote_images, html_to_text

Result = TypeVar("Result")
LOOP_HEADER = "x-desk-loop"
_EMPTY = Body("", "", has_own_text=False, files=(), problems=("unreadable_body",))


def parse(raw: bytes) -> ParsedMail:
    """The normal form of a mail; what could not be read is named in `problems`."""
    root, problems = build_tree(raw)
    headers = root.headers
    sender = _sender(headers, problems)
    subject = headers.text("subject")[:MAX_SUBJECT]
    body = _guarded(lambda: read_body(root), _EMPTY, "unreadable_body", problems)
    nature = _guarded(lambda: read_nature(root, subject, sender.address, body.text), Nature(), "unclassified", problems)
    reply = _guarded(lambda: _reply_text(body), body.text, "reply_not_found", problems)
    message_id, in_reply_to, references = _identifiers(headers, raw, problems)
    return ParsedMail(
        sender=sender,
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        reply_to=_addresses(headers, "reply-to"),
        subject=subject,
        date=parse_date(headers.first_filled("date")),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        text=body.text,
        html=body.html,
        reply_text=reply,
        files=body.files,
        nature=nature,
        problems=tuple(dict.fromkeys((*problems, *body.problems))),
        has_remote_images=has_remote_images(body.html),
        return_path=_return_path(headers),
        authentication_results=tuple(headers.all_raw("authentication-results")[:20]),
        from_count=headers.count("from"),
        protection=_protection(root, body),
        invitation=_guarded(lambda: read_invitation(root.walk()), None, "invitation_unreadable", problems),
        loop_marks=tuple(headers.all_raw(LOOP_HEADER)[:20]),
    )


def _guarded(step: Callable[[], Result], fallback: Result, problem: str, problems: list[str]) -> Result:
    """The promise that no bytes raise: a defect of ours costs one step of one mail, and shows."""
    try:
        return step()
    except (RecursionError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError):
        problems.append(problem)
        return fallback


def _sender(headers: Headers, problems: list[str]) -> Address:
    """From; only a mail without a usable one is attributed by Sender, Reply-To or the envelope."""
    value = headers.first_filled("from")
    if address := first_address(value):
        return address
    problems.append("from_unreadable" if value else "from_missing")
    for name in ("sender", "reply-to", "return-path", "x-envelope-from"):
        if address := first_address(headers.first_filled(name)):
            return Address(address.address, name_without_address(value) or address.name)
    return Address("", name_without_address(value))


def _addresses(headers: Headers, name: str) -> tuple[Address, ...]:
    return parse_addresses(", ".join(value for value in headers.all_raw(name) if value))


def _identifiers(headers: Headers, raw: bytes, problems: list[str]) -> tuple[str, str, tuple[str, ...]]:
    message_id = own_message_id(headers.first_filled("message-id"))
    if not message_id:
        problems.append("message_id_missing")
        message_id = generated_message_id(raw)
    answered = message_ids(" ".join(headers.all_raw("in-reply-to")))
    references = message_ids(" ".join(headers.all_raw("references")))
    in_reply_to = answered[0] if answered else ""
    return message_id, in_reply_to, tuple(dict.fromkeys((*answered[1:], *references)))


def _protection(root: Part, body: Body) -> str:
    if "encrypted" in body.problems:
        return Protection.ENCRYPTED
    is_signed = any(
        part.type == "multipart/signed" or (part.type in PKCS7 and part.children) for part in root.walk()
    ) or body.text.lstrip().startswith(SIGNED_TEXT)
    return Protection.SIGNED if is_signed else Protection.NONE


def _return_path(headers: Headers) -> str | None:
    """None without the header, "" for the empty one that bounces carry."""
    if not headers.has("return-path"):
        return None
    address = first_address(headers.raw("return-path"))
    return address.address if address else ""


def _reply_text(body: Body) -> str:
    text = without_armor(body.text)
    reply = reply_only(text)
    is_uncut = reply == text.strip()
    if body.html and (is_uncut or not body.has_own_text):
        # HTML may mark the history that no known phrase introduces.
        marked = html_to_text(body.html, history_mark=HISTORY_MARK)
        if HISTORY_MARK in marked:
            return reply_only(marked)
    return reply
