"""Search over all messages: common, rare and unknown words, a phrase, an order number, an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from django.db import connection

from helpdesk.bench.contract import Figures, Options, sampled, spread
from helpdesk.bench.pages import everyone, page
from people.models import Agent, Identity, Role
from tickets.models import Message
from tickets.selectors.search import search

TICKETS = 100_000


def run(options: Options) -> Iterator[Figures]:
    messages = Message.objects.count()
    clients = everyone()
    manager = Agent.objects.filter(role=Role.MANAGER).first()
    assert manager is not None
    for words, query in _queries().items():
        found = len(search(manager, query))
        samples = sampled(partial(search, manager, query), times=20 if options.is_short else 60)
        yield {"case": words, "messages": messages, "query": query, "hits": found, **spread(samples)}
    path = f"/search/?{urlencode({'q': 'refund invoice'})}"
    yield {"case": "the page, two common words", "role": "agent", **page(clients["agent"], path, options)}


def _queries() -> dict[str, str]:
    address = Identity.objects.filter(kind="email").order_by("id").values_list("value", flat=True).first() or "x@y.z"
    return {
        "one common word": "refund",
        "two common words": "refund invoice",
        "three words": "refund invoice printer",
        "a phrase": '"parcel stopped"',
        "a rare word": "flugelhorn",
        "no such word": "qwxzkjv",
        "an order number": _order_number(),
        "an address": address,
    }


def _order_number() -> str:
    """One that stands in a single message."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM tickets_message WHERE text LIKE '%flugelhorn ORD-%' LIMIT 1")
        row = cursor.fetchone()
    found = re.findall(r"ORD-\d{7}", row[0]) if row else []
    return found[-1] if found else "ORD-0000000"
