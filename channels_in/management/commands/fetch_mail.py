"""`fetch_mail`: the process that fetches the mailboxes of all inboxes. Several share them out among themselves."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_in.email.door import mail_inboxes
from channels_in.email.fetching.fleet import Fleet
from channels_in.selectors.fetching import fetch_lines


class Command(BaseCommand):
    help = "Fetch mail by IMAP and POP3 for the inboxes that have a mailbox, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether somebody looks after each mailbox")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        stopped = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stopped.set())
        Fleet(stopped).run()

    def _check(self) -> None:
        inboxes = {inbox.pk: inbox.name for inbox in mail_inboxes()}
        lines = fetch_lines(mail_inboxes())
        stuck = [inboxes[pk] for pk, line in lines.items() if line.is_stuck]
        if stuck:
            raise CommandError(f"Nobody fetches {', '.join(stuck)}.")
        self.stdout.write(f"{len(lines)} mailboxes are looked after.")
