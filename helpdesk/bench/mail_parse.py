"""Understanding a mixed post: mails a second of one process, and how long the slow ones take."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from channels_in.email.parse import parse
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.mail_sorts import mixed_mails

TICKETS = 0
SMALL = 1_000_000


def run(options: Options) -> Iterator[Figures]:
    count = 300 if options.is_short else 2000
    raws = list(mixed_mails(count, run=uuid.uuid4().hex, to="bench@desk.example"))
    for raw in raws[:50]:
        parse(raw)  # warm: patterns compiled, codecs loaded
    began = time.perf_counter()
    spent = sorted((_used(raw), len(raw)) for raw in raws)
    seconds = time.perf_counter() - began
    small = [used for used, size in spent if size < SMALL]
    used = sum(each for each, _ in spent)
    yield {
        "case": "a mixed post with attachments, one process",
        "mails_per_second": round(count / seconds),
        "mails_per_cpu_second": round(count / used),
        "cpu_p50_ms": round(small[len(small) // 2] * 1000, 2),
        "cpu_p99_ms_below_1_mb": round(small[int(len(small) * 0.99)] * 1000, 1),
        "cpu_max_ms": round(spent[-1][0] * 1000, 1),
        "megabytes": round(sum(map(len, raws)) / 1e6, 1),
        "n": count,
    }


def _used(raw: bytes) -> float:
    began = time.process_time()
    parse(raw)
    return time.process_time() - began
