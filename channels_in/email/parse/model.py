"""The normal form of a mail: what `parse` returns and everything else in the product reads."""

from dataclasses import dataclass, field
from datetime import datetime

from channels_in.email.parse.addresses import Address
from channels_in.email.parse.invitations import Invitation


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """An attachment or an inline image; `name` is safe to show, the bytes are as sent."""

    name: str
    type: str
    content: bytes = field(repr=False)
    sha256: str
    is_inline: bool = False
    content_id: str = ""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient that a delivery report names. `is_delay` means: still being tried."""

    recipient: str
    status: str
    is_permanent: bool
    message_id: str = ""
    diagnostic: str = ""
    is_delay: bool = False


@dataclass(frozen=True, slots=True)
class Nature:
    """What kind of sender wrote: a person, a program, a list, a mail system."""

    is_auto_reply: bool = False
    is_bounce: bool = False
    # Told by its words only, in a mail that a person might have written: believed where it is about a mail of ours.
    is_uncertain_bounce: bool = False
    is_feedback_report: bool = False
    is_list: bool = False
    # Also true for mail by people whose system asked not to be answered automatically.
    refuses_automatic_answers: bool = False
    bounces: tuple[BouncedRecipient, ...] = ()
    # The address that a feedback report complains for.
    complained_recipient: str = ""
    complained_message_id: str = ""


class Protection:
    """How a mail was sealed. Nothing here says that a signature is genuine."""

    NONE, SIGNED, ENCRYPTED = "", "signed", "encrypted"


@dataclass(frozen=True, slots=True)
class ParsedMail:
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: datetime | None
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    html: str
    reply_text: str
    files: tuple[ParsedFile, ...]
    nature: Nature
    problems: tuple[str, ...]
    has_remote_images: bool = False
    return_path: str | None = None
    # Values of Authentication-Results, topmost first; only the border server's own may be believed.
    authentication_results: tuple[str, ...] = ()
    from_count: int = 1
    protection: str = Protection.NONE
    invitation: Invitation | None = None
    # The value of our own loop header, when the mail went through a desk before.
    loop_marks: tuple[str, ...] = ()
