"""Mail from raw bytes to a stored, threaded ticket, against the least work that a mail can be: parsing it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message as RawMessage
from statistics import median

from channels_in.email.door import Mail
from channels_in.email.parse import parse
from channels_in.email.receiving import receive
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.corpus import mails
from tickets.models import Inbox, Ticket

TICKETS = 0
ADDRESS = "bench@desk.example"


def run(options: Options) -> Iterator[Figures]:
    inbox, _ = Inbox.objects.get_or_create(kind="email", address=ADDRESS, defaults={"name": "Bench mail"})
    count, rounds = (60, 3) if options.is_short else (300, 5)
    list(map(_receive_in(inbox), mails(20, run=uuid.uuid4().hex, to=ADDRESS)))  # warm: caches, prepared paths
    rates: dict[str, list[float]] = {"floor": [], "parsed": [], "recorded": []}
    for _ in range(rounds):
        raws = list(mails(count, run=uuid.uuid4().hex, to=ADDRESS))
        rates["floor"].append(_rate(_floor, raws))
        rates["parsed"].append(_rate(parse, raws))
        rates["recorded"].append(_rate(_receive_in(inbox), raws))
    stored = Ticket.objects.count()
    for case, label in (
        ("floor", "parsed by the standard library (compat32), parts decoded"),
        ("parsed", "brought into our normal form: text, reply, safe HTML, files"),
        ("recorded", "accepted, parsed and recorded as a ticket's message, one process"),
    ):
        ratios = [own / floor for own, floor in zip(rates[case], rates["floor"], strict=True)]
        yield {
            "case": label,
            "mails_per_second": round(median(rates[case])),
            "of_floor": round(median(ratios), 3),
            "rounds": rounds,
            "tickets_stored": stored,
        }


def _floor(raw: bytes) -> int:
    """What nobody can avoid: the standard library's quickest parser, every part decoded."""
    mail: RawMessage = message_from_bytes(raw)
    payloads = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return sum(len(payload) for payload in payloads if isinstance(payload, bytes))


def _receive_in(inbox: Inbox) -> Callable[[bytes], object]:
    def work(raw: bytes) -> object:
        done = receive(inbox, Mail(raw=raw, rcpt_to=ADDRESS))
        if done.outcome not in ("created", "appended"):
            raise RuntimeError(f"A mail of the corpus was not recorded: {done}")
        return done

    return work


def _rate(work: Callable[[bytes], object], raws: list[bytes]) -> float:
    started = time.perf_counter()
    for raw in raws:
        work(raw)
    return len(raws) / (time.perf_counter() - started)
