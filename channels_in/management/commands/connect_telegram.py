"""Connects a Telegram inbox: `manage.py connect_telegram --inbox ID`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_in.base import ChannelError
from channels_in.telegram.connect import connect
from channels_in.telegram.parse import KIND
from tickets.models import Inbox


class Command(BaseCommand):
    help = "Tell Telegram to deliver a bot's updates to this desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inbox", type=int, required=True, help="the number of the inbox")
        parser.add_argument("--url", default="", help="this desk's public address, when it is not SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        inbox = Inbox.objects.filter(pk=options["inbox"], kind=KIND).first()
        if inbox is None:
            known = ", ".join(f"{row.pk} ({row.name})" for row in Inbox.objects.filter(kind=KIND)) or "none"
            raise CommandError(f"There is no Telegram inbox {options['inbox']}; there are: {known}.")
        try:
            url = connect(inbox, site_url=options["url"] or settings.SITE_URL)
        except ChannelError as error:
            raise CommandError(error.reason) from error
        self.stdout.write(f"{inbox.address} delivers to {url}")
