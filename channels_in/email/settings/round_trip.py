"""A test mail from the inbox to itself: whether mail really leaves, and really comes back."""

from __future__ import annotations

import secrets
from email.headerregistry import Address as HeaderAddress

from channels_in.base import ChannelError, Progress
from channels_in.checks import Check, Finding, Mark
from channels_in.email import tokens
from channels_in.email.compose import Letter
from channels_in.email.compose.body import html_part
from channels_in.email.compose.letter import LOOP_HEADER
from channels_in.email.compose.people import ascii_domain
from channels_in.email.leaving import leave
from channels_in.email.reading import TEST_CAME_BACK
from channels_in.models import InboundDelivery
from core.clock import now
from tickets.models import Inbox

PATIENCE_SECONDS = 300
_TEXT = "This mail tries out the settings of this inbox. It comes back by itself, and nobody needs to answer it."


def send_test_mail(inbox: Inbox) -> Finding:
    """RUNNING while it is on its way; the facts hold its mark and the last delivery before it."""
    if "@" not in inbox.address:
        return Finding(mark=Mark.BAD, sentence="This inbox has no e-mail address yet.", advice="Enter one above.")
    mark = tokens.check_mark(inbox_id=inbox.pk, number=secrets.randbelow(10**15))
    newest = InboundDelivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        leave(inbox, _letter(inbox, mark), Progress(arrived=[], note=lambda part: None))
    except ChannelError as error:
        return Finding(mark=Mark.BAD, sentence=f"It did not leave: {error.reason}")
    return Finding(mark=Mark.RUNNING, sentence="It has left and is on its way back.", facts=(mark, str(newest)))


def has_come_back(inbox: Inbox, finding: Finding, waited_seconds: float) -> Finding:
    mark, newest = finding.facts
    arrived = InboundDelivery.objects.filter(inbox=inbox, pk__gt=int(newest), reason=f"{TEST_CAME_BACK}{mark}").first()
    if arrived is not None:
        return Finding(mark=Mark.OK, sentence="It left, and came back to this inbox.")
    if waited_seconds < PATIENCE_SECONDS:
        return Finding(mark=Mark.RUNNING, sentence=finding.sentence)
    return Finding(
        mark=Mark.BAD,
        sentence=f"It left, but has not come back within {PATIENCE_SECONDS // 60} minutes.",
        advice="See where mail to this address goes: its mailbox above, or the MX records of its domain.",
    )


def _letter(inbox: Inbox, mark: str) -> Letter:
    local, _, domain = ascii_domain(inbox.address).rpartition("@")
    own = HeaderAddress(inbox.name, local, domain)
    return Letter(
        message_id=f"{mark}@{domain}",
        mail_from=inbox.address,
        recipients=(own.addr_spec,),
        sender=own,
        to=[own],
        cc=[],
        bcc=[],
        subject="Test of this inbox",
        date=now(),
        reply_to=own.addr_spec,
        headers=[(LOOP_HEADER, mark), ("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")],
        text=f"{_TEXT}\n",
        html=html_part(_TEXT, "", None, [], []),
        inside=[],
        beside=[],
        has_links=False,
    )


ROUND_TRIP = Check(
    name="round-trip",
    label="Test mail",
    help="Sends a mail from this inbox to itself and waits until it comes back.",
    run=send_test_mail,
    settle=has_come_back,
)
