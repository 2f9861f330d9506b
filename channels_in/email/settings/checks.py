"""What can be tried out on a mail inbox, in the order in which mail takes its way."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.checks import Check
from channels_in.email.settings.dns_checks import DKIM, DMARC, SPF
from channels_in.email.settings.mailbox_check import MAILBOX
from channels_in.email.settings.round_trip import ROUND_TRIP
from channels_in.email.settings.smtp_check import SMTP_LOGIN
from tickets.models import Inbox


def checks_for(inbox: Inbox) -> Sequence[Check]:
    """One line for one more."""
    return [MAILBOX, SMTP_LOGIN, SPF, DKIM, DMARC, ROUND_TRIP]
