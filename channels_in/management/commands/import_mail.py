"""`import_mail PATH --inbox ADDRESS`: takes in an mbox, a Maildir or .eml files as history; may be begun again."""

import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_in.email.door import inbox_for
from channels_in.email.importing.archive import NoArchive, places
from channels_in.email.importing.importer import import_mails

_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Take in the mails of an mbox file, a Maildir, or a folder of .eml files. Their dates and threads are kept;"
        " nobody is answered, notified or alarmed. Interrupted, it may be begun again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--inbox", required=True, metavar="ADDRESS", help="the address of the inbox to import into")
        parser.add_argument(
            "--status",
            choices=["closed", "resolved", "open"],
            default="closed",
            help="the status of the tickets that are made (closed)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        inbox = inbox_for(options["inbox"])
        if inbox is None:
            raise CommandError(f"No mail inbox has the address {options['inbox']}; see Settings, Inboxes.")
        try:
            found = places(options["path"])
        except (NoArchive, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{len(found):,} mails, from {found[0].written_at:%d %B %Y} to {found[-1].written_at:%d %B %Y}"
        )
        told: Counter[str] = Counter()
        began = shown = time.monotonic()
        for told in import_mails(found, inbox, status=options["status"]):
            if time.monotonic() - shown > _EVERY_SECONDS:
                shown = time.monotonic()
                self._show(told, len(found), shown - began)
        self._show(told, len(found), time.monotonic() - began)

    def _show(self, told: Counter[str], total: int, seconds: float) -> None:
        done = told.total()
        parts = ", ".join(f"{count:,} {name}" for name, count in told.most_common())
        self.stdout.write(f"{done:,} of {total:,} ({done / total:.0%}, {done / max(seconds, 0.01):.0f}/s): {parts}")
