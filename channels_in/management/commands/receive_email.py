"""`receive_email --inbox ADDRESS < raw.eml`: the SMTP door without SMTP; waits for the outcome and prints it."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channels_in.email.door import Mail, inbox_for
from channels_in.email.receiving import receive


class Command(BaseCommand):
    help = "Take in a raw mail from standard input, handle it at once, and print what became of it as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--inbox", required=True, metavar="ADDRESS", help="the address that the mail was sent to")
        parser.add_argument("--sender", default="", metavar="ADDRESS", help="the envelope's sender, if it is known")

    def handle(self, *args: Any, **options: Any) -> None:
        inbox = inbox_for(options["inbox"])
        if inbox is None:
            raise CommandError(f"No mail inbox has the address {options['inbox']}; see Settings, Inboxes.")
        raw = sys.stdin.buffer.read(settings.MAX_MAIL_BYTES + 1)
        if len(raw) > settings.MAX_MAIL_BYTES:
            raise CommandError(f"The mail is larger than {settings.MAX_MAIL_BYTES // (1024 * 1024)} MB.")
        received = receive(inbox, Mail(raw=raw, mail_from=options["sender"], rcpt_to=options["inbox"]))
        shown = {
            "outcome": received.outcome,
            "reason": received.reason,
            "ticket": received.ticket_number,
            "message": received.message_id,
        }
        self.stdout.write(json.dumps(shown, ensure_ascii=False))
