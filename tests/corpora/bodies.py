"""Bodies, files and senders: django-mailbox, tnefparse and the rest, which the standard library can vouch for."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import cast

from tests.corpora.case import Case, Expectation, files_are, mail_of, sender_is, subject_is, text_is
from tests.corpora.suites import assigned

Expectations = tuple[Expectation, ...]
_ADAM = "test@adamcoddington.net"
# As its tests/test_process_email.py says.
_DJANGO_MAILBOX: dict[str, Expectations] = {
    "generic_message": (subject_is("Message Without Attachment"), sender_is(_ADAM), files_are([])),
    "message_with_koi8r_filename_attachments": (
        files_are(
            ["Пакет предложений HSE Career Fair 8 апреля 2016.pdf", "Ведомости.pdf", "Пакет предложений 2016.pptx"]
        ),
    ),
    "message_with_attachment": (files_are(["heart.png"]), sender_is(_ADAM)),
    "message_with_rfc822_attachment": (Expectation("attachments", 1, lambda mail: len(mail.files)),),
    "message_with_utf8_attachment": (files_are(["piłkochwyty.jpg", "odpowiedź Burmistrza.jpg"]),),
    "multipart_text": (text_is("Hello there!"),),
    "message_with_long_text_lines": (
        text_is("The one of us with a bike pump is far ahead, but a man stopped to help us and gave us his pump."),
    ),
    "message_with_single_byte_encoding": (text_is("Это сообщение имеет неправильную кодировка."),),
    "message_with_single_byte_extended_subject_encoding": (sender_is("mr.test32@mail.ru"),),
    "message_with_text_attachment": (
        Expectation("attachments", 1, lambda mail: len(mail.files)),
        text_is("Has an attached text document, too!"),
    ),
}


def django_mailbox(folder: Path) -> Iterator[Case]:
    (messages,) = folder.glob("*/django_mailbox/tests/messages")
    for path in sorted(messages.glob("*.eml")):
        yield Case("django-mailbox", path.name, path.read_bytes(), _DJANGO_MAILBOX.get(path.stem, ()))


def tnef(folder: Path) -> Iterator[Case]:
    """Each winmail.dat in a mail of its own, as Outlook sends it."""
    (tests,) = folder.glob("*/tests/test_decoding.py")
    for name, _, files, _, _ in cast(list[tuple[str, int, list[str], str | None, list[int]]], assigned(tests, "SPECS")):
        content = (tests.parent / "examples" / name).read_bytes()
        names = sorted(file.replace("\x00", "") for file in files)
        expectation = Expectation("attachments", names, lambda mail: sorted(f.name for f in mail.files))
        yield Case("tnefparse", name, _with_winmail(content), (expectation,))


def _with_winmail(content: bytes) -> bytes:
    mail = message_from_bytes(mail_of("See the file."), policy=policy.default)
    mail.add_attachment(content, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return mail.as_bytes()


def sound_mails(corpus: str, folder: Path, *patterns: str) -> Iterator[Case]:
    """Files without expectations of their own; where a mail is sound, we agree with the standard library."""
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.stat().st_size < 5_000_000:
                raw = path.read_bytes()
                yield Case(corpus, path.name, raw, _as_the_library_reads(raw))


def _as_the_library_reads(raw: bytes) -> Expectations:
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        if any(part.defects for part in mail.walk()):
            return ()
        return tuple(_agreements(mail))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ()


def _agreements(mail: EmailMessage) -> Iterator[Expectation]:
    sender = mail["From"]
    if isinstance(sender, AddressHeader) and sender.addresses:
        address = sender.addresses[0].addr_spec
        if "@" in address and parseaddr(str(sender))[1] == address:
            yield sender_is(address)
    subject = mail["Subject"]
    if subject is not None and not subject.defects and len(subject) < 400:
        yield subject_is(str(subject))
    if mail.get_content_type() == "text/plain" and mail["Content-Transfer-Encoding"] in (None, "7bit", "8bit"):
        params = mail["Content-Type"].params if mail["Content-Type"] else {}
        text = mail.get_content()
        if not params.get("format") and "begin " not in text and "\ufffd" not in text:
            yield text_is(text)
