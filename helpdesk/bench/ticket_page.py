"""The ticket page, with few and with fifty messages, whole and as the pane that the list opens."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.pages import everyone, page
from tickets.models import Ticket

TICKETS = 100_000


def run(options: Options) -> Iterator[Figures]:
    for role, client in everyone().items():
        for words, least, most in (("5 messages", 5, 6), ("50 messages", 45, 70)):
            number = _number(least, most)
            if number is None:
                continue
            whole = page(client, f"/tickets/{number}/", options)
            yield {"case": f"{words}, whole page", "role": role, **whole}
            pane = page(client, f"/tickets/{number}/pane/", options)
            yield {"case": f"{words}, pane", "role": role, **pane}


def _number(least: int, most: int) -> int | None:
    rows = Ticket.objects.filter(message_count__gte=least, message_count__lte=most).order_by("-id")
    return rows.values_list("number", flat=True).first()
