"""`manage.py write_docs`: writes the documents that are made from the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.events_page import events_page

PAGES = {"docs/events.md": events_page}


class Command(BaseCommand):
    help = "Writes docs/events.md from the code; --check only says whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, page in PAGES.items():
            path = settings.BASE_DIR / name
            text = page()
            if options["check"] and (not path.exists() or path.read_text(encoding="utf-8") != text):
                raise CommandError(f"{name} is out of date; run manage.py write_docs")
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
