"""What a mail means to the desk, by itself: a message of a contact, news about one of ours, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from channels_in.base import Held, Ignored, ParsedEvent, RawDelivery, Unreadable
from channels_in.email import tokens
from channels_in.email.circumstances import cut_words, history_of, written_at
from channels_in.email.forwarded import forwarded
from channels_in.email.kind import KIND
from channels_in.email.parse import BouncedRecipient, ParsedFile, ParsedMail, parse
from channels_in.email.parse.addresses import Address, first_address, normal_address
from channels_in.email.sender_auth import FAIL, by_border
from channels_in.email.understanding import shown_text, understood
from tickets.inbound import Clues, Inbound, InboundFile, Reachability, Receipt, Sender
from tickets.models import Delivery

Found = TypeVar("Found")

REUSED_ID_MARK = "#"
"""Separates a Message-ID from the digest of its content where senders use one id for different mails."""

NULL_SENDER = "<>"
"""The envelope sender of mail that must never be answered: bounces and robots."""

TEST_CAME_BACK = "The test mail came back: "
"""Begins the outcome by which the settings page finds its test mail again; the mark follows."""

_SUBJECT_NUMBER = re.compile(r"\[#(\d{1,12})\]")
_BAD_MAILBOX = re.compile(r"5\.1\.\d{1,3}")
_WORDS = {
    "from_missing": "It has no From; the sender was taken from another header.",
    "from_unreadable": "Its From cannot be read; the sender was taken from another header.",
    "multipart_without_parts": "Its parts are damaged; it is shown as plain text.",
    "nested_too_deep": "It has more levels than the desk reads; the rest is attached.",
    "too_many_parts": "It has more parts than the desk reads; the rest is attached.",
    "html_cut": "Its formatted text is very long and was cut.",
    "text_cut": "Its text is very long and was cut.",
    "tnef_unreadable": "winmail.dat could not be opened.",
    "unreadable_body": "Its body could not be read.",
}


def read(delivery: RawDelivery) -> list[ParsedEvent]:
    """Everything that a stored mail tells. Raises Unreadable when nobody can be found who wrote it."""
    mail = parse(delivery.raw)
    if mark := next((item for item in mail.loop_marks if _is_test(item, delivery)), ""):
        return [Ignored(reason=f"{TEST_CAME_BACK}{mark.strip().lower()}")]
    if (reason := _own_mail(mail, delivery)) and not delivery.is_released:
        return [Held(reason=reason, held_for="loop", sender=mail.sender.address, subject=mail.subject)]
    if mail.nature.is_bounce and not _may_be_a_letter(mail, delivery):
        return _bounced(mail, delivery)
    if mail.nature.is_feedback_report:
        return _complaint(mail)
    return [_inbound(mail, delivery)]


def _is_test(mark: str, delivery: RawDelivery) -> bool:
    return tokens.is_check_mark(mark, inbox_id=delivery.inbox.pk)


def _own_mail(mail: ParsedMail, delivery: RawDelivery) -> str:
    """Why a mail is one of ours that found its way back; "" when it is not."""
    if tokens.loop_mark() in mail.loop_marks or tokens.message_of_own_id(mail.message_id) is not None:
        return "A mail of our own came back"
    if _is_own(mail.sender.address, delivery.inbox.address.lower()):
        return "The sender is this inbox itself"
    return ""


def _may_be_a_letter(mail: ParsedMail, delivery: RawDelivery) -> bool:
    """What only reads like a report, and is about no mail of ours, is shown to people rather than put away."""
    return mail.nature.is_uncertain_bounce and _bounced_message(delivery, mail.nature.bounces) is None


def _bounced(mail: ParsedMail, delivery: RawDelivery) -> list[ParsedEvent]:
    bounces = mail.nature.bounces
    final = [item for item in bounces if not item.is_delay]
    if bounces and not final:
        return [Ignored(reason="A mail system is still trying to deliver our message")]
    message_id = _bounced_message(delivery, bounces)
    worst = max(final, key=lambda item: item.is_permanent, default=None)
    events: list[ParsedEvent] = [
        Receipt(
            delivery=Delivery.FAILED,
            message_id=message_id,
            external_id=worst.message_id if worst else "",
            reason=_bounce_reason(worst),
        )
    ]
    if message_id is not None:
        # Only a report about a mail that we can prove to be ours may close an address.
        events += [
            Reachability(
                kind=KIND,
                value=item.recipient,
                is_reachable=False,
                reason=_bounce_reason(item),
                message_id=message_id,
                is_bounce=True,
            )
            for item in final
            if item.is_permanent and _BAD_MAILBOX.fullmatch(item.status)
        ]
    return events


def _bounced_message(delivery: RawDelivery, bounces: Iterable[BouncedRecipient]) -> int | None:
    by_envelope = tokens.message_of_bounce_address(delivery.headers.get("rcpt_to", ""))
    if by_envelope is not None:
        return by_envelope
    return next((pk for item in bounces if (pk := tokens.message_of_own_id(item.message_id)) is not None), None)


def _bounce_reason(item: BouncedRecipient | None) -> str:
    if item is None:
        return "The mail came back undelivered."
    detail = item.diagnostic or f"status {item.status}"
    return f"{item.recipient} did not get it: {detail}"[:300]


def _complaint(mail: ParsedMail) -> list[ParsedEvent]:
    message_id = tokens.message_of_own_id(mail.nature.complained_message_id)
    address = mail.nature.complained_recipient
    if message_id is None or not address:
        return [Ignored(reason="An abuse report about no mail of ours")]
    reason = "They marked our mail as spam."
    return [Reachability(kind=KIND, value=address, is_reachable=False, reason=reason, message_id=message_id)]


def _inbound(mail: ParsedMail, delivery: RawDelivery) -> Inbound:
    sender = _sender(mail, delivery)
    clues = _clues(mail, delivery, sender.address)
    check = by_border(mail, delivery.inbox.config)
    problems = [_WORDS[code] for code in mail.problems if code in _WORDS]
    if mail.from_count > 1:
        problems.append("It names several senders; the first one was taken.")
    elif check.verdict == FAIL:
        problems.append("The sender's address looks forged: its own domain says that this mail is not from there.")
    problems += cut_words(delivery.headers)
    if _is_reused(delivery, mail):
        problems.append("Another mail came with the same Message-ID but different content.")
    has_null_sender = mail.return_path == "" or delivery.headers.get("mail_from") == NULL_SENDER
    is_automatic = mail.nature.is_auto_reply or has_null_sender
    files = [_file(item) for item in mail.files]
    return Inbound(
        external_id=delivery.external_id if _is_reused(delivery, mail) else mail.message_id,
        sender=Sender(
            kind=KIND,
            value=sender.address,
            name=sender.name,
            verified_how="token" if clues.reply_token_ticket_id is not None and check.verdict != FAIL else "",
        ),
        text=shown_text(mail),
        full_text=mail.text,
        html=mail.html,
        has_remote_images=mail.has_remote_images,
        subject=mail.subject,
        recipients=_recipients(mail, delivery, sender),
        files=tuple(files),
        clues=clues,
        occurred_at=written_at(mail.date, delivery.headers),
        is_automatic=is_automatic,
        refuses_answers=is_automatic or mail.nature.refuses_automatic_answers,
        sender_auth=check.verdict,
        sender_proof=check.proof,
        forwarded=forwarded(mail),
        problems=tuple(problems),
        understood=understood(mail),
        history=history_of(delivery.headers),
    )


def _is_reused(delivery: RawDelivery, mail: ParsedMail) -> bool:
    return delivery.external_id.startswith(f"{mail.message_id}{REUSED_ID_MARK}")


def _sender(mail: ParsedMail, delivery: RawDelivery) -> Address:
    if mail.sender.address:
        return mail.sender
    envelope = first_address(delivery.headers.get("mail_from", ""))
    if envelope is None:
        raise Unreadable("Nobody is named who wrote this mail.")
    return Address(envelope.address, mail.sender.name)


def _clues(mail: ParsedMail, delivery: RawDelivery, sender: str) -> Clues:
    number = _SUBJECT_NUMBER.search(mail.subject)
    addresses = _own_addresses(mail, delivery)
    agents = _first(tokens.ticket_of_agent_address(address, sender=sender) for address in addresses)
    return Clues(
        reply_token_ticket_id=_first(tokens.ticket_of_reply_address(address, sender=sender) for address in addresses),
        side_token_id=_first(tokens.side_of_address(address, sender=sender) for address in addresses),
        agent_token_ticket_id=agents[0] if agents else None,
        agent_seen_seq=agents[1] if agents else None,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        # A number in a mail of the past is another system's.
        subject_number=int(number.group(1)) if number and not history_of(delivery.headers) else None,
    )


def _own_addresses(mail: ParsedMail, delivery: RawDelivery) -> list[str]:
    """Those that lead to this inbox, with their marks; the envelope tells best where a mail was sent. A mail that also
    went to another inbox says nothing here about that one's tickets."""
    inbox = delivery.inbox
    names = {inbox.address.lower(), *(str(alias).lower() for alias in inbox.config.get("aliases") or [])}
    written = (item.address for item in (*mail.to, *mail.cc))
    own = [address for address in written if {address, tokens.without_mark(address)} & names]
    return [delivery.headers.get("rcpt_to", ""), *own]


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((item for item in found if item is not None), None)


def _recipients(mail: ParsedMail, delivery: RawDelivery, sender: Address) -> dict[str, Any]:
    """As people know them: our own addresses without their marks; a Reply-To only where it says something else."""
    own = delivery.inbox.address.lower()

    def shown(addresses: Iterable[Address]) -> list[dict[str, str]]:
        plain = ((own if _is_own(a.address, own) else a.address, a.name) for a in addresses)
        return [{"kind": KIND, "name": name, "address": address} for address, name in dict(plain).items()]

    recipients: dict[str, Any] = {"to": shown(mail.to), "cc": shown(mail.cc)}
    reply_to = [item for item in mail.reply_to if normal_address(item.address) not in ("", sender.address, own)]
    if reply_to:
        recipients["reply_to"] = shown(reply_to)
    return recipients


def _is_own(address: str, own: str) -> bool:
    """The inbox's address, with or without one of our marks."""
    return own in (address, tokens.without_mark(address))


def _file(item: ParsedFile) -> InboundFile:
    return InboundFile(
        name=item.name,
        content_type=item.type,
        content=item.content,
        is_inline=item.is_inline,
        content_id=item.content_id,
    )
