"""Mail from raw bytes to a stored, threaded ticket, against the least work that a mail can be: parsing it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as RawMessage
from functools import partial
from statistics import median

from channels_in.email.door import Mail, take_in
from channels_in.email.parse import parse
from channels_in.models import InboundDelivery
from channels_in.services.process import process
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.corpus import mails
from tickets.models import Inbox, Ticket

TICKETS = 0
ADDRESS = "bench@desk.example"
Work = Callable[[list[bytes]], object]


def run(options: Options) -> Iterator[Figures]:
    inbox, _ = Inbox.objects.get_or_create(kind="email", address=ADDRESS, defaults={"name": "Bench mail"})
    count, rounds = (60, 3) if options.is_short else (300, 5)
    works: dict[str, Work] = {"floor": _each(_floor), "parsed": _each(parse), "recorded": partial(_record, inbox)}
    _record(inbox, list(mails(20, run=uuid.uuid4().hex, to=ADDRESS)))  # warm: caches, prepared paths
    paces: dict[str, list[Pace]] = {case: [] for case in works}
    for _ in range(rounds):
        raws = list(mails(count, run=uuid.uuid4().hex, to=ADDRESS))
        for case, work in works.items():
            paces[case].append(_pace(work, raws))
    stored = Ticket.objects.count()
    for case, label in (
        ("floor", "parsed by the standard library (compat32), parts decoded"),
        ("parsed", "brought into our normal form: text, reply, safe HTML, files"),
        ("recorded", "accepted, parsed and recorded as a ticket's message, one process"),
    ):
        ratios = [own.rate / floor.rate for own, floor in zip(paces[case], paces["floor"], strict=True)]
        yield {
            "case": label,
            "mails_per_second": round(median(pace.rate for pace in paces[case])),
            "cpu_ms_per_mail": round(median(pace.cpu_ms for pace in paces[case]), 2),
            "of_floor": round(median(ratios), 3),
            "rounds": rounds,
            "tickets_stored": stored,
        }


@dataclass(frozen=True, slots=True)
class Pace:
    rate: float
    cpu_ms: float


def _floor(raw: bytes) -> int:
    """What nobody can avoid: the standard library's quickest parser, every part decoded."""
    mail: RawMessage = message_from_bytes(raw)
    payloads = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return sum(len(payload) for payload in payloads if isinstance(payload, bytes))


def _each(work: Callable[[bytes], object]) -> Work:
    def all_of(raws: list[bytes]) -> None:
        for raw in raws:
            work(raw)

    return all_of


def _record(inbox: Inbox, raws: list[bytes]) -> None:
    """The door commits each mail, and the worker's task takes them in batches; here one process does both."""
    ids = [take_in(inbox, Mail(raw=raw, rcpt_to=ADDRESS), is_enqueued=False).delivery_id for raw in raws]
    rest = ids
    while rest:
        rest = process(rest)
    left = InboundDelivery.objects.filter(pk__in=ids).exclude(outcome__in=["created", "appended"]).first()
    if left is not None:
        raise RuntimeError(f"A mail of the corpus was not recorded: {left.state} {left.reason} {left.error}")


def _pace(work: Work, raws: list[bytes]) -> Pace:
    started, used = time.perf_counter(), time.process_time()
    work(raws)
    return Pace(len(raws) / (time.perf_counter() - started), (time.process_time() - used) * 1000 / len(raws))
