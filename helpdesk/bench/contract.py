"""What a benchmark is: a module with `TICKETS`, how large a desk it wants, and `run`, which yields its figures."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

Figures = Mapping[str, Any]

# One more is one file beside this one and one line here.
BENCHES: dict[str, str] = {
    "calendar": "helpdesk.bench.calendar",
    "mail_parse": "helpdesk.bench.mail_parse",
    "mail_ingest": "helpdesk.bench.mail_ingest",
    "mail": "helpdesk.bench.mail",
    "webhook_ingest": "helpdesk.bench.webhook_ingest",
    "list_page": "helpdesk.bench.list_page",
    "ticket_page": "helpdesk.bench.ticket_page",
    "search": "helpdesk.bench.search",
    "reports": "helpdesk.bench.reports",
    "push": "helpdesk.bench.push",
    "dispatch": "helpdesk.bench.dispatch",
    "sla": "helpdesk.bench.sla",
}
SHORT_TICKETS = 5_000


@dataclass(frozen=True, slots=True)
class Options:
    """`is_short` asks for seconds instead of minutes; `tickets` is the size of the desk."""

    is_short: bool
    tickets: int


class Bench(Protocol):
    # 0 asks for a new, empty desk.
    TICKETS: int

    @staticmethod
    def run(options: Options) -> Iterator[Figures]: ...


def bench_named(name: str) -> Bench:
    module: Any = import_module(BENCHES[name])
    return module  # type: ignore[no-any-return]  # modules satisfy the protocol; tests/helpdesk checks each


@dataclass(frozen=True, slots=True)
class Samples:
    """Milliseconds of each call: by the clock on the wall, and of this process's processor time."""

    wall: Sequence[float]
    cpu: Sequence[float]


def sampled(work: Callable[[], object], *, times: int, warm_up: int = 3) -> Samples:
    for _ in range(warm_up):
        work()
    wall: list[float] = []
    cpu: list[float] = []
    for _ in range(times):
        started, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return Samples(wall, cpu)


def spread(samples: Samples) -> dict[str, float]:
    """The middle and the slow end; on a busy machine the processor time says more than the clock."""
    ordered = sorted(samples.wall)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 2),
        "cpu_p50_ms": round(statistics.median(samples.cpu), 2),
        "n": len(ordered),
    }
