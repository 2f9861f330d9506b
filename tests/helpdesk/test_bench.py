"""The benchmarks: each is there, runs on a small desk, and yields figures."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from helpdesk.bench import corpus, list_page, mail_ingest, search, ticket_page
from helpdesk.bench.contract import BENCHES, Options, Samples, bench_named, spread

SHORT = Options(is_short=True, tickets=0)


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_keeps_the_contract(name: str) -> None:
    bench = bench_named(name)
    assert isinstance(bench.TICKETS, int)
    assert callable(bench.run)


@pytest.mark.django_db
def test_pages_yield_figures_of_a_seeded_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("seed", tickets=120, agents=2, stdout=StringIO(), stderr=StringIO())
    monkeypatch.setattr("helpdesk.bench.pages.sampled", lambda work, times: Samples([1.0], [1.0]))
    monkeypatch.setattr("helpdesk.bench.search.sampled", lambda work, times: Samples([1.0], [1.0]))
    figures = [*list_page.run(SHORT), *ticket_page.run(SHORT), *search.run(SHORT)]
    assert len(figures) > 20
    for line in figures:
        assert json.loads(json.dumps(line)) == line
        assert line.get("queries", 1) > 0


def test_corpus_is_read_without_complaint() -> None:
    raws = list(corpus.mails(30, run="test", to=mail_ingest.ADDRESS))
    assert len(set(raws)) == 30
    assert any(b"photo.png" in raw for raw in raws)
    assert any(b"In-Reply-To" in raw for raw in raws)


def test_spread_tells_the_middle_and_the_slow_end() -> None:
    said = spread(Samples([float(n) for n in range(1, 101)], [5.0]))
    assert (said["p50_ms"], said["p95_ms"], said["cpu_p50_ms"], said["n"]) == (50.5, 96.0, 5.0, 100)


def test_unknown_benchmark_is_refused_with_the_names() -> None:
    with pytest.raises(CommandError, match="list_page"):
        call_command("bench", "speed")
