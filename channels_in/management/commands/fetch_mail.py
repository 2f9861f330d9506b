"""`fetch_mail`: the process that fetches the mailboxes of all inboxes. Several share them out among themselves."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from channels_in.email.fetching.fleet import Fleet


class Command(BaseCommand):
    help = "Fetch mail by IMAP and POP3 for the inboxes that have a mailbox, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stopped.set())
        Fleet(stopped).run()
