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
    "mail_ingest": "helpdesk.bench.mail_ingest",
    "webhook_ingest": "helpdesk.bench.webhook_ingest",
    "list_page": "helpdesk.bench.list_page",
    "ticket_page": "helpdesk.bench.ticket_page",
    "search": "helpdesk.bench.search",
    "reports": "helpdesk.bench.reports",
    "push": "helpdesk.bench.push",
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


def sampled(work: Callable[[], object], *, times: int, warm_up: int = 3) -> list[float]:
    """How long each of so many calls took, in milliseconds."""
    for _ in range(warm_up):
        work()
    samples: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        samples.append((time.perf_counter() - started) * 1000)
    return samples


def spread(samples: Sequence[float]) -> dict[str, float]:
    """The middle and the slow end of samples in milliseconds."""
    ordered = sorted(samples)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 2),
        "n": len(ordered),
    }
