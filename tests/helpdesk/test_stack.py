"""The running desk answers on one port: pages, health and a task for the worker."""

import urllib.request

import pytest

from tests.stack import Stack
from tests.waiting import poll_until


@pytest.mark.stack
def test_desk_serves_pages_and_says_that_it_is_ready(live_stack: Stack) -> None:
    with urllib.request.urlopen(f"{live_stack.url}/healthz", timeout=30) as answer:
        assert answer.read() == b"ok\n"


@pytest.mark.stack
def test_desk_recovers_when_its_worker_is_killed(live_stack: Stack) -> None:
    live_stack.kill("worker")
    live_stack.start("worker")
    assert poll_until(live_stack.works)
